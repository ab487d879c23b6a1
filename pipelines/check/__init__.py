"""`portfolio check`: what the nightly run would say of a file, told to its sender before it is sent. No Dagster, no writing."""
