"""Numbers in JSON keep every digit, or their row is rejected in words: never a sum that is off."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.files import CHUNK
from pipelines.ingest.json_numbers import with_exact_numbers
from tests.conforming import COLUMNS, contract, run

CODED = [*COLUMNS, {"name": "account_code", "physicalName": "Konto", "logicalType": "string"}]
RECORD = '{{"Bilag": "1", "Dato": "01.01.2026", "Konto": {code}, "Beløb": {amount}}}'


@pytest.mark.parametrize("kind", ["json", "ndjson"])
@pytest.mark.parametrize("numbers", [{"decimal": ",", "thousands": "."}, {"decimal": ".", "thousands": ","}])
@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("12345678901234.56", "12345678901234.56"),
        ("99999999999999.99", "99999999999999.99"),  # a double would show .98
        ("-9007199254740993.01", "-9007199254740993.01"),
        ("1234567890123456", "1234567890123456.00"),
        ("1.50", "1.50"),
        ("1.5E+03", "1500.00"),
        ("1.2300000000000000", "1.23"),
        ("0.1234567890123456789", None),  # fractions of an øre
        ("12345678901234567890123.5", None),
        ("1.2345678901234567E+3", None),
    ],
)
def test_amounts_are_exact_or_rejected(
    tmp_path: Path, kind: str, numbers: dict[str, str], amount: str, read: str | None
) -> None:
    text = "\n".join(RECORD.format(code='"1"', amount=each) for each in (amount, "1"))
    content = "[" + text.replace("\n", ",\n") + "]" if kind == "json" else text
    _, rows, faults = run(
        tmp_path, contract(tmp_path, {"format": kind}, CODED, numbers=numbers), content.encode(), "p.json"
    )
    assert [str(row["posting_amount"]) for row in rows] == ([read] if read else []) + ["1.00"]
    assert [fault[2] for fault in faults] == ([] if read else ["not_an_amount"])
    assert all(amount.split("E")[0].replace(".", numbers["decimal"]) in fault[3] for fault in faults)


@pytest.mark.parametrize("code", ["1234567890123456789", "18446744073709551616", "123456789012345678901234567890"])
@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_codes_written_as_numbers_keep_their_digits(tmp_path: Path, kind: str, code: str) -> None:
    record = RECORD.format(code=code, amount="1")
    content = f"[{record}]" if kind == "json" else record
    _, rows, _ = run(tmp_path, contract(tmp_path, {"format": kind}, CODED), content.encode(), "p.json")
    assert [row["account_code"] for row in rows] == [code]


def test_only_numbers_are_touched_and_only_long_ones(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    text = (
        '{"a 1234567890123456": "1234567890123456 \\" 1234567890123456", "b": [1234567890123456, 1.5,\n'
        '-0.000000000000000012345, 12345678901234567e1], "c": 0012345678901234567, "d": "\\\\", "e":1234567890123456}'
    )
    path.write_text(text, "utf-8")
    assert with_exact_numbers(path, ",").read_text("utf-8") == (
        '{"a 1234567890123456": "1234567890123456 \\" 1234567890123456", "b": ["1234567890123456", 1.5,\n'
        '-0.000000000000000012345, "12345678901234567e1"], "c": 0012345678901234567, "d": "\\\\", "e":"1234567890123456"}'
    )
    path.write_text('{"a": 123456789012345, "b": 1.2}', "utf-8")
    assert with_exact_numbers(path, ",") == path


@pytest.mark.parametrize("before", range(CHUNK - 20, CHUNK + 2))
def test_a_number_between_two_pieces_is_seen(tmp_path: Path, before: int) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(b"[" + b" " * (before - 1) + b"12345678901234.56]")
    assert with_exact_numbers(path, ".").read_bytes().endswith(b' "12345678901234.56"]')


VALUES = st.recursive(
    st.integers() | st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.text(max_size=30) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=st.lists(VALUES), data=st.data())
def test_what_is_written_is_the_same_document_with_long_numbers_as_texts(
    tmp_path: Path, value: list[Any], data: st.DataObject
) -> None:
    path = tmp_path / "p.json"
    indent, ascii_only = data.draw(st.sampled_from([None, 1])), data.draw(st.booleans())
    path.write_text(json.dumps(value, indent=indent, ensure_ascii=ascii_only), "utf-8", errors="surrogatepass")
    written = json.loads(with_exact_numbers(path, ".").read_text("utf-8", errors="surrogatepass"))
    assert written == expected(value)


def expected(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: expected(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [expected(inner) for inner in value]
    is_long = isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) > 15
    return str(value) if is_long else value
