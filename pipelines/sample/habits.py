"""Words and habits that several registers share: Danish terms, who edited last, what a stated cost is. No files."""

import random
from datetime import date
from decimal import Decimal

from pipelines.sample import names
from pipelines.sample.world import Contract, Supplier, Use

DANISH_CRITICALITY = {"low": "Lav", "medium": "Mellem", "high": "Høj", "vital": "Samfundskritisk"}
DANISH_SENSITIVITY = {
    "none": "Ingen persondata",
    "personal": "Almindelige personoplysninger",
    "sensitive": "Følsomme personoplysninger",
    "criminal": "Straffedomme og lovovertrædelser",
}
DANISH_TYPES = {
    "framework": "Rammeaftale",
    "call_off": "Delaftale",
    "licence": "Licensaftale",
    "operation": "Driftsaftale",
    "development": "Udviklingsaftale",
    "support": "Konsulentaftale",
}


FOREIGN_NUMBERS = ("kff", "suf", "tmf")  # who have room for the number of another country
MISTYPED_SHARE, PERSONAL_SHARE = 0.02, 0.015


def editor(key: str) -> str:
    """The person who is said to have edited a record last."""
    return names.person(random.Random(key))


def stated_amount(use: Use) -> Decimal | None:
    """The yearly cost as an inventory states it: rounded, off by up to ten per cent, and often not at all."""
    rng = random.Random(f"stated {use.system_key}")
    if rng.random() < 0.4 or use.is_supplied_by_koncern_it:
        return None
    return Decimal(round(float(use.yearly_amount) * rng.uniform(0.9, 1.1), -3))


def stated_number(supplier: Supplier, code: str, key: str) -> str:
    """The supplier's register number as an administration states it: now and then mistyped, or the tradesman's own."""
    if not supplier.registration_code:
        return supplier.foreign_code if code in FOREIGN_NUMBERS else ""
    rng = random.Random(f"number {code} {key}")
    draw = rng.random()
    if draw < PERSONAL_SHARE and not supplier.is_it:
        return names.PERSONAL_NUMBER
    return names.mistyped(supplier.registration_code, rng) if draw < MISTYPED_SHARE else supplier.registration_code


def terminated(contract: Contract, day: date) -> date | None:
    """The day of notice, when a list of `day` can know it."""
    known = contract.terminated_date
    return known if known and known <= day else None


def options(contract: Contract) -> str:
    """Extension options in words, such as 2 x 12 måneder."""
    return f"{contract.option_count} x {contract.option_months} måneder" if contract.option_count else ""


def system_keys(contract: Contract, separator: str) -> str:
    """Keys of the system uses that the contract covers."""
    return separator.join(u.system_key for u in contract.uses)
