"""Who uses what, and how each administration's inventory spells it. Money of a use is its true yearly cost. No contracts."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sample import names
from pipelines.sample.catalogue import ADMINISTRATIONS, CAPABILITIES, EVERYWHERE, MOVED_TASKS, TRANSFER_DATE
from pipelines.sample.habits import stated_number
from pipelines.sample.world import Product, Supplier, Use, World

ALWAYS, FOREVER = date(2000, 1, 1), date(2099, 12, 31)
STYLES = {
    "okf": "proper",
    "kff": "proper",
    "buf": "mixed",
    "suf": "mixed",
    "sof": "plain",
    "bif": "old",
    "tmf": "mixed",
}
KEYS = {"buf": "B-{:03d}", "suf": "{}", "sof": "S-{:04d}", "bif": "{:05d}", "tmf": "TM{:04d}"}
MISSING_NUMBER = {"okf": 0.1, "kff": 0.05, "buf": 1.0, "suf": 0.25, "sof": 0.15, "bif": 0.4, "tmf": 0.3}
RESELLER_SHARE, WRONG_TASK_SHARE = 0.06, 0.05
OLD_NAME_LENGTH = 22  # the old machine's field is no longer


@dataclass(frozen=True)
class Want:
    """A use to be made: whose, of what, at what yearly cost and for how many users."""

    administration_code: str
    product: Product
    yearly_amount: int
    user_count: int


def make_uses(rng: random.Random, world: World) -> None:
    """All uses of all days, in the order of administrations and keys."""
    wants = _planted_wants(rng, world)
    wants += _generic_wants(rng, world, wants)
    for code in EVERYWHERE:
        mine = [w for w in wants if w.administration_code == code]
        rng.shuffle(mine)
        world.uses += [_use(rng, want, number, _seller(rng, world, want)) for number, want in enumerate(mine, start=1)]
    _share_one_use(world)
    _add_ended(rng, world)
    _add_transferred(world)


def _planted_wants(rng: random.Random, world: World) -> list[Want]:
    wants: list[Want] = []
    for product in world.products:
        where = CAPABILITIES[product.capability_code].administrations
        if product.family == "A":
            wants += _same_product(rng, product)
        elif product.family in ("B", "C"):
            number = sum(1 for w in wants if w.product.capability_code == product.capability_code)
            low, high = (2_400, 5_200) if product.family == "B" else (1_500, 2_600)
            wants.append(Want(where[number], product, rng.randint(low, high) * 1000, rng.randint(300, 4000)))
        elif product.family == "S":
            wants += [Want(code, product, rng.randint(900, 2_500) * 1000, rng.randint(900, 6000)) for code in where]
        elif product.family == "trap":
            wants.append(Want(where[0], product, rng.randint(300, 700) * 1000, rng.randint(40, 900)))
    return wants


def _same_product(rng: random.Random, product: Product) -> list[Want]:
    """One product in four to six administrations; the dearest pays about twice as much per user as the cheapest."""
    base, count = rng.randint(500, 1_100), rng.randint(4, 6)
    factors = [rng.uniform(0.65, 0.85), rng.uniform(1.4, 1.8), *(rng.uniform(0.85, 1.4) for _ in range(count - 2))]
    wants = []
    for code, factor in zip(rng.sample(EVERYWHERE, count), factors, strict=True):
        users = rng.randint(900, 3_000)
        wants.append(Want(code, product, round(users * base * factor), users))
    return wants


def _generic_wants(rng: random.Random, world: World, planted: list[Want]) -> list[Want]:
    """Each remaining product somewhere, then more uses until every administration has its number."""
    products = [p for p in world.products if p.family == "generic"]
    left = {
        a.code: a.use_count - sum(w.administration_code == a.code for w in planted) for a in ADMINISTRATIONS.values()
    }
    pairs: list[tuple[str, Product]] = []
    for product in products:
        allowed = [
            c for c in CAPABILITIES[product.capability_code].administrations if left[c] > 0 and _may_use(c, product)
        ]
        code = rng.choice(allowed or [c for c in EVERYWHERE if left[c] > 0])
        pairs.append((code, product))
        left[code] -= 1
    for code in EVERYWHERE:
        others = [p for p in products if (code, p) not in set(pairs) and _may_use(code, p)]
        pairs += [(code, p) for p in rng.sample(others, left[code])]
    return [_generic_want(rng, code, product) for code, product in pairs]


def _generic_want(rng: random.Random, code: str, product: Product) -> Want:
    """A small system: its price per user is the product's own, give or take a tenth."""
    price = random.Random(product.catalogue_key).lognormvariate(6.2, 0.5)
    users = rng.randint(40, 420)
    return Want(code, product, round(price * users * rng.uniform(0.9, 1.1)), users)


