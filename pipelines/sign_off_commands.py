"""The command `portfolio sign-off`. Thin: what a sign-off is and how it is kept is in pipelines/sign_off.py."""

from decimal import Decimal
from pathlib import Path

import click
import duckdb
from pydantic import ValidationError

from pipelines.command_options import instance_option
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.instance import Instance, describe_validation
from pipelines.release.pointer import release_folder
from pipelines.release.whole import open_whole
from pipelines.sign_off import SignOff, add_sign_off, sign_off_file
from pipelines.transform.plan import today


@click.command("sign-off")
@click.argument("administration")
@click.argument("figure")
@click.option("--release", default="current", show_default=True, help="Id of the release whose figure was looked at.")
@click.option("--sign/--dispute", "is_signed", required=True, help="Recognise the figure, or dispute it.")
@click.option("--by", required=True, help="Role of who decides. It is published: never a person's name.")
@click.option("--why", required=True, help="Why, in words that others understand. It is published.")
@instance_option
@click.pass_obj
def sign_off(
    root: Path | None, administration: str, figure: str, release: str, is_signed: bool, by: str, why: str
) -> None:
    """Record that ADMINISTRATION recognises or disputes its FIGURE as a release shows it.

    FIGURE is a figure_code of mart_sign_off, such as systems_in_use, yearly_cost or it_spend_2025.
    """
    instance = Instance.load(root)
    folder = release_folder(instance, release)
    value = _value(folder, administration, figure)
    try:
        decision = SignOff(
            administration_code=administration, figure_code=figure, release_id=folder.name, figure_value=value,
            decision_code="signed" if is_signed else "disputed", decided_by_role_name=by, decided_date=today(instance),
            decision_reason=why,
        )  # fmt: skip
    except ValidationError as error:
        raise ConfigurationError(
            f"portfolio sign-off: {describe_validation(error, with_values=False)}. Nothing was recorded; correct it."
        ) from error
    added = add_sign_off(instance, decision)
    click.echo(
        f"{administration} {figure} {value:,.2f} of {folder.name}: {decision.decision_code}"
        + (f", recorded in {sign_off_file(instance)}. It counts from the next `portfolio refresh` on." if added else ", known before.")
    )  # fmt: skip


def _value(folder: Path, administration: str, figure: str) -> Decimal:
    """The figure's value in a release. Raises PortfolioError that names the figures there are."""
    with open_whole(folder) as connection:
        try:
            rows = connection.execute(
                "select administration_code, figure_code, figure_value from mart_sign_off"
            ).fetchall()
        except duckdb.CatalogException as error:
            raise PortfolioError(
                f"{folder}: expected the table mart_sign_off, found an older release. Run `portfolio refresh` first."
            ) from error
    mine = {code: value for owner, code, value in rows if owner == administration}
    if mine.get(figure) is None:
        known = ", ".join(sorted(c for c, v in mine.items() if v is not None)) or "none"
        raise PortfolioError(
            f"Expected a known figure {figure!r} of {administration!r} in {folder.name}, found {known}"
            + ("." if mine else f"; administrations: {', '.join(sorted({r[0] for r in rows}))}.")
        )
    return Decimal(mine[figure])
