"""Numbers of registers: CVR and EAN with their check digits, every spelling of them, and what is never kept."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from pipelines.ingest.identifiers import classes_of, eans_of
from tests.conforming import contract, run

PERSON = "010203-1234"
LAW = settings(max_examples=200, deadline=None)


def registered(tmp_path: Path, register: str, name: str, file: dict[str, Any] | None = None, **more: Any) -> Contract:
    """A contract for a ledger whose column `Nr` holds a register's numbers."""
    properties = [
        {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"},
        {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
        {"name": name, "physicalName": "Nr", "logicalType": "string",
         "customProperties": [{"property": "register", "value": register}], **more},
    ]  # fmt: skip
    return contract(tmp_path, file, properties)


def lines(*numbers: str) -> bytes:
    return "".join(["Dato;Beløb;Nr\n", *(f"2026-01-05;1,00;{number}\n" for number in numbers)]).encode()


def kept(rows: list[Any]) -> list[tuple[str | None, str | None]]:
    return [(r["supplier_registration_code"], r["supplier_register_class_code"]) for r in rows]


def cvr(digits: str) -> str | None:
    """Seven digits with the check digit of the official description, None where it says that no number exists."""
    rest = sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return None if rest == 1 else digits + str(0 if rest == 0 else 11 - rest)


@pytest.mark.parametrize(
    ("number", "meant"),
    [
        ("13748136", "domestic"),  # 2+21+42+20+32+3+6+6 = 132 = 12 x 11
        ("64942212", "domestic"),  # 12+28+54+20+8+6+2+2 = 132
        ("24256791", "faulty"),  # 4+28+12+25+24+21+18+1 = 133
        ("10000000", "faulty"),  # 2
        ("00000000", "faulty"),  # a filler, although 0 is divisible
        ("DK13748136", "domestic"),
        ("DK-13 74 81 36", "domestic"),
        ("dk 13.74.81.36", "domestic"),
        ("CVR-nr. 13748136", "domestic"),
        ("13748136.0", "domestic"),
        ("'13748136", "domestic"),
        ("13\u00a074\u201181\u221236", "domestic"),
        ("DK1374813", "faulty"),
        ("DK24256791", "faulty"),
        ("SE556012579001", "foreign"),
        ("SE5560125790", "foreign"),
        ("CHE-123.456.789 MWST", "foreign"),
        ("987654321", "foreign"),
        ("1374813", "foreign"),
        ("0102031234", "faulty"),
        ("102031234", "faulty"),
        ("ukendt", "faulty"),
        ("1,37E+07", "faulty"),
        ("-", None),
    ],
)
def test_class_of_a_number(number: str, meant: str | None) -> None:
    assert classes_of([number]) == [meant]


def next_without_number(start: int) -> str:
    """The first seven digits from a start on to which no check digit belongs: about one in eleven."""
    return next(d for d in (f"{start + n:07d}" for n in range(999)) if cvr(d) is None)


@LAW
@given(st.from_regex("[0-9]{7}", fullmatch=True).filter(lambda d: cvr(d) is not None and d != "0000000"))
def test_the_calculated_check_digit_is_right_and_every_other_digit_wrong(digits: str) -> None:
    number = cvr(digits)
    changed = [digits + str(d) for d in range(10) if digits + str(d) != number]
    assert classes_of([str(number), *changed]) == ["domestic"] + ["faulty"] * 9


@LAW
@given(st.integers(0, 9_999_000).map(next_without_number))
def test_where_the_rest_is_one_no_number_exists(digits: str) -> None:
    assert set(classes_of([digits + str(d) for d in range(10)])) == {"faulty"}


@LAW
@given(st.from_regex("[0-9]{7}", fullmatch=True).filter(cvr), st.integers(0, 7), st.integers(1, 9))
def test_one_changed_digit_makes_a_right_number_faulty(digits: str, place: int, step: int) -> None:
    number = str(cvr(digits))
    changed = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert classes_of([changed]) == ["faulty"]


@LAW
@given(st.from_regex("[0-9]{12}", fullmatch=True).filter(lambda d: d.strip("0")), st.integers(1, 9))
def test_an_ean_has_its_check_digit_and_no_other(digits: str, step: int) -> None:
    check = -sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10
    right = digits + str(check)
    assert eans_of([right, digits + str((check + step) % 10), digits, right + "0"]) == [right, None, None, None]


def test_numbers_are_tidied_and_classified_and_no_line_is_lost(tmp_path: Path) -> None:
    agreement = registered(tmp_path, "cvr", "supplier_registration_code")
    numbers = ("DK-13 74 81 36", "SE556012579001", "24256791", "DK1374813", "", "00748137")
    report, rows, faults = run(tmp_path, agreement, lines(*numbers))
    assert kept(rows) == [
        ("13748136", "domestic"),
        ("SE556012579001", "foreign"),
        ("24256791", "faulty"),
        ("DK1374813", "faulty"),
        (None, None),
        ("00748137", "domestic" if cvr("0074813") == "00748137" else "faulty"),
    ]
    assert (report.accepted_rows, faults) == (6, [])


def test_faulty_numbers_are_counted_with_rows_to_look_at(tmp_path: Path) -> None:
    agreement = registered(tmp_path, "cvr", "supplier_registration_code")
    report, _, _ = run(tmp_path, agreement, lines("13748136", *["24256791"] * 7, "SE556012579001"))
    (warning,) = report.warnings
    assert "column 'Nr'" in warning
    assert "in 7 rows, such as row 3, 4, 5, 6, 7." in warning
    assert run(tmp_path, agreement, lines("13748136", "SE556012579001", ""))[0].warnings == ()


@pytest.mark.parametrize(
    "number", [PERSON, f"DK {PERSON}", f"CPR {PERSON}", "0102031234", "102031234", f"{PERSON} (privat)"]
)
def test_a_number_that_may_be_a_persons_is_neither_kept_nor_shown(tmp_path: Path, number: str) -> None:
    agreement = registered(tmp_path, "cvr", "supplier_registration_code")
    report, rows, faults = run(tmp_path, agreement, lines("13748136", number))
    assert kept(rows)[1] == (None, "faulty")
    assert faults == []
    (warning,) = report.warnings
    assert "may be a person's" in warning
    assert "row 3" in warning
    digits = "".join(filter(str.isdigit, number))
    assert not [text for text in (number, digits) if text in report.model_dump_json() or text in str(rows)]


def test_a_column_of_fractions_keeps_its_numbers(tmp_path: Path) -> None:
    agreement = registered(tmp_path, "cvr", "supplier_registration_code", {"format": "parquet"})
    table = pa.table(
        {"Dato": ["2026-01-05"] * 2, "Beløb": ["1,00"] * 2, "Nr": pa.array([13748136.0, None], pa.float64())}
    )
    pq.write_table(table, tmp_path / "p.parquet")
    _, rows, _ = run(tmp_path, agreement, tmp_path / "p.parquet", "p.parquet")
    assert kept(rows) == [("13748136", "domestic"), (None, None)]


def test_without_a_register_a_number_stays_as_it_is_written(tmp_path: Path) -> None:
    agreement = contract(
        tmp_path,
        None,
        [
            {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"},
            {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
            {"name": "supplier_registration_code", "physicalName": "Nr", "logicalType": "string"},
        ],
    )
    report, rows, _ = run(tmp_path, agreement, lines("DK-24 25 67 91", PERSON))
    assert kept(rows) == [("DK-24 25 67 91", None), (PERSON, None)]
    assert report.warnings == ()


def test_an_ean_of_a_csv_file_is_kept_whole_or_rejected_with_the_reason(tmp_path: Path) -> None:
    agreement = registered(tmp_path, "ean", "cost_centre_code")
    numbers = ("5798000000001", "5798 0000 0000 1", "5798000000002", "579800000000", "5.798E+12", "5,798E+12", "")
    _, rows, faults = run(tmp_path, agreement, lines(*numbers))
    assert [r["cost_centre_code"] for r in rows] == ["5798000000001", "5798000000001", None]
    assert [(f[0], f[2]) for f in faults] == [(n, "not_an_ean") for n in (4, 5, 6, 7)]
    assert "a spreadsheet turned the EAN into a rounded number" in faults[2][3]
    assert "format the column as text and deliver again" in faults[2][3]
    assert "found '5.798E+12'" in faults[2][3]


def test_an_ean_of_a_workbook_is_kept_whole_or_rejected_with_the_reason(tmp_path: Path) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Dato", "Beløb", "Nr"])
    for number in ("5798000000001", 5798000000001, 5798000000001.0, 5.798e12, "5,798E+12"):
        sheet.append(["2026-01-05", 1, number])
    book.save(buffer)
    agreement = registered(tmp_path, "ean", "cost_centre_code", {"format": "xlsx"})
    _, rows, faults = run(tmp_path, agreement, buffer.getvalue(), "p.xlsx")
    assert [r["cost_centre_code"] for r in rows] == ["5798000000001"] * 3
    assert [(f[0], f[2]) for f in faults] == [(5, "not_an_ean"), (6, "not_an_ean")]
    assert all("a spreadsheet turned the EAN into a rounded number" in f[3] for f in faults)


@pytest.mark.parametrize(
    ("name", "register", "more", "said"),
    [
        ("posting_text", "cvr", [], "expected a field of type code"),
        ("vat_code", "ean", [], "expected a field of type code"),
        ("supplier_registration_code", "cvr", [{"property": "codeList", "value": {"1": "13748136"}}], "without a code list"),
        ("supplier_key", "cvr", [], "cvr is for supplier_registration_code"),
        ("supplier_registration_code", "cpr", [], "register"),
    ],
)  # fmt: skip
def test_a_register_that_cannot_be_is_a_fault_of_the_contract(
    tmp_path: Path, name: str, register: str, more: list[Any], said: str
) -> None:
    custom = [{"property": "register", "value": register}, *more]
    with pytest.raises(ConfigurationError, match=said):
        registered(tmp_path, register, name, customProperties=custom)


def test_the_class_is_filled_by_the_register_alone(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"supplier_register_class_code.* cannot be given"):
        contract(tmp_path, constants={"supplier_register_class_code": "domestic"})


def test_a_required_number_that_may_be_a_persons_rejects_the_row_and_shows_nothing(tmp_path: Path) -> None:
    agreement = registered(tmp_path, "cvr", "supplier_registration_code", required=True)
    _, rows, faults = run(tmp_path, agreement, lines("13748136", PERSON))
    assert kept(rows) == [("13748136", "domestic")]
    assert [f[2] for f in faults] == ["missing"]
    assert PERSON not in faults[0][3]


def test_fixed_length_codes_are_held_by_a_row_rule(tmp_path: Path) -> None:
    rule = {
        "column": "voucher_key",
        "matches": "[0-9]{6}",
        "description": "Six digits; a spreadsheet takes the zeros in front.",
    }
    text = "Bilag;Dato;Beløb\n000012;01.02.2026;5\n12;01.02.2026;6\n"
    _, rows, faults = run(tmp_path, contract(tmp_path, rowRules=[rule]), text.encode())
    assert [r["voucher_key"] for r in rows] == ["000012"]
    assert [(f[0], f[2]) for f in faults] == [(3, "row_rule")]
