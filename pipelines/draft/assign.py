"""Which column is which field: one column a field, by the best total of header words and values. Writes nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.contracts.catalogue import Dataset, FieldDefinition, common_fields
from pipelines.draft.fit import fit, strength
from pipelines.draft.values import Profile
from pipelines.draft.words import is_personal, says

WORDS, VALUES = 0.7, 0.3
ACCEPTED = 0.48
SURE, TAKEN = 0.75, 0.38
SHARPER = 1.25
ADMINISTRATION = "administration_code"
BESIDE_ITS_CODE = 0.2
CODE_WORD = re.compile(r"[ _-](code|id|no|nr|number|key|kode|nummer)\.?$")


@dataclass(frozen=True)
class Match:
    """One column taken for one field."""

    field: str
    column: Profile
    confidence: float
    second: str | None = None

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


def candidates(dataset: Dataset, with_administration: bool, taken: Iterable[str] = ()) -> dict[str, FieldDefinition]:
    """The fields that a column may be. `administration_code` stands for the column that names the administration."""
    fields = {name: f for name, f in dataset.fields.items() if name not in set(taken) and not f.classifies}
    if with_administration:
        code = FieldDefinition(type="code", description="Column that names the administration.")
        fields |= {ADMINISTRATION: code, "administration_name": common_fields()["administration_name"]}
    return fields


def score(column: Profile, dataset: Dataset, name: str, field: FieldDefinition) -> float:
    """How sure it is that a column is a field, 0 to 1."""
    is_key = dataset.key == (name,) or name == "posting_key"
    suited = fit(column, name, field, is_key)
    if suited <= 0 or is_personal(column.header):
        return 0.0
    said = says(column.header, dataset.name, name)
    if said < 0.3:
        return 0.62 * strength(column, name, field) * (0.6 + said)
    known = strength(column, name, field)
    return min(1.0, WORDS * float(said**SHARPER) + VALUES * max(suited, known) + 0.1 * known)


def assign(columns: Sequence[Profile], dataset: Dataset, fields: Mapping[str, FieldDefinition]) -> list[Match]:
    """The one-to-one assignment with the best total score; pairs that are too unlikely are left out."""
    names = list(fields)
    scores = [[score(column, dataset, name, fields[name]) for name in names] for column in columns]
    if not columns or not names:
        return []
    _favour_the_name_beside_its_code(columns, names, scores)
    matches = []
    chosen = best_pairs([[max(0.0, s - ACCEPTED) ** 2 for s in row] for row in scores])
    for c, f in sorted(chosen):
        value = scores[c][f]
        if value < ACCEPTED:
            continue
        rival, other = max(((s, names[n]) for n, s in enumerate(scores[c]) if n != f), default=(0.0, ""))
        rival_column = max((scores[r][f] for r in range(len(columns)) if r != c), default=0.0)
        doubt = max(0.0, 0.1 - (value - max(rival, rival_column)))
        if (confidence := round(value - doubt, 2)) >= TAKEN:
            matches.append(Match(names[f], columns[c], confidence, other if rival >= ACCEPTED else None))
    return matches


def _favour_the_name_beside_its_code(columns: Sequence[Profile], names: list[str], scores: list[list[float]]) -> None:
    """Where one column names the administration by code, the column of the same name without "code" is its name in words."""
    if ADMINISTRATION not in names:
        return
    code, name = names.index(ADMINISTRATION), names.index("administration_name")
    stems = {
        CODE_WORD.sub("", column.header.lower()).strip(" _-.")
        for column, row in zip(columns, scores, strict=True)
        if row[code] >= ACCEPTED and CODE_WORD.search(column.header.lower())
    }
    for column, row in zip(columns, scores, strict=True):
        if column.header.lower().strip() in stems and row[name] > 0:
            row[name] = min(1.0, row[name] + BESIDE_ITS_CODE)


def best_pairs(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column) with the greatest total, each row and column once.

    The Hungarian method with potentials (Kuhn 1955, in the form of Jonker and Volgenant), O(n^3) for a few dozen columns.
    """
    rows, columns = len(scores), len(scores[0])
    size = max(rows, columns)
    cost = [[-scores[r][c] if r < rows and c < columns else 0.0 for c in range(size)] for r in range(size)]
    u, v, owner = [0.0] * (size + 1), [0.0] * (size + 1), [0] * (size + 1)
    for row in range(1, size + 1):
        _augment(row, cost, u, v, owner)
    return [(owner[c] - 1, c - 1) for c in range(1, columns + 1) if owner[c] - 1 < rows]


def _augment(row: int, cost: list[list[float]], u: list[float], v: list[float], owner: list[int]) -> None:
    """Give one more row its column along the cheapest path of exchanges."""
    size = len(cost)
    least, way, seen = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
    owner[0], here = row, 0
    while owner[here]:
        seen[here] = True
        current, step, nearest = owner[here], float("inf"), 0
        for c in range(1, size + 1):
            if seen[c]:
                continue
            if (reduced := cost[current - 1][c - 1] - u[current] - v[c]) < least[c]:
                least[c], way[c] = reduced, here
            if least[c] < step:
                step, nearest = least[c], c
        for c in range(size + 1):
            if seen[c]:
                u[owner[c]], v[c] = u[owner[c]] + step, v[c] - step
            else:
                least[c] -= step
        here = nearest
    while here:
        owner[here], here = owner[way[here]], way[here]
