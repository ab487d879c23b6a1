"""How text for people stands on a terminal. Knows nothing of what is told."""

from rich.console import Console


def console(narrowest: int) -> Console:
    """A terminal at least so wide, whatever it says itself: figures are never cut, and nothing in them is taken for markup."""
    return Console(highlight=False, soft_wrap=True, markup=False, width=max(Console().width, narrowest))
