"""What was planted for the answers to find: candidates for a shared solution, traps, money that does not match. Truth only."""

from collections.abc import Sequence
from decimal import Decimal

from pipelines.sample.catalogue import CAPABILITIES, MOVED_TASKS, TRANSFER_DATE
from pipelines.sample.uses import FOREVER
from pipelines.sample.world import Contract, Use, World

KINDS = {"A": "same_product_separate_contracts", "B": "different_products_one_capability", "C": "common_expiry_window"}


def planted(world: World) -> dict[str, object]:
    """Everything planted, as JSON-like values."""
    current = [u for u in world.uses if u.seen_to == FOREVER]
    covered = {(c.administration_code, u.system_key) for c in world.contracts for u in c.uses}
    return {
        "candidates": _candidates(world, current),
        "traps": _traps(world, current),
        "unmatched": {
            "contracts_without_postings": [_contract(c) for c in world.contracts if not c.is_paid and c.uses],
            "systems_without_contract": [_member(u) for u in current if (u.administration_code, u.system_key) not in covered],
            "one_sided_internal_pairs": world.one_sided,
        },
        "transfers": [
            {"capability_code": c, "from": giver, "to": receiver, "date": str(TRANSFER_DATE),
             "systems": [_member(u) for u in world.uses if u.product.capability_code == c and u.seen_to < TRANSFER_DATE]}
            for c, giver, receiver in MOVED_TASKS
        ],
        "shared_use": [_member(u) | {"shared_with": list(u.shared_with)} for u in current if u.shared_with],
    }  # fmt: skip


def _candidates(world: World, current: Sequence[Use]) -> list[dict[str, object]]:
    found = []
    for capability in CAPABILITIES.values():
        if capability.role in KINDS:
            uses = [
                u
                for u in current
                if u.product.capability_code == capability.code and u.product.family == capability.role
            ]
            found.append(_candidate(world, capability.code, KINDS[capability.role], uses))
    return sorted(found, key=lambda c: -Decimal(str(c["yearly_amount"])))


def _candidate(world: World, capability_code: str, kind: str, uses: Sequence[Use]) -> dict[str, object]:
    contracts = [c for c in world.contracts if set(c.uses) & set(uses)]
    candidate: dict[str, object] = {
        "kind": kind,
        "capability_code": capability_code,
        "products": sorted({u.product.product_id for u in uses}),
        "yearly_amount": str(sum((u.yearly_amount for u in uses), Decimal(0))),
        "members": [_member(u) for u in uses],
        "contracts": [_contract(c) for c in contracts],
    }
    if kind == KINDS["A"]:
        prices = {u.administration_code: u.yearly_amount / u.user_count for u in uses}
        candidate["unit_prices"] = {code: f"{price:.2f}" for code, price in prices.items()}
        candidate["price_spread"] = f"{max(prices.values()) / min(prices.values()):.2f}"
    if kind == KINDS["C"]:
        ends = sorted(c.end_date for c in contracts if c.end_date)
        candidate["window"] = [str(ends[0]), str(ends[-1])]
    return candidate


def _traps(world: World, current: Sequence[Use]) -> list[dict[str, object]]:
    """Look-alikes that are two products; platforms that are one solution already; casework that the law keeps apart."""
    by_id = {p.product_id: p for p in world.products}
    traps: list[dict[str, object]] = [
        {"kind": kind, "products": [one, other], "names": [by_id[one].name, by_id[other].name],
         "members": [_member(u) for u in current if u.product.product_id in (one, other)]}
        for kind, one, other in world.traps
    ]  # fmt: skip
    for product in world.products:
        if product.family == "S":
            members = [_member(u) for u in current if u.product.product_id == product.product_id]
            traps.append({"kind": "already_shared", "products": [product.product_id], "capability_code": product.capability_code,
                          "members": members})  # fmt: skip
    kept_apart = [_member(u) for u in current if u.product.sensitivity == "criminal"]
    traps.append({"kind": "kept_apart_by_law", "products": [], "members": kept_apart})
    return traps


def _member(use: Use) -> dict[str, object]:
    return {"administration_code": use.administration_code, "system_key": use.system_key}


def _contract(contract: Contract) -> dict[str, object]:
    return {"administration_code": contract.administration_code, "contract_key": contract.contract_key}
