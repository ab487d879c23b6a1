"""What administrations promise to deliver: the field catalogue, the contract model and its loading. No file of data is read here."""
