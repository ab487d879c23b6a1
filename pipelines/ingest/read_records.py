"""Records: Parquet, JSON and XML files as tables of text. Nested values are named by their path, lists joined by "|"."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

import duckdb

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import CHUNK
from pipelines.ingest.expressions import literal
from pipelines.ingest.json_numbers import with_exact_numbers
from pipelines.ingest.read_sheet import store_table

MAX_DEPTH = 200
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def read_parquet(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """A Parquet file, its columns cast to text. Rows are numbered from 1."""
    relation = f"read_parquet({literal(str(path))}, file_row_number=true)"
    described = connection.execute(f"describe select * from {relation}").fetchall()
    columns = [(row[0], row[1]) for row in described if row[0] != "file_row_number"]
    connection.execute(
        f"create or replace table typed as select file_row_number, * exclude (file_row_number) from {relation}"
    )
    renamed = ", ".join(f"{_parquet_text(n, kind, contract)} as c{n}" for n, (_, kind) in enumerate(columns))
    names = ", ".join(["row_number", *(f"p{n}" for n in range(len(columns)))])
    connection.execute(
        f"create table {table} as select row_number + 1 + {before} as source_row_number, {renamed} from typed t({names})"
    )
    connection.execute("drop table typed")
    return tuple(column for column, _ in columns)


def _parquet_text(number: int, kind: str, contract: Contract) -> str:
    text = f"cast(p{number} as varchar)"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return f"replace({text}, '.', {literal(contract.numbers.decimal)})"
    if kind == "VARCHAR[]":
        return f"array_to_string(p{number}, '|')"
    return text


def read_json(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """Records of a JSON document or of JSON lines. Headers are the paths of all leaves, such as `general.name` or `kle[].name`."""
    _check_depth(path, name)
    path = with_exact_numbers(path, contract.numbers.decimal)
    if contract.file.format == "ndjson":
        connection.execute(
            f"create table records as select json as record from read_ndjson_objects({literal(str(path))})"
        )
    else:
        path_text = (
            "".join(f'."{part}"' for part in contract.file.record_path.split(".")) if contract.file.record_path else ""
        )
        connection.execute(
            f"create table records as select unnest(json_extract(content, {literal('$' + path_text + '[*]')})) as record "
            f"from read_text({literal(str(path))})"
        )
    structure = connection.execute("select json_group_structure(record) from records").fetchone()
    if not structure or structure[0] is None or structure[0] == '"NULL"':
        raise DeliveryRefused(
            f"{name}: expected a list of records at {contract.file.record_path or 'the top of the file'}, found none. "
            f"Deliver the records, or set recordPath in contract {contract.id}."
        )
    leaves = list(_leaves(json.loads(structure[0])))
    cells = (
        ", ".join(f"{_json_cell(steps, many, contract)} as c{n}" for n, (_, steps, many) in enumerate(leaves))
        or "null as c0"
    )
    connection.execute(
        f"create table {table} as select rowid + 1 + {before} as source_row_number, {cells} from records"
    )
    connection.execute("drop table records")
    return tuple(leaf for leaf, _, _ in leaves)


def _check_depth(path: Path, name: str) -> None:
    """Refuse JSON nested so deep that parsers of it run out of stack. Brackets in texts are looked at only when in doubt."""
    with path.open("rb") as file:
        brackets = b"".join(piece.translate(None, NOT_BRACKETS) for piece in iter(lambda: file.read(CHUNK), b""))
        if _depth(brackets) <= MAX_DEPTH:
            return
        file.seek(0)
        brackets = STRINGS.sub(b"", file.read()).translate(None, NOT_BRACKETS)
    if _depth(brackets) > MAX_DEPTH:
        raise DeliveryRefused(
            f"{name}: expected JSON at most {MAX_DEPTH} levels deep, found more. Deliver the records themselves."
        )


def _depth(brackets: bytes) -> int:
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def _leaves(structure: Any, path: str = "", steps: str = "$", many: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Every leaf of a JSON structure as (the path that a contract names it by, JSON path, whether it is of a list)."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            quoted = key.replace("\\", "\\\\").replace('"', '\\"')
            yield from _leaves(value, f"{path}.{key}" if path else key, f'{steps}."{quoted}"', many)
    elif isinstance(structure, list):
        yield from _leaves(structure[0] if structure else "VARCHAR", f"{path}[]", f"{steps}[*]", True)
    else:
        yield path, steps, many


def _json_cell(steps: str, many: bool, contract: Contract) -> str:
    """A leaf as text: every number in the contract's own style, whatever stands in the same place of other records."""
    text = f"json_extract_string(record, {literal(steps)})"
    if many:
        return f"array_to_string({text}, '|')"
    decimal = f"replace({text}, '.', {literal(contract.numbers.decimal)})"
    return f"case when json_type(record, {literal(steps)}) = 'DOUBLE' then {decimal} else {text} end"


