"""Groups of things that are linked to each other. Pure: no data source, no scores."""

from collections.abc import Iterable


def clusters(members: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest member of the group that each member belongs to; `links` are pairs of the same group.

    The result does not depend on the order of members or links.
    """
    parent = {member: member for member in members}

    def root(member: str) -> str:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for left, right in links:
        a, b = root(left), root(right)
        if a != b:
            low, high = sorted((a, b))
            parent[high] = low
    return {member: root(member) for member in parent}
