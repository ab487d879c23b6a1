"""Trade inside the municipality: Koncern IT charges the other administrations every month, booked by both. A few by one only."""

import random
from decimal import Decimal

from pipelines.sample import accounts
from pipelines.sample.catalogue import CAPABILITIES, EVERYWHERE
from pipelines.sample.ledger import MONTHS, Ledger, Subject
from pipelines.sample.world import Posting, World

SELLER = "okf"
ONE_SIDED = 12


def make_internal(rng: random.Random, world: World) -> dict[str, list[Posting]]:
    """Internal lines by administration: a cost at the buyer (art 9.1), the same income at the seller (art 9.7)."""
    ledgers = {code: Ledger(code, rng, world) for code in EVERYWHERE}
    charges = [
        (buyer, service, key, month)
        for month in MONTHS
        for buyer in EVERYWHERE[1:]
        for service, key in _services(world, buyer)
    ]
    one_sided = set(rng.sample(range(len(charges)), ONE_SIDED))
    for number, (buyer, service, key, (year, month)) in enumerate(charges):
        pair = f"KIT-{year}{month:02d}-{number:05d}"
        amount = ledgers[buyer].amount(18_000, 190_000)
        sides = [(buyer, SELLER, amount), (SELLER, buyer, -amount)]
        if number in one_sided:
            sides.pop(number % 3 == 0)
            world.one_sided.append(pair)
        for code, partner, signed in sides:
            _book(
                ledgers[code],
                partner,
                signed,
                f"Koncern IT, {service}, ref. {pair}",
                key if code == buyer else "",
                pair,
                (year, month),
            )
    return {code: ledger.lines for code, ledger in ledgers.items()}


def _services(world: World, buyer: str) -> list[tuple[str, str]]:
    """What the buyer gets: the shared platforms, each a system in its own inventory, and the service desk."""
    platforms = [u for u in world.uses_of(buyer) if u.is_supplied_by_koncern_it]
    named = [(CAPABILITIES[u.product.capability_code].name.lower(), u.system_key) for u in platforms]
    return [*sorted(named), ("servicedesk", "")]


def _book(
    ledger: Ledger, partner: str, amount: Decimal, text: str, key: str, pair: str, month: tuple[int, int]
) -> None:
    account = accounts.INTERNAL_COST if amount > 0 else accounts.INTERNAL_INCOME
    ledger.add(ledger.day(*month), account, text, amount, Subject("internal", key), partner_code=partner, pair_key=pair)
