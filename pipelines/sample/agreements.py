"""Contracts: which uses each covers, when it ends, what it costs a year. Ledger lines that pay them are in ledger.py."""

import random
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sample import names
from pipelines.sample.catalogue import ADMINISTRATIONS, CAPABILITIES, EVERYWHERE
from pipelines.sample.habits import stated_number
from pipelines.sample.uses import ALWAYS, FOREVER, MISSING_NUMBER, STYLES
from pipelines.sample.world import Contract, Supplier, Use, World

FRAMEWORKS, CONSULTANCIES, UNPAID = 2, 3, 2
KEYS = {
    "okf": "K-{:04d}",
    "buf": "BUF-K-{:03d}",
    "suf": "{}",
    "sof": "S{:04d}/2024",
    "bif": "{:06d}",
    "tmf": "TMF.K.{:03d}",
}
METHODS = ("SKI 02.19", "SKI 02.18", "EU udbud", "Udbud", "Direkte tildeling", "Annoncering")
# Contracts of a task in family C end inside these months, so that they can be brought to one date.
COMMON_EXPIRY = {"01.09": (2027, 9), "01.11": (2028, 3), "01.19": (2027, 12), "02.03": (2028, 6), "04.02": (2027, 10)}


def make_contracts(rng: random.Random, world: World) -> None:
    """Each administration's contracts: framework and consultancy agreements, then one for every planted use, then others."""
    for code in EVERYWHERE:
        target = ADMINISTRATIONS[code].contract_count
        contracts = [_framework(rng, world, code, n) for n in range(1, FRAMEWORKS + 1)]
        contracts += [_consultancy(rng, world, code, n) for n in range(FRAMEWORKS + 1, FRAMEWORKS + CONSULTANCIES + 1)]
        for group in _groups(rng, world, code, target - len(contracts)):
            contracts.append(_system_contract(rng, code, len(contracts) + 1, group, contracts[:FRAMEWORKS]))
        world.contracts += _unpaid(rng, contracts)


def _groups(rng: random.Random, world: World, code: str, count: int) -> list[list[Use]]:
    """The uses that share a contract: planted ones alone, others with what the same firm delivers besides."""
    uses = [u for u in world.uses_of(code) if u.seen_to == FOREVER and not u.is_supplied_by_koncern_it]
    planted = [[u] for u in uses if u.product.family in ("A", "B", "C", "S", "trap")]
    left = [u for u in uses if u.product.family == "generic"]
    rng.shuffle(left)
    left.sort(key=lambda u: not u.shared_with)
    groups: list[list[Use]] = []
    while left and len(planted) + len(groups) < count:
        first = left.pop(0)
        same = [u for u in left if u.seller == first.seller][:2]
        groups.append([first, *same])
        left = [u for u in left if u not in same]
    return planted + groups


def _key(code: str, number: int, rng: random.Random) -> str:
    if code == "kff":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return KEYS[code].format(number + 12000 if code == "suf" else number)


def _base(rng: random.Random, code: str, number: int, supplier: Supplier, name: str) -> Contract:
    """A contract with a supplier as this administration writes it, without period, money or systems."""
    has_number = not supplier.registration_code or rng.random() >= MISSING_NUMBER[code]
    start = date(rng.randint(2018, 2024), rng.choice((1, 4, 7, 10)), 1)
    return Contract(
        administration_code=code,
        contract_key=_key(code, number, rng),
        name=name,
        parent_key="",
        supplier=supplier,
        supplier_name=names.firm_variant(supplier.name, supplier.former_name, STYLES[code], rng),
        registration_code=stated_number(supplier, code, f"contract {number}") if has_number else "",
        type_code="licence",
        method=rng.choice(METHODS),
        start_date=start,
        end_date=None,
        irrevocable_until=None,
        notice_months=rng.choice((3, 3, 6, 6, 12)),
        option_count=0,
        option_used_count=0,
        option_months=0,
        terminated_date=None,
        acquisition_amount=Decimal(0),
        yearly_amount=Decimal(0),
        uses=(),
        unit=rng.choice(ADMINISTRATIONS[code].units),
        seen_from=ALWAYS,
    )


