"""What administrations said of their own figures: recognised or disputed. Read, checked, added to; what follows is SQL's.

The file is `reference/decisions/sign_off.csv`. A row holds the value that was looked at, so that a figure that has changed
since is open again.
"""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.decision_files import read_rows, write_rows
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.ingest.privacy import PERSON
from pipelines.instance import Instance, describe_validation

FILE_NAME = "sign_off.csv"
CONTACT = r"@|\b[0-9]{6}[- ]?[0-9]{4}\b"


class SignOff(BaseModel):
    """One administration's word on one figure of one release."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1, str_strip_whitespace=True)

    administration_code: str
    figure_code: str
    release_id: str
    figure_value: Decimal = Field(max_digits=18, decimal_places=2)
    decision_code: Literal["signed", "disputed"]
    decided_by_role_name: str
    decided_date: date
    decision_reason: str

    @field_validator("decided_by_role_name")
    @classmethod
    def _is_a_role(cls, value: str) -> str:
        """It is published: neither a name nor an address of a person. The value itself is not shown."""
        if re.search(PERSON, value):
            raise ValueError(
                "expected a role with one capital at most, such as 'kontorchef', found what may be a person's name"
            )
        return value

    @field_validator("decision_reason")
    @classmethod
    def _names_nobody(cls, value: str) -> str:
        if re.search(CONTACT, value):
            raise ValueError(
                "expected words without mail addresses and civil registration numbers, since they are published"
            )
        return value

    @property
    def key(self) -> tuple[str, str, str, date]:
        """One word a day on one figure of one release."""
        return self.administration_code, self.figure_code, self.release_id, self.decided_date


COLUMNS = tuple(SignOff.model_fields)


def sign_off_file(instance: Instance) -> Path:
    """Where an instance's sign-offs lie."""
    return instance.decisions / FILE_NAME


def read_sign_offs(instance: Instance) -> tuple[SignOff, ...]:
    """All of an instance; none when there is no file. Raises ConfigurationError naming every faulty line."""
    path = sign_off_file(instance)
    if not path.is_file():
        return ()
    found: dict[tuple[str, str, str, date], SignOff] = {}
    faults = []
    for line, cells in read_rows(path, COLUMNS):
        try:
            row = SignOff.model_validate({c: cells[c] for c in COLUMNS})
        except ValidationError as error:
            faults.append(f"{path}, line {line}: {describe_validation(error, with_values=False)}. Correct the line.")
            continue
        if row.key in found:
            faults.append(
                f"{path}, line {line}: expected one decision a day on {row.figure_code} of {row.administration_code} in release "
                f"{row.release_id}, found a second. Remove one of them."
            )
        found[row.key] = row
    if faults:
        raise ConfigurationError("\n".join(faults))
    return tuple(found.values())


def add_sign_off(instance: Instance, new: SignOff) -> bool:
    """Append a decision; false when the file says the same already.

    Raises PortfolioError when it says something else of the same figure, release and day; the file is then as it was.
    """
    known = read_sign_offs(instance)
    same = next((row for row in known if row.key == new.key), None)
    if same is not None and same.decision_code != new.decision_code:
        raise PortfolioError(
            f"{sign_off_file(instance)}: expected one decision a day on {new.figure_code} of {new.administration_code} in release "
            f"{new.release_id}, found it {same.decision_code} today. Nothing was recorded; correct that line instead."
        )
    if same is None:
        write_rows(sign_off_file(instance), COLUMNS, [*known, new])
    return same is None
