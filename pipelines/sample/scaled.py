"""A ledger of any size: the sample's raw postings repeated with other vouchers, amounts and texts. No files as delivered."""

from pathlib import Path

import duckdb

COPY_TEXT = (
    "case when copy = 0 or hash(source_row_number) % 3 = 0 then posting_text else posting_text || ' ' || copy end"
)
COPY_AMOUNT = "cast(posting_amount * (1 + copy % 7 * 0.01) as decimal(18, 2))"


def scale_postings(source: Path, target: Path, lines: int, memory: str = "4GB") -> int:
    """Write about `lines` raw postings (`<target>/part.parquet`) made of those under `source`; the number written is returned.

    Copy number 0 is the sample as it is. Every further copy has row numbers, keys and vouchers of its own, amounts up to 6 %
    higher and, for two lines of three, a text that no other line has, as ledgers do. What deliveries repeat in the sample they
    repeat in every copy, so lines to be counted once stay the same share. DuckDB streams: memory does not grow with `lines`.
    """
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": memory, "threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute(f"create view source as from read_parquet('{source}/*.parquet', union_by_name = true)")
        found = connection.execute("select max(source_row_number), count(*) from source").fetchone() or (0, 0)
        most, sample_lines = (int(n) for n in found)
        copies = max(1, round(lines / sample_lines))
        connection.execute(
            f"""
            copy (
                select source.* replace (
                    source_row_number + copy * {most} as source_row_number,
                    posting_key || case when copy > 0 then '-' || copy else '' end as posting_key,
                    voucher_key || case when copy > 0 then '-' || copy else '' end as voucher_key,
                    {COPY_TEXT} as posting_text,
                    {COPY_AMOUNT} as posting_amount
                )
                from range({copies}) as copies(copy) cross join source
            ) to '{target / "part.parquet"}' (format parquet, compression zstd, compression_level 1)
            """
        )
    return copies * sample_lines
