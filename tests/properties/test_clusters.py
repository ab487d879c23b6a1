"""Laws of grouping that hold for any links and decisions: order does not matter, decisions always win, twice is once."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.clusters import Contradiction, clusters

LAW = settings(max_examples=200, deadline=None)
MEMBERS = "abcdefghij"
PAIRS = st.sampled_from(list(combinations(MEMBERS, 2)))
LINKS = st.lists(st.tuples(PAIRS, st.sampled_from([1.0, 0.97, 0.9, 0.8])).map(lambda t: (*t[0], t[1])), max_size=25)
SAME = st.lists(PAIRS, max_size=4)
APART = st.lists(PAIRS, max_size=6)


def grouped(
    links: list[tuple[str, str, float]], same: list[tuple[str, str]], apart: list[tuple[str, str]]
) -> dict[str, str] | None:
    """The groups, or None where the decisions contradict each other."""
    try:
        return clusters(MEMBERS, links, same, apart)
    except Contradiction:
        return None


@LAW
@given(LINKS, SAME, APART, st.randoms(use_true_random=False))
def test_order_of_anything_does_not_matter(
    links: list[tuple[str, str, float]],
    same: list[tuple[str, str]],
    apart: list[tuple[str, str]],
    chance: random.Random,
) -> None:
    def shuffled(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [chance.choice([(a, b), (b, a)]) for a, b in chance.sample(pairs, len(pairs))]

    turned = [chance.choice([(a, b, p), (b, a, p)]) for a, b, p in chance.sample(links, len(links))]
    assert grouped(links, same, apart) == grouped(turned, shuffled(same), shuffled(apart))


@LAW
@given(LINKS, SAME, APART)
def test_decisions_always_win(
    links: list[tuple[str, str, float]], same: list[tuple[str, str]], apart: list[tuple[str, str]]
) -> None:
    heads = grouped(links, same, apart)
    decided = clusters(MEMBERS, [], same)
    assert (heads is None) == any(decided[a] == decided[b] for a, b in apart)
    if heads is not None:
        assert all(heads[a] == heads[b] for a, b in same)
        assert all(heads[a] != heads[b] for a, b in apart)


@LAW
@given(LINKS, SAME, APART)
def test_twice_is_once_and_the_head_is_the_smallest(
    links: list[tuple[str, str, float]], same: list[tuple[str, str]], apart: list[tuple[str, str]]
) -> None:
    heads = grouped(links, same, apart)
    assert heads == grouped(links * 2, same * 2, apart * 2)
    for member, head in (heads or {}).items():
        assert head == min(m for m, h in (heads or {}).items() if h == heads[head]) <= member  # type: ignore[index]


@LAW
@given(LINKS, APART)
def test_a_link_is_refused_only_for_a_decision(
    links: list[tuple[str, str, float]], apart: list[tuple[str, str]]
) -> None:
    """Linked members in two groups: something in the one must stay apart from something in the other."""
    heads = clusters(MEMBERS, links, (), apart)
    kept = {frozenset((heads[a], heads[b])) for a, b in apart}
    assert all(heads[a] == heads[b] or frozenset((heads[a], heads[b])) in kept for a, b, _ in links)


def test_the_surer_link_is_taken_first() -> None:
    """a and c must stay apart; b goes with whom it is more surely linked to, whatever the names."""
    assert clusters("abc", [("a", "b", 0.9), ("b", "c", 0.95)], (), [("a", "c")]) == {"a": "a", "b": "b", "c": "b"}
    assert clusters("abc", [("a", "b", 0.95), ("b", "c", 0.9)], (), [("c", "a")]) == {"a": "a", "b": "a", "c": "c"}


def test_a_decision_goes_before_a_certain_link() -> None:
    heads = clusters("abc", [("a", "b", 1.0)], [("b", "c")], [("a", "c")])
    assert heads == {"a": "a", "b": "b", "c": "b"}


def test_contradicting_decisions_are_refused() -> None:
    with pytest.raises(Contradiction, match=r"(a and b|b and c|a and c) are said"):
        clusters("abc", [], [("a", "b"), ("b", "c")], [("a", "c")])
