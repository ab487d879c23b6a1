"""Where everything of one municipality lies: the only place that spells a folder name. Reads `instance.yml`, nothing else."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.errors import ConfigurationError
from pipelines.files import parse_yaml

PROJECT_ROOT = Path(__file__).resolve().parent.parent
INSTANCE_VARIABLE = "PORTFOLIO_INSTANCE"
SETTINGS_FILE = "instance.yml"


class MailSettings(BaseModel):
    """Where alerts go by mail. A login, if the server asks for one, is in the environment (docs/operating.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    recipients: tuple[str, ...] = Field(min_length=1)
    starttls: bool = False


class NotifySettings(BaseModel):
    """Who is told when a night failed, or a delivery is late or refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mail: MailSettings | None = None


class Settings(BaseModel):
    """The content of `instance.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    name_en: str = ""
    notice: str = ""
    notice_en: str = ""
    language: Literal["da", "en"] = "da"
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    time_zone: str = "Europe/Copenhagen"
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    price_year: int = Field(ge=1990, le=2100)
    schedule: str = "30 2 * * *"
    owner: str = "it-portfolio"
    administrations: Literal["listed", "open"] = "listed"
    keep_releases: int = Field(default=30, ge=2)
    keep_days: int = Field(default=92, ge=1)
    notify: NotifySettings = NotifySettings()

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone such as Europe/Copenhagen") from error
        return value

    @field_validator("schedule")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        if not re.fullmatch(r"([-0-9*/,]+\s+){4}[-0-9*/,A-Za-z]+", value.strip()):
            raise ValueError('not a cron schedule of five fields, such as "30 2 * * *"')
        return value


@dataclass(frozen=True)
class Instance:
    """One municipality's folder: its settings, and the paths of what it delivers, keeps and publishes.

    `configured`: the folder of an earlier configuration, when it is not the one that lies in `root` now.
    """

    root: Path
    settings: Settings
    configured: Path | None = None

    @classmethod
    def load(cls, root: Path | str | None = None) -> "Instance":
        """The instance at `root`, else at `PORTFOLIO_INSTANCE`, else the embedded `data/`.

        Raises ConfigurationError when the folder or its `instance.yml` is missing or faulty.
        """
        path = Path(root or os.environ.get(INSTANCE_VARIABLE) or PROJECT_ROOT / "data").resolve()
        return cls(root=path, settings=load_settings(path / SETTINGS_FILE))

    def configured_at(self, folder: Path) -> "Instance":
        """The same instance with the settings, contracts and reference data of another folder. Raises ConfigurationError."""
        return Instance(self.root, load_settings(folder / SETTINGS_FILE), folder)

    @property
    def configuration_root(self) -> Path:
        return self.configured or self.root

    @property
    def settings_file(self) -> Path:
        return self.configuration_root / SETTINGS_FILE

    @property
    def contracts(self) -> Path:
        return self.configuration_root / "contracts"

    @property
    def reference(self) -> Path:
        return self.configuration_root / "reference"

    @property
    def decisions(self) -> Path:
        return self.reference / "decisions"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def rejected(self) -> Path:
        return self.root / "rejected"

    @property
    def links(self) -> Path:
        return self.root / "links"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def dagster_home(self) -> Path:
        return self.root / ".dagster"

    @property
    def lock_file(self) -> Path:
        return self.root / ".refresh.lock"


def load_settings(path: Path) -> Settings:
    """Read and check one `instance.yml`."""
    if not path.is_file():
        raise ConfigurationError(
            f"No instance at {path.parent}: expected a file {SETTINGS_FILE} there, found none. "
            f"Name the instance folder with --instance PATH or {INSTANCE_VARIABLE}."
        )
    try:
        return Settings.model_validate(parse_yaml(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid YAML in UTF-8: {error}. Correct the file.") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path} is faulty. {describe_validation(error)}") from error


def describe_validation(error: ValidationError, with_values: bool = True) -> str:
    """All faults of a pydantic validation as one line a person can act on: field, reason, value found.

    `with_values`: false where the values may be about a person.
    """
    faults = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"]) or "(whole)"
        found = f" (found {fault['input']!r:.80})" if with_values else ""
        faults.append(f"{where}: {fault['msg']}{found}")
    return "; ".join(faults)
