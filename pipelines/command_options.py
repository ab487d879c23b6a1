"""Options that several commands share. No command lives here."""

from pathlib import Path

import click


def _choose(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """The instance may be named before or after the command; the last one counts."""
    context.obj = value or context.obj


instance_option = click.option(
    "--instance",
    type=click.Path(path_type=Path),
    callback=_choose,
    expose_value=False,
    is_eager=True,
    help="The instance folder (default: PORTFOLIO_INSTANCE, else data/).",
)
