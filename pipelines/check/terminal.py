"""A verdict on the terminal. Shows what verdict.py made; everything from the file is Text, never markup."""

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipelines.check.verdict import CheckVerdict, RejectedByRule
from pipelines.check.words import HEADLINES, LABELS, Sentence, number, rule_label

COLOURS = {"accepted": "green", "accepted_with_rejections": "yellow", "refused": "red"}


def print_verdict(verdict: CheckVerdict, console: Console | None = None) -> None:
    """Print the whole verdict, most important first."""
    console = console or Console(highlight=False)
    colour = COLOURS[verdict.outcome]
    headline = _both(HEADLINES[verdict.outcome], verdict, f"bold {colour}")
    console.print(Panel(Group(headline, _subject(verdict)), border_style=colour, box=box.ROUNDED))
    for title, parts in _sections(verdict):
        console.print(_both(LABELS[title], verdict, "bold"))
        console.print(Padding(Group(*parts), (0, 0, 1, 2)))


def _sections(verdict: CheckVerdict) -> Iterable[tuple[str, list[RenderableType]]]:
    """The sections that have something to say, by the key of their title."""
    found: list[tuple[str, list[RenderableType]]] = [
        ("why", _bullets(verdict.refusal_reasons, verdict)),
        ("rows", [_rows(verdict)]),
        ("rejections", _rejections(verdict)),
        ("checks", _checks(verdict)),
        ("warnings", _bullets(verdict.warnings, verdict)),
        ("next", _bullets(verdict.next_steps, verdict, numbered=True)),
    ]
    return [(title, parts) for title, parts in found if parts]


def _both(sentence: Sentence, verdict: CheckVerdict, style: str = "", between: str = "  ") -> Text:
    """A sentence in the instance's language, with English beside it in grey."""
    text = Text(sentence.first(verdict.language), style=style)
    second = sentence.second(verdict.language)
    return text.append(between + second, style="not bold bright_black") if second else text


def _label(key: str, verdict: CheckVerdict) -> Text:
    return _both(LABELS[key], verdict, between=" / ")


def _subject(verdict: CheckVerdict) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row(_label("file", verdict), Text(verdict.file_name))
    table.add_row(_label("contract", verdict), Text(f"{verdict.contract_title} ({verdict.contract_id})"))
    if verdict.business_date and verdict.business_date_from:
        origin = _both(LABELS[verdict.business_date_from], verdict, between=" / ")
        table.add_row(_label("business_date", verdict), Text.assemble(f"{verdict.business_date} (", origin, ")"))
    return table


def _bullets(sentences: Iterable[Sentence], verdict: CheckVerdict, numbered: bool = False) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    for n, sentence in enumerate(sentences, start=1):
        table.add_row(f"{n}." if numbered else "-", _both(sentence, verdict, between="\n"))
    return [table] if table.row_count else []


def _rows(verdict: CheckVerdict) -> RenderableType:
    if verdict.rows is None:
        return _both(LABELS["no_rows"], verdict, between="\n")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column(_label("count", verdict), justify="right")
    if verdict.amounts:
        currency = Text(f", {verdict.currency}")
        table.add_column(Text.assemble(_label("amount", verdict), currency), justify="right")
    for label, count, amount in figures(verdict):
        table.add_row(_label(label, verdict), count, *([amount] if verdict.amounts else []))
    return table


def figures(verdict: CheckVerdict) -> list[tuple[str, str, str]]:
    """Label, rows and amount of each line of the table of figures, as texts in the instance's language."""
    if verdict.rows is None:
        return []
    accepted = "accepted_refused" if verdict.outcome == "refused" else "accepted"
    lines = []
    for key, label in (("source", "source"), ("accepted", accepted), ("rejected", "rejected")):
        count = number(getattr(verdict.rows, key), verdict.language)
        amount = number(getattr(verdict.amounts, key), verdict.language, 2) if verdict.amounts else ""
        lines.append((label, count, amount))
    beside = [("blank", verdict.rows.blank), ("total", verdict.rows.total)]
    beside += [("previous", verdict.previous.accepted_rows)] if verdict.previous else []
    return lines + [(label, number(count, verdict.language), "") for label, count in beside]


def _rejections(verdict: CheckVerdict) -> list[RenderableType]:
    if not verdict.rejections:
        return []
    note = _both(LABELS["rejections_note"], verdict, "bright_black", between="\n")
    return [note, *(part for rule in verdict.rejections for part in _rule(rule, verdict))]


def _rule(rule: RejectedByRule, verdict: CheckVerdict) -> list[RenderableType]:
    title = _both(rule_label(rule.rule_code), verdict, "bold", between=" / ")
    count = number(rule.row_count, verdict.language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(_label("row", verdict), justify="right", no_wrap=True)
    table.add_column(_label("column", verdict))
    table.add_column(_label("reason", verdict), overflow="fold")
    for row in rule.examples:
        table.add_row(str(row.row_number), Text(row.column or "–"), Text(row.reason))
    return [Text.assemble("\n", title, f": {count} ", Text(f"[{rule.rule_code}]", "bright_black")), table]


def _checks(verdict: CheckVerdict) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for check in verdict.checks:
        label = _both(LABELS[check.outcome.value], verdict, "bold", between=" / ")
        table.add_row(label, _both(Sentence(en=check.sentence, da=check.sentence_da), verdict, between="\n"))
    passed = Text.assemble(_label("passed_checks", verdict), f": {verdict.passed_check_count}")
    return [*([table] if table.row_count else []), passed] if table.row_count or verdict.passed_check_count else []
