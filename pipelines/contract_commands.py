"""The commands `portfolio contract ...`. Thin: what drafts and checks contracts is in pipelines/draft."""

import sys
from pathlib import Path

import click

from pipelines.command_options import instance_option
from pipelines.errors import PortfolioError

EXIT_FAULTY = 2


@click.group()
def contract() -> None:
    """Propose contracts for new files, and check those there are."""


@contract.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dataset", required=True, help="What the file is about: systems, contracts, assessments, postings ...")
@click.option(
    "--administration", help="Whose file it is; left out, a column that names the administration is looked for."
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the YAML (default: stdout)."
)
def draft(file: Path, dataset: str, administration: str | None, output: Path | None) -> None:
    """Propose a contract for FILE: how it is written, and which column is which field, with a confidence.

    What it is unsure of is marked in comments. Exit 1 when a required field was not found (the YAML is printed all the same).
    """
    from rich.console import Console

    from pipelines.contracts.catalogue import datasets
    from pipelines.draft.propose import propose
    from pipelines.draft.write import contract_yaml, faults_of, summary

    if dataset not in datasets():
        raise click.BadParameter(f"expected one of {', '.join(datasets())}, found {dataset!r}.", param_hint="--dataset")
    proposal = propose(file, datasets()[dataset], administration)
    text = contract_yaml(proposal)
    console = Console(stderr=True)
    console.print(summary(proposal))
    for question in proposal.questions:
        console.print(f"? {question}", markup=False, highlight=False)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        console.print(f"Written to {output}.", markup=False)
    else:
        click.echo(text, nl=False)
    if proposal.missing:
        raise PortfolioError(
            f"{file.name}: expected columns for the required fields of {dataset}, found none for {', '.join(proposal.missing)}. "
            "Name their columns in the drafted contract, or ask the sender for them."
        )
    if faults := faults_of(text):
        raise PortfolioError(
            f"{file.name}: the drafted contract must be corrected before it is taken: {'; '.join(faults)}"
        )


@contract.command()
@instance_option
@click.pass_obj
def lint(root: Path | None) -> None:
    """Check all contracts of the instance. Exit 0 when they are in order, 2 with every fault named."""
    from pipelines.draft.lint import lint as check
    from pipelines.instance import Instance

    count, faults = check(Instance.load(root))
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(EXIT_FAULTY)
    click.echo(f"{count} contracts are in order.")
