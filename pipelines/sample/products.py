"""Suppliers and products: the catalogue behind the uses, with the look-alikes that must not be merged. No administration."""

import random
import uuid
from dataclasses import dataclass, field, replace

from pipelines.sample import names
from pipelines.sample.catalogue import CAPABILITIES, Capability
from pipelines.sample.world import Product, Supplier, World

SUPPLIER_COUNT, PRODUCT_COUNT = 150, 250
TRAPS = (("same_name", 8), ("same_brand", 6), ("near_spelling", 4))


@dataclass
class Shelf:
    """What product making needs to remember."""

    rng: random.Random
    world: World
    brands: set[str] = field(default_factory=set)
    suppliers: list[Supplier] = field(default_factory=list)

    def supplier(self) -> Supplier:
        """A supplier: first everyone once, so that none is without a product, then some more often than others."""
        used = len(self.world.products)
        if used < len(self.suppliers):
            return self.suppliers[used]
        return self.suppliers[int(len(self.suppliers) * self.rng.random() ** 2)]


def make_suppliers(rng: random.Random, world: World) -> None:
    """IT firms (some foreign, some renamed), firms that sell both, and firms that sell no IT."""
    taken: set[str] = set()
    danish = names.firms(rng, SUPPLIER_COUNT - len(names.FOREIGN_FIRMS) - len(names.MIXED_FIRMS) + 14)
    former, current = danish[-14:], danish[:-14]
    for name in current:
        old = former.pop() if former and rng.random() < 0.15 else None
        world.suppliers.append(Supplier(len(world.suppliers) + 1, name, old, names.registration_code(rng, taken)))
    for name, code in names.FOREIGN_FIRMS:
        world.suppliers.append(Supplier(len(world.suppliers) + 1, name, None, "", foreign_code=code))
    for name in names.MIXED_FIRMS:
        code = names.registration_code(rng, taken)
        world.suppliers.append(Supplier(len(world.suppliers) + 1, f"{name} ApS", None, code))
    for name in names.OTHER_FIRMS:
        code = names.registration_code(rng, taken)
        world.suppliers.append(Supplier(len(world.suppliers) + 1, f"{name} ApS", None, code, is_it=False))


def make_products(rng: random.Random, world: World) -> None:
    """The planted families first, then look-alikes, then whatever fills the catalogue."""
    it = [s for s in world.suppliers if s.is_it and not s.name.startswith(names.MIXED_FIRMS)]
    rng.shuffle(it)
    shelf = Shelf(rng, world, suppliers=it)
    for capability in CAPABILITIES.values():
        if capability.role in "ABCS":
            wanted = len(capability.administrations) if capability.role in "BC" else 1
            for number in range(wanted):
                _add(shelf, capability, capability.role, number)
    _add_traps(shelf)
    generic = [c for c in CAPABILITIES.values() if c.role == "G"]
    generic += [c for c in generic if c.code < "1"] * 2  # what all administrations do has more products to choose from
    while len(world.products) < PRODUCT_COUNT:
        _add(shelf, generic[len(world.products) % len(generic)], "generic", rng.randrange(9))


def _add(shelf: Shelf, capability: Capability, family: str, number: int) -> Product:
    word = names.brand(shelf.rng, shelf.brands)
    noun = capability.nouns[number % len(capability.nouns)]
    product = _product(shelf, word, noun, capability, family, shelf.supplier())
    shelf.world.products.append(product)
    return product


def _product(shelf: Shelf, word: str, noun: str, capability: Capability, family: str, supplier: Supplier) -> Product:
    rng = shelf.rng
    renamed = family in ("A", "generic") and rng.random() < 0.1
    return Product(
        product_id=f"P{len(shelf.world.products) + 1:03d}",
        brand=word,
        noun=noun,
        name=f"{word} {noun}",
        former_name=f"{names.brand(rng, shelf.brands)} {noun}" if renamed else None,
        supplier=supplier,
        capability_code=capability.code,
        family=family,
        catalogue_key=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        version=rng.randint(1, 12),
        sensitivity=_sensitivity(capability, rng),
        hosting=rng.choice(("external", "external", "on_premise", "hybrid")),
        criticality=rng.choice(("low", "medium", "medium", "high", "vital")),
    )


def _sensitivity(capability: Capability, rng: random.Random) -> str:
    """Casework holds sensitive data; the rest personal data or none."""
    if capability.business_type == "Sagsbærende":
        return rng.choice(("sensitive", "sensitive", "criminal"))
    return rng.choice(("none", "personal", "personal"))


def _add_traps(shelf: Shelf) -> None:
    """Pairs that look alike: the same name from another firm, another module of one brand, a name one letter away."""
    slots = [c for c in CAPABILITIES.values() if c.role == "T"]
    shelf.rng.shuffle(slots)
    ring = slots * 2
    for kind, count in TRAPS:
        for _ in range(count):
            first = ring.pop()
            second = next(c for c in reversed(ring) if c.administrations != first.administrations)
            ring.remove(second)
            _add_trap(shelf, kind, first, second)


def _add_trap(shelf: Shelf, kind: str, first: Capability, second: Capability) -> None:
    one = replace(_add(shelf, first, "trap", shelf.rng.randrange(2)), keeps_name=True)
    shelf.world.products[-1] = one
    supplier = one.supplier if kind == "same_brand" else shelf.supplier()
    word = names.near_spelling(one.brand, shelf.rng) if kind == "near_spelling" else one.brand
    other = _product(shelf, word, shelf.rng.choice(second.nouns), second, "trap", supplier)
    if kind != "same_brand":
        one = replace(one, name=one.brand)
        other = replace(other, name=word)
    shelf.world.products[-1] = one
    shelf.world.products.append(replace(other, keeps_name=True, product_id=f"P{len(shelf.world.products) + 1:03d}"))
    shelf.world.traps.append((kind, one.product_id, shelf.world.products[-1].product_id))
