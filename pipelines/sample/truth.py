"""What is true of the sample, for tests only: same products, what each ledger line is, totals, planted finds and bad rows."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from pipelines.sample import names
from pipelines.sample.extract import Extract
from pipelines.sample.formats import gzip_bytes
from pipelines.sample.planted import planted
from pipelines.sample.world import Contract, Posting, Use, World

POSTING_HEADER = (
    "contract_id",
    "file_name",
    "source_row_number",
    "administration_code",
    "is_it",
    "spend_kind",
    "system_key",
    "contract_key",
    "pair_key",
)
MONEY = ("postings", "budgets", "investments")


def write_truth(folder: Path, world: World, extracts: Sequence[Extract]) -> None:
    """Write all truth files below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    header = ("administration_code", "system_key", "true_product", "is_current")
    _write_csv(folder / "system_use.csv", header, _uses(world, extracts))
    (folder / "posting_truth.csv.gz").write_bytes(gzip_bytes(_csv(POSTING_HEADER, _postings(extracts)).encode()))
    _write_json(folder / "totals.json", _totals(extracts))
    _write_json(folder / "planted.json", planted(world))
    _write_json(folder / "personal.json", _personal(extracts))
    bad = ("contract_id", "file_name", "source_row_number", "rule_code")
    _write_csv(folder / "bad_rows.csv", bad, _bad_rows(extracts))


def _uses(world: World, extracts: Sequence[Extract]) -> Iterable[Sequence[object]]:
    """Every use that some inventory listed, and whether one in force does."""
    current = {id(line.origin) for e in extracts if e.in_force for line in e.lines if isinstance(line.origin, Use)}
    for use in world.uses:
        yield use.administration_code, use.system_key, use.product.product_id, str(id(use) in current).lower()


def _postings(extracts: Sequence[Extract]) -> Iterable[Sequence[object]]:
    for extract in extracts:
        if not extract.in_force:
            continue
        for number, line in extract.numbered():
            p = line.origin
            if isinstance(p, Posting):
                yield (extract.contract_id, extract.file_name, number, p.administration_code, str(p.is_it).lower(), p.spend_kind,
                       p.true_system_key, p.true_contract_key, p.pair_key)  # fmt: skip


def _bad_rows(extracts: Sequence[Extract]) -> Iterable[Sequence[object]]:
    for extract in extracts:
        for number, line in extract.numbered():
            if line.fault:
                yield extract.contract_id, extract.file_name, number, line.fault


def _totals(extracts: Sequence[Extract]) -> dict[str, object]:
    """Per contract what is in force, and money by administration, to the øre."""
    in_force = [e for e in extracts if e.in_force]
    return {
        "contracts": {
            c: _contract_total([e for e in in_force if e.contract_id == c])
            for c in sorted({e.contract_id for e in in_force})
        },
        "deliveries": len(extracts),
        "numbers": _number_totals(in_force),
        "postings": _posting_totals(in_force),
        "budgets": _part_totals(in_force, "budgets"),
        "investments": _part_totals(in_force, "investments"),
    }


def _contract_total(extracts: Sequence[Extract]) -> dict[str, object]:
    rows = [line for e in extracts for _, line in e.numbered()]
    accepted = [line for line in rows if not line.fault]
    total: dict[str, object] = {
        "files": [e.file_name for e in extracts],
        "rows": len(rows),
        "accepted": len(accepted),
        "rejected": len(rows) - len(accepted),
        "output_rows": sum(max(1, len(line.parts)) for line in accepted),
    }
    if extracts[0].contract_id.endswith(MONEY):
        total["accepted_amount"] = _money(sum((e.amount_of(accepted=True) for e in extracts), Decimal(0)))
        total["rejected_amount"] = _money(sum((e.amount_of(accepted=False) for e in extracts), Decimal(0)))
    return total


def _number_totals(extracts: Sequence[Extract]) -> dict[str, object]:
    """Per contract, how many good rows have what kind of number of their supplier, whether or not the file has a column for it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for extract in extracts:
        for line in extract.lines:
            if not line.fault and isinstance(line.origin, Use | Contract | Posting) and line.origin.registration_code:
                counts[extract.contract_id][_kind(line.origin.registration_code)] += 1
    return {contract: dict(sorted(found.items())) for contract, found in sorted(counts.items())}


def _kind(number: str) -> str:
    if number == names.PERSONAL_NUMBER:
        return "personal"
    if number in dict(names.FOREIGN_FIRMS).values():
        return "foreign"
    return "domestic" if names.is_registration_code(number) else "faulty"


def _posting_totals(extracts: Sequence[Extract]) -> dict[str, object]:
    rows: dict[str, list[Posting]] = defaultdict(list)
    for extract in extracts:
        for line in extract.lines:
            if isinstance(line.origin, Posting) and not line.fault:
                rows[line.origin.administration_code].append(line.origin)
    return {
        code: {
            "rows": len(found),
            "amount": _money(sum((p.amount for p in found), Decimal(0))),
            "it_amount": _money(sum((p.amount for p in found if p.is_it), Decimal(0))),
            "internal_amount": _money(sum((p.amount for p in found if p.spend_kind == "internal"), Decimal(0))),
        }
        for code, found in sorted(rows.items())
    }


def _part_totals(extracts: Sequence[Extract], dataset: str) -> dict[str, object]:
    """Sums and numbers of unknown cells by administration, version, year and measure or line."""
    sums: dict[tuple[str, str, int, str], list[Decimal | None]] = defaultdict(list)
    for extract in extracts:
        if extract.contract_id.endswith(dataset):
            for line in extract.lines:
                for part in line.parts if not line.fault else ():
                    sums[_administration(line.origin), part.version, part.year, part.name].append(part.amount)
    rows = [
        {"administration_code": a, "version_code": v, "fiscal_year": y, "name": n, "rows": len(cells),
         "unknown": cells.count(None), "amount": _money(sum((c for c in cells if c is not None), Decimal(0)))}
        for (a, v, y, n), cells in sorted(sums.items())
    ]  # fmt: skip
    return {"rows": rows}


def _administration(origin: object) -> str:
    owner = getattr(origin, "project", None) or origin
    return str(getattr(origin, "administration_code", None) or getattr(owner, "administration_code", ""))


def _personal(extracts: Sequence[Extract]) -> dict[str, object]:
    """Every invented person, address and personal number that stands in some file."""
    pool = {f"{first} {last}" for first in names.FIRST_NAMES for last in names.LAST_NAMES}
    addresses = {names.mail(name) for name in pool}
    found = {
        text for e in extracts for line in e.lines for text in _texts(line.cells) if text in pool or text in addresses
    }
    numbers = {
        n
        for e in extracts
        for line in e.lines
        if (n := getattr(line.origin, "registration_code", "")) == names.PERSONAL_NUMBER
    }
    return {"names": sorted(found & pool), "addresses": sorted(found & addresses), "numbers": sorted(numbers)}


def _texts(value: object) -> Iterable[str]:
    """All texts in a cell or a nested record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.write_text(_csv(header, rows), encoding="utf-8")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
