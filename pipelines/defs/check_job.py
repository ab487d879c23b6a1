"""A job that looks at one administration's files as `portfolio check` does, and takes nothing: for whoever is asked about a file."""

import tempfile
from pathlib import Path

import dagster as dg

from pipelines import clock
from pipelines.check.subject import contract_of
from pipelines.check.verdict import CheckVerdict, check_files
from pipelines.configuration import Configuration
from pipelines.defs.common import say, table_of, told
from pipelines.errors import PortfolioError
from pipelines.ingest.landing import newest_files
from pipelines.instance import Instance

JOB_NAME = "check_administration"


class CheckConfig(dg.Config):
    """`administration`: the folder below landing whose newest file of each contract is looked at."""

    administration: str


def check_job(instance: Instance) -> dg.JobDefinition:
    """Says of each file what the nightly run would say of it; fails when one would be refused. Nothing is archived or released."""

    @dg.op(name="check_files", description="The verdict on the newest file of each contract in one folder of landing.")
    def check(context: dg.OpExecutionContext, config: CheckConfig) -> None:
        with told():
            configuration = Configuration.load(instance)
            files = newest_files(instance, configuration.contracts, config.administration)
            if not files:
                raise PortfolioError(
                    f"No file that belongs to a contract lies in landing/{config.administration}: expected one of "
                    f"{', '.join(sorted(p.name for p in instance.landing.iterdir() if p.is_dir()))}. Correct the administration."
                )
            verdicts = [_verdict(configuration, path) for path in files]
            for verdict in verdicts:
                say(context, f"{verdict.file_name}: {verdict.outcome}")
            context.add_output_metadata({"verdicts": _table(verdicts)})
            if refused := [v.file_name for v in verdicts if v.outcome == "refused"]:
                raise PortfolioError(f"Would be refused: {', '.join(refused)}. `portfolio check FILE --html` says why.")

    @dg.job(name=JOB_NAME, description="Look at one administration's newest files; nothing is taken or released.")
    def job() -> None:
        check()

    return job


def _verdict(configuration: Configuration, path: Path) -> CheckVerdict:
    with tempfile.TemporaryDirectory(prefix="portfolio-check-") as work:
        return check_files(configuration, contract_of(configuration, path.name, None), (path,), clock.now(), Path(work))


def _table(verdicts: list[CheckVerdict]) -> dg.MarkdownMetadataValue:
    rows = [
        (v.file_name, v.outcome, v.rows.accepted if v.rows else 0, v.rows.rejected if v.rows else 0) for v in verdicts
    ]
    return table_of(("file", "outcome", "accepted", "rejected"), rows)
