"""From an audited build to a release that readers see: tables, Parquet, manifest, read-back, pointer. Judges nothing itself."""
