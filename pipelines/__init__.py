"""The IT portfolio warehouse: each folder is a stage of the way from landed files to a release."""
