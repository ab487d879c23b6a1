"""From a landed file to one Parquet file per delivery: archive, readers by format, conform. No SQL models, no Dagster."""