def _may_use(code: str, product: Product) -> bool:
    """Tasks that all have (their codes begin with 0) may be anywhere; the others where they belong, once they have moved."""
    if any(code == giver and product.capability_code == task for task, giver, _ in MOVED_TASKS):
        return False
    return product.capability_code < "1" or code in CAPABILITIES[product.capability_code].administrations


def _seller(rng: random.Random, world: World, want: Want) -> Supplier:
    """Who is written as supplier: the maker, but for some small systems the firm that it was bought through."""
    if want.product.family == "generic" and rng.random() < RESELLER_SHARE:
        return rng.choice(world.suppliers[:3])
    return want.product.supplier


def _use(rng: random.Random, want: Want, number: int, seller: Supplier) -> Use:
    product, code = want.product, want.administration_code
    administration, style = ADMINISTRATIONS[code], STYLES[code]
    start = date(rng.randint(2012, 2024), rng.randint(1, 12), 1)
    is_old_name = product.former_name is not None and rng.random() < 0.3
    has_number = not seller.registration_code or rng.random() >= MISSING_NUMBER[code]
    known = rng.random() < 0.85 or product.family in ("A", "B", "C", "S")
    lifecycle = rng.choice(("operational",) * 9 + ("phasing_in", "undecided"))
    catalogue_key = product.catalogue_key if rng.random() < 0.8 else str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return Use(
        administration_code=code,
        system_key=_key(code, number, catalogue_key, rng),
        product=product,
        system_name=_spelling(product, style, is_old_name, rng),
        local_name=f"{administration.units[0]} {product.noun}" if rng.random() < 0.1 else "",
        former_name=product.former_name if product.former_name and not is_old_name and rng.random() < 0.8 else "",
        version=f"{product.version}.{rng.randint(0, 9)}" if rng.random() < 0.6 else "",
        seller=seller,
        supplier_name=names.firm_variant(seller.name, seller.former_name, style, rng),
        registration_code=stated_number(seller, code, f"system {number}") if has_number else "",
        catalogue_key=catalogue_key,
        capability_codes=_codes(product, code, rng) if known else (),
        lifecycle="operational" if product.family in ("A", "B", "C", "S") else lifecycle,
        phasing_out_from=date(2026, 5, 1) if product.family == "generic" and rng.random() < 0.08 else None,
        start_date=start,
        end_date=date(rng.randint(2027, 2031), 12, 31) if rng.random() < 0.15 else None,
        unit=rng.choice(administration.units),
        user_count=want.user_count,
        yearly_amount=Decimal(want.yearly_amount),
        description=_description(product, code),
        seen_from=date(2026, 3, 1) if product.family == "generic" and rng.random() < 0.06 else ALWAYS,
        seen_to=FOREVER,
        is_supplied_by_koncern_it=product.family == "S" and code != "okf",
    )


def _key(code: str, number: int, catalogue_key: str, rng: random.Random) -> str:
    """The register's own key. A KITOS grid export has only the catalogue's key; the interface has a key of the use."""
    if code == "okf":
        return catalogue_key
    if code == "kff":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return KEYS[code].format(number + 1000 if code == "suf" else number)


def _codes(product: Product, code: str, rng: random.Random) -> tuple[str, ...]:
    """The task on the second level, in two registers sometimes on the third; now and then a second task beside it."""
    first = product.capability_code
    if product.family == "generic" and rng.random() < WRONG_TASK_SHARE:
        first = rng.choice([c for c in CAPABILITIES if c[:2] == first[:2] and CAPABILITIES[c].role == "G"])
    if code in ("suf", "tmf") and rng.random() < 0.3:
        first = f"{first}.{rng.choice(('01', '10'))}"
    if product.family == "generic" and rng.random() < 0.12:
        other = rng.choice([c for c, capability in CAPABILITIES.items() if capability.role == "G"])
        return (first, other) if other != product.capability_code else (first,)
    return (first,)


