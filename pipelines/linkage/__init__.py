"""Are these two the same system, the same supplier? Reads raw Parquet, writes tables of links. Changes no source row."""
