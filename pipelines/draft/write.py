"""A proposal as the YAML of a contract, with a comment wherever a person should look; and as a table for the terminal."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.table import Table

from pipelines.contracts.catalogue import LOGICAL_TYPES
from pipelines.contracts.loading import load_contract
from pipelines.draft.assign import Match
from pipelines.draft.proposal import Proposal
from pipelines.errors import ConfigurationError


def contract_yaml(proposal: Proposal) -> str:
    """The contract as YAML of the Open Data Contract Standard, status draft."""
    parts = (_top(proposal), _server(proposal), _schema(proposal), _rest(proposal))
    return "\n".join(line for part in parts for line in part) + "\n"


def faults_of(text: str) -> list[str]:
    """What the contract loader says against a drafted contract, empty when it takes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "draft.odcs.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            load_contract(path)
        except ConfigurationError as error:
            return [line.replace(f"{path}: ", "") for line in str(error).splitlines()]
    return []


def flow(value: Any) -> str:
    """A value on one line, as YAML; texts with line breaks or control characters with escapes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    if isinstance(value, str) and (len(value.splitlines()) > 1 or not value.isprintable()):
        return json.dumps(value)
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**6)
    return text.strip()[1:-1]


def _top(proposal: Proposal) -> Iterator[str]:
    yield f"# Drafted from {proposal.file_name!r} by `portfolio contract draft`. Check every line; then set status: active."
    if proposal.questions or proposal.missing:
        yield "# Open questions:"
    for name in proposal.missing:
        yield _comment(f"- Which column is {name}? The dataset requires it, and no column seems to be it.")
    for question in proposal.questions:
        yield _comment(f"- {question}")
    yield "apiVersion: v3.1.0"
    yield "kind: DataContract"
    yield f"id: {proposal.owner}.{proposal.dataset.name}"
    yield f"name: {flow(f'{proposal.dataset.label_da}, {proposal.owner}')}"
    yield "version: 0.1.0"
    yield "status: draft"
    count = len(proposal.questions) + len(proposal.missing)
    limitations = f"Drafted, {count} open questions stand at the top of the file."
    yield f"description: {flow({'purpose': proposal.dataset.description, 'limitations': limitations})}"


def _comment(text: str) -> str:
    return "# " + " ".join(text.split())


def _server(proposal: Proposal) -> Iterator[str]:
    sniffed, shape = proposal.sniffed, proposal.shape
    yield "servers:"
    yield "  - server: landing"
    yield "    type: local"
    yield f"    path: landing/{proposal.owner}"
    yield f"    format: {sniffed.format}"
    if sniffed.format in ("csv", "json", "ndjson"):
        yield f"    encoding: {sniffed.encoding}"
    yield "    customProperties:"
    given: dict[str, Any] = {"filePattern": proposal.names.pattern}
    if sniffed.format == "csv":
        given["delimiter"] = sniffed.delimiter
        if sniffed.quote != '"':
            given["quote"] = sniffed.quote
        if sniffed.has_open_end:
            given["finalLineEnd"] = "optional"
    if shape.header_row > 1:
        given["headerRow"] = shape.header_row
    if sniffed.sheet:
        given["sheet"] = sniffed.sheet
    if sniffed.record_path:
        given["recordPath"] = sniffed.record_path
    if shape.total:
        given["totalRows"] = {"column": shape.total.header, "pattern": shape.total.pattern}
    yield from _properties(given, "      ")


def _properties(given: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in given.items():
        yield f"{indent}- {flow({'property': name, 'value': value})}"


def _schema(proposal: Proposal) -> Iterator[str]:
    yield "schema:"
    yield f"  - name: {proposal.dataset.name}"
    yield "    physicalType: file"
    yield "    properties:" + ("" if proposal.keys or proposal.fields else " []")
    for name, key in proposal.keys.items():
        yield f"      # made of {len(key.columns)} columns that others may use too, please check"
        entry: dict[str, Any] = {"name": name, "logicalType": "string", "required": True}
        if len(key.columns) == 1:
            yield f"      - {flow(entry | {'physicalName': key.columns[0]})}"
        else:
            compose = {"property": "compose", "value": {"columns": list(key.columns), "separator": "/"}}
            yield f"      - {flow(entry | {'customProperties': [compose]})}"
    for match in proposal.fields:
        yield from _property(proposal, match)
    yield "    quality:"
    yield "      - {type: library, metric: rowCount, mustBeGreaterThan: 0, severity: critical, description: The file has rows.}"


def _property(proposal: Proposal, match: Match) -> Iterator[str]:
    definition = proposal.definition(match.field)
    note = f"confidence {match.confidence:.2f}"
    if not match.is_sure:
        note += ", please check" + (f" (or {match.second})" if match.second else "")
    yield f"      - name: {match.field}  # {note}"
    yield f"        physicalName: {flow(match.column.header)}"
    yield f"        logicalType: {LOGICAL_TYPES[definition.type][0]}"
    if definition.required:
        yield "        required: true"
    if style := proposal.dates_of(match):
        yield f"        logicalTypeOptions: {flow({'format': style})}"
    custom: dict[str, Any] = {
        "multiValued": proposal.separator_of(match),
        "format": proposal.year_style(match),
        "amountUnit": proposal.units.get(match.field),
        "register": proposal.register_of(match),
    }
    custom = {name: value for name, value in custom.items() if value}
    lists = proposal.code_list(match)
    if custom or lists:
        yield "        customProperties:"
    yield from _properties(custom, "          ")
    if lists:
        yield "          - property: codeList"
        yield "            value:" + ("" if lists.known else " {}")
        yield from (f"              {flow(key)}: {flow(value)}" for key, value in lists.known.items())
        accepted = ", ".join(definition.values)
        yield from (_unknown(value, accepted) for value in lists.unknown[:40])


def _unknown(value: str, accepted: str) -> str:
    return f"              # {flow(' '.join(value.split()))}: '?'   not understood: one of {accepted}"


def _rest(proposal: Proposal) -> Iterator[str]:
    unit = {"day": "day", "month": "month", "year": "year"}.get(proposal.names.grain, "month")
    if unit == "day":
        unit = "month"
    yield "slaProperties:  # how often, and how late it may be: please check"
    yield f"  - {{property: frequency, value: 1, unit: {unit}}}"
    yield "  - {property: latency, value: 15, unit: day}"
    yield "customProperties:"
    yield f"  - {flow({'property': 'administration', 'value': proposal.administration})}"
    mode = "period" if proposal.dataset.name == "postings" and proposal.names.grain else "snapshot"
    yield f"  - {{property: mode, value: {mode}}}"
    yield from _properties(_reading(proposal), "  ")
    if proposal.constants:
        yield "  # constants are guesses, please check"
        yield from _properties({"constants": proposal.constants}, "  ")
    if proposal.wide:
        yield "  - property: unpivot"
        yield "    value:"
        yield f"      into: {proposal.wide.into}"
        yield "      columns:"
        yield from (f"        {flow(header)}: {flow(dict(said))}" for header, said in proposal.wide.columns.items())
    if proposal.ignored:
        yield "  - property: ignoredColumns"
        yield "    value:"
        yield from (f"      - {flow(header)}  # {reason}" for header, reason in proposal.ignored)


def _reading(proposal: Proposal) -> dict[str, Any]:
    """How numbers, amounts and dates are read, where it is not the default."""
    given: dict[str, Any] = {}
    numbers = {"decimal": proposal.numbers.decimal, "thousands": proposal.numbers.thousands}
    if numbers != {"decimal": ".", "thousands": ""}:
        given["numbers"] = numbers
    amounts: dict[str, Any] = {"unit": proposal.unit, "sign": proposal.sign}
    if proposal.with_vat:
        amounts["vat"] = "included"
    if proposal.price_year:
        amounts["priceYear"] = proposal.price_year
    if amounts != {"unit": 1, "sign": 1}:
        given["amounts"] = amounts
    if proposal.empty_dates:
        given["emptyDates"] = proposal.empty_dates
    return given


def summary(proposal: Proposal) -> Table:
    """The proposal as a table: source column, field, confidence, how it is read."""
    table = Table(title=f"{proposal.file_name} as {proposal.dataset.name}: {file_style(proposal)}")
    for title in ("column", "field", "confidence", "read as"):
        table.add_column(title, justify="right" if title == "confidence" else "left", overflow="fold")
    for row in _lines(proposal):
        table.add_row(*row)
    return table


def file_style(proposal: Proposal) -> str:
    """How the file is written, in words."""
    s = proposal.sniffed
    parts = [s.format, s.encoding if s.format in ("csv", "json", "ndjson") else "", s.line_end]
    parts += [f"delimiter {s.delimiter!r}" if s.delimiter else "", f"sheet {s.sheet!r}" if s.sheet else ""]
    parts += [f"header in row {proposal.shape.header_row}", f"{len(proposal.rows)} rows looked at"]
    return ", ".join(part for part in parts if part)


def _lines(proposal: Proposal) -> Iterable[tuple[str, str, str, str]]:
    for name, key in proposal.keys.items():
        yield " / ".join(key.columns), name, "?", "tells the rows apart"
    for match in proposal.fields:
        lists = proposal.code_list(match)
        how = [
            proposal.dates_of(match),
            f"{len(lists.known)} codes, {len(lists.unknown)} not understood" if lists else "",
            {"cvr": "CVR numbers", "ean": "EAN numbers"}.get(proposal.register_of(match) or "", ""),
        ]
        mark = f"{match.confidence:.2f}" if match.is_sure else f"[yellow]{match.confidence:.2f} ?[/yellow]"
        yield match.column.header.replace("[", r"\["), match.field, mark, ", ".join(h for h in how if h)
    for header, said in (proposal.wide.columns if proposal.wide else {}).items():
        yield (
            header.replace("[", r"\["),
            proposal.wide.into if proposal.wide else "",
            "",
            f"a row of its own: {', '.join(said.values())}",
        )
    for name, value in proposal.constants.items():
        yield "", name, "?", f"{value} in the whole file"
    for header, reason in proposal.ignored:
        yield header.replace("[", r"\["), "", "", f"ignored: {reason}"
