"""The things of the invented municipality as values: suppliers, products, uses, contracts, projects, ledger lines. No logic
beyond what a thing is on a date."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Supplier:
    """A firm: its proper name, what it was called before, its number (empty when foreign), and that of another country."""

    number: int
    name: str
    former_name: str | None
    registration_code: str
    is_it: bool = True
    foreign_code: str = ""


@dataclass(frozen=True)
class Product:
    """A thing that several administrations may use. `family` says why it is in the sample (role of its task, or generic)."""

    product_id: str
    brand: str
    noun: str
    name: str
    former_name: str | None
    supplier: Supplier
    capability_code: str
    family: str
    catalogue_key: str
    version: int
    sensitivity: str
    hosting: str
    criticality: str
    keeps_name: bool = False  # look-alikes are written as they are: the difference is all there is


@dataclass(frozen=True)
class Use:
    """One administration's use of a product, as its own inventory writes it."""

    administration_code: str
    system_key: str
    product: Product
    seller: Supplier
    system_name: str
    local_name: str
    former_name: str
    version: str
    supplier_name: str
    registration_code: str
    catalogue_key: str
    capability_codes: tuple[str, ...]
    lifecycle: str
    phasing_out_from: date | None
    start_date: date
    end_date: date | None
    unit: str
    user_count: int
    yearly_amount: Decimal
    description: str
    seen_from: date
    seen_to: date
    shared_with: tuple[str, ...] = ()
    is_supplied_by_koncern_it: bool = False

    def is_seen(self, day: date) -> bool:
        """Whether an inventory of that day lists the use."""
        return self.seen_from <= day <= self.seen_to

    def lifecycle_on(self, day: date) -> str:
        """Where the use stood in its life on that day."""
        return "phasing_out" if self.phasing_out_from and day >= self.phasing_out_from else self.lifecycle

    def users_on(self, day: date) -> int:
        """Users on that day: one per cent fewer for every quarter back from the end of 2026."""
        quarters = (date(2026, 12, 31) - day).days // 91
        return max(1, round(self.user_count * (100 - quarters) / 100))


@dataclass(frozen=True)
class Contract:
    """An agreement as one administration's contract list writes it."""

    administration_code: str
    contract_key: str
    name: str
    parent_key: str
    supplier: Supplier
    supplier_name: str
    registration_code: str
    type_code: str
    method: str
    start_date: date
    end_date: date | None
    irrevocable_until: date | None
    notice_months: int
    option_count: int
    option_used_count: int
    option_months: int
    terminated_date: date | None
    acquisition_amount: Decimal
    yearly_amount: Decimal
    uses: tuple[Use, ...]
    unit: str
    seen_from: date
    is_paid: bool = True

    def is_seen(self, day: date) -> bool:
        """Whether a contract list of that day holds it."""
        return self.seen_from <= day


@dataclass(frozen=True)
class Project:
    """An investment project and its yearly frame."""

    administration_code: str
    project_code: str
    name: str
    status: str
    steering_area: str
    route: str
    start_date: date
    end_date: date
    capability_code: str
    uses: tuple[Use, ...]
    supplier: Supplier
    plan: tuple[tuple[int, Decimal], ...]
    yearly_benefit: Decimal


@dataclass(frozen=True)
class Posting:
    """A ledger line, with what only the truth knows about it."""

    administration_code: str
    posting_date: date
    fiscal_period: int
    voucher_key: str
    cost_centre: str
    function_code: str
    dranst_code: str
    art_code: str
    account_code: str
    account_name: str
    project_code: str
    supplier_key: str
    supplier_name: str
    registration_code: str
    contract_key: str
    system_key: str
    partner_code: str
    text: str
    amount: Decimal
    is_it: bool
    spend_kind: str  # run, change, internal or other
    true_system_key: str
    true_contract_key: str
    pair_key: str = ""


@dataclass
class World:
    """Everything, and what was planted in it."""

    suppliers: list[Supplier] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    traps: list[tuple[str, str, str]] = field(default_factory=list)  # kind, product id, product id
    one_sided: list[str] = field(default_factory=list)  # pair keys booked by one side only

    def uses_of(self, administration_code: str) -> list[Use]:
        """An administration's uses, in the order of their keys."""
        return [u for u in self.uses if u.administration_code == administration_code]

    def contracts_of(self, administration_code: str) -> list[Contract]:
        """An administration's contracts, in the order of their keys."""
        return [c for c in self.contracts if c.administration_code == administration_code]