def read_xml(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """The elements at `recordPath` of an XML document. Children are named by path, attributes by `@name`.

    A document type is refused, since it could name other files or grow without bound.
    """
    wanted = (contract.file.record_path or "").split(".")
    try:
        records = list(_xml_records(path, wanted, name))
    except ElementTree.ParseError as error:
        raise DeliveryRefused(
            f"{name}: expected well-formed XML, found {error}. Deliver the whole file again."
        ) from error
    if not records:
        raise DeliveryRefused(
            f"{name}: expected elements at {contract.file.record_path}, found none. Set recordPath in contract {contract.id}."
        )
    headers = tuple(dict.fromkeys(key for record in records for key in record))
    columns = [[record.get(header) for record in records] for header in headers]
    store_table(connection, columns, range(1 + before, len(records) + 1 + before), table)
    return headers


def _xml_records(path: Path, wanted: list[str], name: str) -> Iterator[dict[str, str]]:
    """Each record as its leaves, read in streaming; the path's last names decide, so it may leave out the root."""
    stack: list[str] = []
    for event, element in _xml_events(path, name):
        if event == "start":
            stack.append(_local(element.tag))
            if len(stack) > MAX_DEPTH:
                raise DeliveryRefused(
                    f"{name}: expected XML at most {MAX_DEPTH} elements deep, found more. Deliver the records themselves."
                )
            continue
        if stack[-len(wanted) :] == wanted:
            record: dict[str, str] = {}
            _xml_leaves(element, "", record)
            yield record
            element.clear()
        stack.pop()


def _xml_events(path: Path, name: str) -> Iterator[tuple[str, ElementTree.Element]]:
    """Starts and ends of elements. The file is UTF-8 by now, whatever encoding its first line still declares.

    A parser that is given text instead of bytes passes over that declaration.
    """
    parser = ElementTree.XMLPullParser(events=("start", "end"))  # document types are refused below
    tail, is_prolog = "", True
    with path.open(encoding="utf-8", newline="") as file:
        while piece := file.read(CHUNK):
            if is_prolog and "<!DOCTYPE" in (tail + piece).upper():
                raise DeliveryRefused(
                    f"{name}: expected XML without a document type, found one. Deliver it without <!DOCTYPE>."
                )
            tail = piece[-len("<!DOCTYPE") :]
            parser.feed(piece)
            for started in cast(Iterator[tuple[str, ElementTree.Element]], parser.read_events()):
                is_prolog = False
                yield started
    parser.close()
    yield from cast(Iterator[tuple[str, ElementTree.Element]], parser.read_events())


def _xml_leaves(element: ElementTree.Element, path: str, record: dict[str, str]) -> None:
    for key, value in element.attrib.items():
        _add(record, f"{path}.@{_local(key)}" if path else f"@{_local(key)}", value)
    if len(element) == 0 and path and element.text and element.text.strip():
        _add(record, path, element.text.strip())
    for child in element:
        _xml_leaves(child, f"{path}.{_local(child.tag)}" if path else _local(child.tag), record)


def _add(record: dict[str, str], key: str, value: str) -> None:
    record[key] = f"{record[key]}|{value}" if key in record else value


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
