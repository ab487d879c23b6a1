"""Which configuration a build is made with: today's, or for a day in the past the one in force then, from the archive.

It is laid out in the build's folder, and read from there by every step. What a configuration holds is in configuration.py.
"""

from datetime import datetime
from pathlib import Path

from pipelines.audit.delivery import EXPECTATIONS, compile_suite
from pipelines.audit.limits import load_limits
from pipelines.cases.assumptions import FILE_NAME, load_assumptions
from pipelines.configuration import Configuration
from pipelines.errors import ConfigurationError
from pipelines.ingest.archive import Archive, ConfigurationInForce
from pipelines.instance import Instance
from pipelines.linkage.decisions import read_decisions
from pipelines.sign_off import read_sign_offs
from pipelines.transform.build import Build
from pipelines.transform.reference import check_references


def checked_configuration(instance: Instance) -> Configuration:
    """An instance's configuration, with everything in it looked at. Raises ConfigurationError when something is faulty."""
    configuration = Configuration.load(instance)
    for contract in configuration.contracts:
        compile_suite(contract)  # a quality rule that cannot be understood is a faulty configuration
    check_references(instance)
    read_decisions(instance)  # decisions that contradict each other are a faulty configuration
    read_sign_offs(instance)
    load_limits(EXPECTATIONS, instance.reference / "limits.yml")
    load_assumptions(instance.reference / FILE_NAME)
    return configuration


def configure(build: Build, configuration: Configuration, moment: datetime) -> ConfigurationInForce:
    """Lay out the configuration in force at `moment` in the build's folder, unless it is the present one.

    Raises ConfigurationError when this code cannot read it, PortfolioError when it is not whole in the archive.
    """
    archive = Archive(configuration.instance.archive)
    in_force = archive.configuration_at(moment)
    if in_force.content_hash != configuration.content_hash:
        archived_configuration(configuration.instance, in_force.content_hash, build.configuration)
    return in_force


def instance_of(build: Build, instance: Instance) -> Instance:
    """The instance with the settings, contracts and reference data that the build is made with."""
    return instance.configured_at(build.configuration) if build.configuration.is_dir() else instance


def configuration_of(build: Build, configuration: Configuration) -> Configuration:
    """The configuration that the build is made with; `configuration` is the present one."""
    instance = instance_of(build, configuration.instance)
    return configuration if instance is configuration.instance else Configuration.load(instance)


def archived_configuration(instance: Instance, content_hash: str, folder: Path) -> Configuration:
    """A configuration from the archive, laid out in `folder`. Raises ConfigurationError when this code cannot read it."""
    Archive(instance.archive).lay_out_configuration(content_hash, folder)
    try:
        found = checked_configuration(instance.configured_at(folder))
    except ConfigurationError as error:
        raise ConfigurationError(
            f"The configuration {content_hash[:12]} of the archive cannot be read by this version of the code: {error}\n"
            "Use the version of the code that was in use then, or choose another day."
        ) from error
    if found.content_hash != content_hash:
        raise ConfigurationError(
            f"The configuration {content_hash[:12]} of the archive is not whole: expected the files that its manifest "
            f"names, found {found.content_hash[:12]} in {folder}. Restore archive/ from its backup."
        )
    return found
