"""Which financing route fits a case, by criteria that are dated reference rows. Knows no criterion itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.cases.assumptions import Criterion

Measures = Mapping[str, float | None]


@dataclass(frozen=True)
class Route:
    """The route that fits (None: none does), why in words, and whether its criteria are verified."""

    code: str | None
    reason: str
    is_verified: bool


def suggest(criteria: Sequence[Criterion], measures: Measures, is_advised_against: bool = False) -> Route:
    """The first route, in the order of the rows, whose criteria all hold.

    A measure that is unknown (no payback, say) holds no criterion.
    """
    if is_advised_against:
        return Route(None, "A source advises against one solution for these.", False)
    said = []
    for code in dict.fromkeys(criterion.route_code for criterion in criteria):
        rows = [criterion for criterion in criteria if criterion.route_code == code]
        broken = [row for row in rows if not _holds(row, measures)]
        if not broken:
            verified = all(row.is_verified for row in rows)
            kept = ", ".join(_words(row, measures) for row in rows)
            return Route(code, f"{code}: {kept}{'' if verified else '; criteria not verified'}.", verified)
        said.append(f"{code} not: {', '.join(_words(row, measures) for row in broken)}")
    return Route(None, f"{'; '.join(said) or 'The instance has no criteria'}.", False)


def _holds(row: Criterion, measures: Measures) -> bool:
    found = measures[row.measure]
    if found is None:
        return False
    return found >= row.at_least if row.at_least is not None else found <= (row.at_most or 0)


def _words(row: Criterion, measures: Measures) -> str:
    found = measures[row.measure]
    limit = f"at least {row.at_least:,.10g}" if row.at_least is not None else f"at most {row.at_most:,.10g}"
    return f"{row.measure} {'unknown' if found is None else f'{found:,.0f}'} ({limit})"
