"""A verdict as one self-contained page that prints well. Shows what verdict.py made; layout and style are in page.html.j2."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipelines.check.terminal import figures
from pipelines.check.verdict import CheckVerdict
from pipelines.check.words import HEADLINES, LABELS, Sentence, number, rule_label

SIGNS = {"accepted": "✓", "accepted_with_rejections": "!", "refused": "✕"}


def verdict_page(verdict: CheckVerdict) -> str:
    """The page as HTML. Everything from the file is escaped; nothing is loaded from anywhere."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = lambda sentence: _both(sentence, verdict.language)
    environment.filters["label"] = lambda key: _both(LABELS[key], verdict.language)
    environment.filters["figure"] = lambda value: number(value, verdict.language)
    return environment.get_template("page.html.j2").render(
        v=verdict,
        headline=HEADLINES[verdict.outcome],
        sign=SIGNS[verdict.outcome],
        figures=figures(verdict),
        rule_label=rule_label,
        sentence=lambda check: Sentence(en=check.sentence, da=check.sentence_da),
        title=LABELS["title"].first(verdict.language),
        checked_at=verdict.checked_at.strftime("%Y-%m-%d %H:%M UTC"),
    )


def _both(sentence: Sentence, language: str) -> Markup:
    """A sentence in the page's language with English beside it; a sentence without Danish is marked as English."""
    first, second = sentence.first(language), sentence.second(language)
    if language == "da" and not sentence.da:
        return Markup('<span lang="en">{}</span>').format(first)
    beside = Markup(' <span class="en" lang="en">{}</span>').format(second) if second else ""
    return escape(first) + beside