def _framework(rng: random.Random, world: World, code: str, number: int) -> Contract:
    """A parent without payments of its own: adding it to its call-offs would count twice."""
    supplier = rng.choice([s for s in world.suppliers if s.is_it and s.registration_code])
    base = _base(rng, code, number, supplier, f"Rammeaftale om it-ydelser {number}")
    return replace(base, type_code="framework", end_date=date(2029, 12, 31), is_paid=False)


def _consultancy(rng: random.Random, world: World, code: str, number: int) -> Contract:
    supplier = rng.choice([s for s in world.suppliers if s.is_it])
    base = _base(rng, code, number, supplier, f"Konsulentbistand {supplier.name.split()[0]}")
    return replace(base, type_code="support", end_date=date(rng.randint(2026, 2028), 12, 31),
                   yearly_amount=Decimal(rng.randint(80, 400) * 1000))  # fmt: skip


def _system_contract(
    rng: random.Random, code: str, number: int, uses: list[Use], frameworks: list[Contract]
) -> Contract:
    product = uses[0].product
    is_call_off = product.family == "generic" and rng.random() < 0.12
    base = _base(rng, code, number, uses[0].seller, _name(rng, uses))
    base = replace(base, supplier_name=uses[0].supplier_name) if rng.random() < 0.7 else base
    base = _with_period(rng, base, uses)
    return replace(
        base,
        parent_key=frameworks[number % len(frameworks)].contract_key if is_call_off else "",
        type_code="call_off" if is_call_off else rng.choice(("licence", "licence", "operation", "development")),
        acquisition_amount=Decimal(rng.randint(0, 12) * 25_000),
        yearly_amount=sum((u.yearly_amount for u in uses), Decimal(0)),
        uses=tuple(uses),
        seen_from=max(u.seen_from for u in uses),
    )


def _name(rng: random.Random, uses: list[Use]) -> str:
    kind = rng.choice(("Licens og drift", "Driftsaftale", "Abonnement", "Vedligehold"))
    return f"{kind}: {' og '.join(u.system_name for u in uses[:2])}"


def _with_period(rng: random.Random, contract: Contract, uses: list[Use]) -> Contract:
    """End, notice and options. Family C ends within four months of each other; some run until terminated."""
    product = uses[0].product
    if product.family == "C":
        year, month = COMMON_EXPIRY[product.capability_code]
        first = date(year, month, 1) + timedelta(days=31 * CAPABILITIES[product.capability_code].administrations.index(
            contract.administration_code))  # fmt: skip
        end: date | None = _month_end(first)
    else:
        end = _month_end(date(rng.randint(2027, 2031), rng.choice((3, 6, 9, 12)), 1)) if rng.random() < 0.8 else None
    options = rng.choice((0, 1, 2)) if end else 0
    is_terminated = product.family == "generic" and end is not None and rng.random() < 0.08
    return replace(
        contract,
        end_date=end,
        irrevocable_until=_month_end(date(contract.start_date.year + 2, 12, 1)) if rng.random() < 0.5 else None,
        option_count=options,
        option_used_count=rng.randint(0, options),
        option_months=12 if options else 0,
        terminated_date=date(2026, rng.randint(1, 9), 15) if is_terminated else None,
    )


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _unpaid(rng: random.Random, contracts: list[Contract]) -> list[Contract]:
    """Two contracts of each administration that no ledger line pays: money on paper only."""
    candidates = [
        c for c in contracts if c.uses and c.uses[0].product.family == "generic" and not c.uses[0].shared_with
    ]
    chosen = {c.contract_key for c in rng.sample(candidates, UNPAID)}
    return [replace(c, is_paid=c.is_paid and c.contract_key not in chosen) for c in contracts]