def _description(product: Product, code: str) -> str:
    purpose = CAPABILITIES[product.capability_code].name.lower()
    if product.family == "S" and code != "okf":
        return f"Understøtter {purpose}. Fælles løsning, leveres af Koncern IT, som har kontrakten."
    if product.sensitivity == "criminal":
        return f"Understøtter {purpose}. Må ikke samles med andre sager: særskilt lovhjemmel for oplysninger om strafbare forhold."
    return f"Understøtter {purpose}."


def _spelling(product: Product, style: str, is_old_name: bool, rng: random.Random) -> str:
    """How this register writes the product's name."""
    name = product.former_name if is_old_name and product.former_name else product.name
    draw = rng.random()
    if not product.keeps_name:
        name = _loose(name, product, style, draw, rng)
    if style == "old":
        return names.transliterate(name).upper()[:OLD_NAME_LENGTH].rstrip()
    if style == "plain" and rng.random() < 0.6:
        return names.transliterate(name)
    return name


def _loose(name: str, product: Product, style: str, draw: float, rng: random.Random) -> str:
    if style == "proper" and draw < 0.5:
        return name
    endings = {
        0.10: f" {product.version}.{rng.randint(0, 9)}",
        0.16: f" v{product.version}",
        0.20: " (drift)",
        0.23: " - produktion",
    }
    for limit, ending in endings.items():
        if draw < limit:
            return name + ending
    word, _, noun = name.partition(" ")
    changes = {
        0.28: word,
        0.34: f"{word}-{noun}",
        0.38: f"{word}{noun.lower()}",
        0.44: f"{word} {noun[:5]}.",
        0.50: f"{product.supplier.name.split()[0]} {name}",
        0.54: names.misspell(name, rng),
        0.58: name.lower(),
    }
    return next((change for limit, change in changes.items() if draw < limit), name)


def _share_one_use(world: World) -> None:
    """One KITOS use that several administrations share: no candidate, since it is one solution already."""
    index = next(
        i for i, u in enumerate(world.uses) if u.administration_code == "kff" and u.product.capability_code == "11.06"
    )
    world.uses[index] = replace(world.uses[index], shared_with=("okf", "suf", "sof"), user_count=1450)


def _add_ended(rng: random.Random, world: World) -> None:
    """Uses that earlier inventories list and the newest no longer does, each of a product that nobody uses any more."""
    brands = {p.brand for p in world.products}
    for code in EVERYWHERE:
        generic = [u for u in world.uses_of(code) if u.product.family == "generic" and not u.shared_with]
        for number, use in enumerate(rng.sample(generic, 4), start=901):
            product = _predecessor(use.product, names.brand(rng, brands), len(world.products) + 1, rng)
            world.products.append(product)
            last_day = date(2026, rng.choice((2, 8)), 28)
            ended = replace(
                use,
                system_key=_key(code, number, product.catalogue_key, rng),
                product=product,
                seller=product.supplier,
                system_name=product.name,
                former_name="",
                catalogue_key=product.catalogue_key,
                supplier_name=product.supplier.name,
                registration_code="",
                lifecycle="phasing_out",
            )
            world.uses.append(replace(ended, seen_from=ALWAYS, seen_to=last_day, end_date=last_day))


def _predecessor(product: Product, word: str, number: int, rng: random.Random) -> Product:
    """The product that was replaced by `product`: another brand for the same task."""
    key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return replace(product, product_id=f"P{number:03d}", brand=word, name=f"{word} {product.noun}", former_name=None,
                   family="ended", catalogue_key=key)  # fmt: skip


def _add_transferred(world: World) -> None:
    """Uses of a task that moved are listed by the giving administration until the day, by the receiving one from then on."""
    last_day = TRANSFER_DATE - timedelta(days=1)
    for capability, giver, receiver in MOVED_TASKS:
        found = [u for u in world.uses_of(receiver) if u.product.capability_code == capability and u.seen_to == FOREVER]
        for number, taken in enumerate(found[:2], start=951 + 2 * MOVED_TASKS.index((capability, giver, receiver))):
            product = taken.product
            world.uses[world.uses.index(taken)] = replace(taken, seen_from=TRANSFER_DATE)
            key = _key(giver, number, product.catalogue_key, random.Random(number))
            given = replace(taken, administration_code=giver, system_key=key, unit=ADMINISTRATIONS[giver].units[0])
            given = replace(given, system_name=product.name, catalogue_key=product.catalogue_key, shared_with=())
            world.uses.append(replace(given, seen_from=ALWAYS, seen_to=last_day))
