"""What a sender may say beside a file: `<file>.delivery.yml`. It is read here; what follows from it is decided elsewhere."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import PortfolioError
from pipelines.files import parse_yaml
from pipelines.instance import describe_validation

SIDECAR = ".delivery.yml"


class ControlTotals(BaseModel):
    """How many rows the sender counted, and what their amounts come to in the file's own unit and sign."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int | None = None
    amount: Decimal | None = None


class Sidecar(BaseModel):
    """What `<file>.delivery.yml` may say of the file beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    business_date: date | str | None = None
    received_at: datetime | None = None
    control_totals: ControlTotals = ControlTotals()
    note: str = ""


def sidecar_path(file: Path) -> Path:
    """Where a file's sidecar would lie."""
    return file.with_name(file.name + SIDECAR)


def read_sidecar(file: Path, relative: str) -> Sidecar:
    """What the sidecar beside a file says; `relative` names the file in messages. Raises PortfolioError when it is faulty."""
    path = sidecar_path(file)
    if not path.exists():
        return Sidecar()
    try:
        return Sidecar.model_validate(parse_yaml(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PortfolioError(f"{relative}{SIDECAR}: not valid YAML: {_fault(error)}. Correct the sidecar.") from error
    except ValidationError as error:
        raise PortfolioError(
            f"{relative}{SIDECAR} is faulty. {describe_validation(error, with_values=False)}. Correct the sidecar."
        ) from error


def _fault(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """What is wrong and in which line, without the line itself: its note may name somebody."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    return str(error)
