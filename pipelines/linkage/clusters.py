"""Groups of things that are linked to each other, and never of things that must stay apart. Pure: no data source, no scores."""

from collections.abc import Iterable

Pair = tuple[str, str]


class Contradiction(ValueError):
    """Two things are said to be the same and to be apart."""


def clusters(
    members: Iterable[str],
    links: Iterable[tuple[str, str, float]],
    same: Iterable[Pair] = (),
    apart: Iterable[Pair] = (),
) -> dict[str, str]:
    """The smallest member of the group that each member belongs to.

    `links` are (member, member, probability) and join groups, the most probable first and ties by their members, unless the
    joined group would hold a pair of `apart`. `same` joins before any link. The result does not depend on the order of
    anything given. Raises Contradiction when `same` alone brings a pair of `apart` together.
    """
    groups = _Groups(members, apart)
    for left, right in sorted(_ordered(same)):
        if not groups.join(left, right):
            raise Contradiction(f"{left} and {right} are said to be the same and to be apart")
    for _, left, right in sorted((-probability, min(a, b), max(a, b)) for a, b, probability in links):
        groups.join(left, right)
    return groups.heads()


def _ordered(pairs: Iterable[Pair]) -> list[Pair]:
    return [(min(pair), max(pair)) for pair in pairs]


class _Groups:
    """Disjoint sets whose head is their smallest member, and for each head the heads that it may not be joined with."""

    def __init__(self, members: Iterable[str], apart: Iterable[Pair]) -> None:
        self._parent = {member: member for member in members}
        self._kept_from: dict[str, set[str]] = {}
        for left, right in apart:
            if left == right:
                raise Contradiction(f"{left} is said to be apart from itself")
            self._kept_from.setdefault(left, set()).add(right)
            self._kept_from.setdefault(right, set()).add(left)

    def join(self, left: str, right: str) -> bool:
        """Make one group of two; false, and nothing done, when they must stay apart."""
        low, high = sorted((self._head(left), self._head(right)))
        if low == high:
            return True
        if high in self._kept_from.get(low, ()):
            return False
        self._parent[high] = low
        for other in self._kept_from.pop(high, set()):
            self._kept_from[other].discard(high)
            self._kept_from[other].add(low)
            self._kept_from.setdefault(low, set()).add(other)
        return True

    def heads(self) -> dict[str, str]:
        return {member: self._head(member) for member in self._parent}

    def _head(self, member: str) -> str:
        while self._parent[member] != member:
            self._parent[member] = self._parent[self._parent[member]]
            member = self._parent[member]
        return member
