"""What words of headers and cells mean: the vocabulary of words.yml, and how well a header says a field. No values' looks here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pipelines.contracts
from pipelines.files import parse_yaml

FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "é": "e", "è": "e", "ü": "u"})
PIECE = re.compile(r"[A-ZÆØÅ]+(?![a-zæøå])|[A-ZÆØÅ]?[a-zæøåéöäü]+|\d+|\?")
ENDINGS = ("ernes", "erne", "ens", "ets", "en", "et", "er", "es", "s", "e", "r", "t", "ne")
LINKS = ("", "s", "e")
FULL, WEAK, UNKNOWN, DIGITS = 1.0, 0.6, 0.55, 0.05
PREFIX_SHARE = 0.35
UNIT_HINT = re.compile(r"[\[(][^\])]*(?:kr|mio|mia|tusind|dkk|1[.,]?000|mdr|måned)[^\])]*[\])]", re.IGNORECASE)


@dataclass(frozen=True)
class Vocabulary:
    """The content of words.yml, folded."""

    concepts: Mapping[str, str]
    stop: frozenset[str]
    weak: frozenset[str]
    not_amounts: frozenset[str]
    personal: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    datasets: Mapping[str, Mapping[str, tuple[str, ...]]]
    values: Mapping[str, Mapping[str, str]]
    months: Mapping[str, int]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    path = Path(pipelines.contracts.__file__).parent / "words.yml"
    content: dict[str, Any] = parse_yaml(path.read_text(encoding="utf-8"))
    concepts: dict[str, str] = {}
    for concept, words in content["words"].items():
        for word in words:
            concepts.setdefault(fold(str(word)), concept)
        concepts.setdefault(concept, concept)
    return Vocabulary(
        concepts=concepts,
        stop=frozenset(map(str, content["stop"])),
        weak=frozenset(content["weak"]),
        not_amounts=frozenset(content["not_amounts"]),
        personal=tuple(content["personal"]),
        fields={name: tuple(phrases) for name, phrases in content["fields"].items()},
        datasets={d: {n: tuple(p) for n, p in fields.items()} for d, fields in content["datasets"].items()},
        values={
            name: {fold(str(word)): value for value, words in lists.items() for word in [*words, value]}
            for name, lists in content["values"].items()
        },
        months={word: n for n, words in enumerate(content["months"], start=1) for word in words},
    )


def fold(text: str) -> str:
    """Words of a text in lower case without Danish letters, camelCase split, one blank between."""
    return " ".join(piece.lower().translate(FOLDED) for piece in PIECE.findall(text))


def concepts_of(text: str) -> dict[str, float]:
    """The concepts that a phrase is made of, with weights; what is not understood stands for itself."""
    known = vocabulary()
    pieces = fold(text).split() or fold(text.lower()).split()
    found: dict[str, float] = {}
    position = 0
    while position < len(pieces):
        pair = " ".join(pieces[position : position + 2])
        if len(pieces) - position > 1 and pair in known.concepts:
            found[known.concepts[pair]] = _weight(known.concepts[pair])
            position += 2
            continue
        for concept, weight in _of_word(pieces[position]):
            found.setdefault(concept, weight)
        position += 1
    return found


def _weight(concept: str) -> float:
    return WEAK if concept in vocabulary().weak else FULL


@cache
def _of_word(word: str) -> tuple[tuple[str, float], ...]:
    known = vocabulary()
    if word in known.concepts and word not in known.stop:
        return ((known.concepts[word], _weight(known.concepts[word])),)
    if word in known.stop:
        return ()
    if word.isdigit():
        return ((word, DIGITS),)
    parts = _split(word, 0)
    if parts is not None:
        return tuple((known.concepts[p], _weight(known.concepts[p])) for p in parts if p not in known.stop)
    return ((word, UNKNOWN),)


def _split(word: str, depth: int) -> list[str] | None:
    """A compound as vocabulary words, the longest first part tried first; None when it is not made of them."""
    known = vocabulary().concepts
    for ending in ("", *ENDINGS):
        bare = word.removesuffix(ending) if ending and len(word) - len(ending) >= 3 else word
        if bare in known:
            return [bare]
    if depth == 3:
        return None
    for cut in range(len(word) - 2, 2, -1):
        head = word[:cut]
        for link in LINKS:
            bare = head.removesuffix(link)
            if len(bare) >= 3 and bare in known and (rest := _split(word[cut:], depth + 1)):
                return [bare, *rest]
    return None


def header_concepts(header: str) -> dict[str, float]:
    """A header's concepts; of a path such as `general.validity.validFrom` the last part counts most. Unit hints are left out."""
    *before, last = UNIT_HINT.sub("", header).replace("[]", "").split(".") if _is_path(header) else [header]
    last = UNIT_HINT.sub("", last)
    found = concepts_of(last)
    for part in before:
        for concept, weight in concepts_of(part).items():
            found.setdefault(concept, weight * PREFIX_SHARE if weight > UNKNOWN else weight * 0.2)
    return found


def _is_path(header: str) -> bool:
    return re.fullmatch(r"[A-Za-z_]\w*(\[\])?(\.\w+(\[\])?)+", header) is not None


def likeness(header: Mapping[str, float], phrase: Mapping[str, float]) -> float:
    """How much of the phrase is in the header and of the header in the phrase, 0 to 1."""
    common = sum(min(weight, FULL) for concept, weight in phrase.items() if concept in header)
    if not common:
        return 0.0
    beside = sum(weight for concept, weight in header.items() if concept not in phrase)
    return 2 * common / (sum(phrase.values()) + common + beside)


@cache
def _phrases(dataset: str, field: str) -> tuple[Mapping[str, float], ...]:
    known = vocabulary()
    texts = (*known.datasets.get(dataset, {}).get(field, ()), *known.fields.get(field, ()), field.replace("_", " "))
    return tuple(concepts_of(text) for text in texts)


def says(header: str, dataset: str, field: str) -> float:
    """How well a header says a field of a dataset, 0 to 1."""
    if is_personal(header):
        return 0.0
    own = header_concepts(header)
    return max(likeness(own, phrase) for phrase in _phrases(dataset, field))


def is_personal(header: str) -> bool:
    """Whether a header names the person who wrote or owns the row."""
    text = f" {fold(header)} "
    return any(f" {word} " in text or text.strip().startswith(word + " ") for word in vocabulary().personal)


def is_no_amount(header: str) -> bool:
    """Whether the header says that its numbers are counts, shares or differences."""
    return bool(vocabulary().not_amounts & set(fold(header).split()))


def accepted_value(field: str, text: str) -> str | None:
    """The accepted value that a source's text means, None when it is not understood."""
    meanings = vocabulary().values.get(field, {})
    return meanings.get(fold(text)) or meanings.get(fold(text.lower()))
