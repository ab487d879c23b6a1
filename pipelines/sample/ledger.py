"""Ledger lines with their truth: payments of contracts and projects, other IT, and everyday lines. No file shapes.

Trade inside the municipality is in internal_trade.py.
"""

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sample import accounts, names
from pipelines.sample.accounts import Account
from pipelines.sample.catalogue import ADMINISTRATIONS, EVERYWHERE, FIRST_YEAR, LAST_DATE, cost_centre
from pipelines.sample.habits import stated_number
from pipelines.sample.uses import FOREVER, STYLES
from pipelines.sample.world import Contract, Posting, Project, Supplier, Use, World

IT_FUNCTION = "06.45.52"
MONTHS = tuple(
    (year, month) for year in (2024, 2025, 2026) for month in range(1, 13) if date(year, month, 1) <= LAST_DATE
)
NUMBERS_OF_INVOICES = date(2026, 10, 1)
CREDIT_SHARE, CLOSING_SHARE = 0.015, 0.1
OTHER_IT_SHARE = 0.16  # of an administration's lines: IT bought without a contract


@dataclass(frozen=True)
class Subject:
    """What an IT line is about, as the truth knows it, and what the line itself tells."""

    kind: str
    system_key: str = ""
    contract_key: str = ""
    project_code: str = ""


@dataclass
class Ledger:
    """One administration's ledger while it is being filled."""

    code: str
    rng: random.Random
    world: World
    lines: list[Posting] = field(default_factory=list)
    spellings: dict[int, str] = field(default_factory=dict)

    def supplier_name(self, supplier: Supplier) -> str:
        """The supplier as this ledger's vendor register spells it: one spelling per vendor account."""
        if supplier.number not in self.spellings:
            style = "mixed" if STYLES[self.code] == "proper" else STYLES[self.code]
            self.spellings[supplier.number] = names.firm_variant(supplier.name, supplier.former_name, style, self.rng)
        return self.spellings[supplier.number]

    def supplier_number(self, supplier: Supplier, day: date) -> str:
        """The supplier's number, from the vendor register; since that date tmf's ledger has it as the invoice writes it."""
        if self.code == "tmf" and day >= NUMBERS_OF_INVOICES:
            return stated_number(supplier, self.code, f"line {len(self.lines)}")
        return supplier.registration_code

    def day(self, year: int, month: int) -> date:
        """A day of the month, never one that months lack."""
        return date(year, month, self.rng.randint(1, 28))

    def amount(self, low: float, high: float) -> Decimal:
        """An amount in kr. and øre between two limits."""
        return Decimal(self.rng.randint(round(low * 100), round(high * 100))) / 100

    def add(self, day: date, account: Account, text: str, amount: Decimal, subject: Subject, supplier: Supplier | None = None,
            centre: str = "It-drift", function: str = IT_FUNCTION, **extra: str) -> None:  # fmt: skip
        """Append one line; `extra` sets dranst_code, art_code, partner_code or pair_key."""
        closing = day.month == 12 and day.day > 25 and self.rng.random() < CLOSING_SHARE
        shows_reference = self.code in ("suf", "tmf") and self.rng.random() < 0.4
        self.lines.append(
            Posting(
                administration_code=self.code,
                posting_date=day.replace(day=31) if closing else day,
                fiscal_period=13 if closing else day.month,
                voucher_key=f"{ADMINISTRATIONS[self.code].company_code[0]}9{len(self.lines) + 1:08d}",
                cost_centre=centre,
                function_code=function,
                dranst_code=extra.get("dranst_code", "1"),
                art_code=account.art,
                account_code=account.code,
                account_name=account.name,
                project_code=subject.project_code,
                supplier_key=f"{supplier.number:010d}" if supplier else "",
                supplier_name=self.supplier_name(supplier) if supplier else "",
                registration_code=self.supplier_number(supplier, day) if supplier else "",
                contract_key=subject.contract_key if shows_reference else "",
                system_key=subject.system_key if shows_reference and self.code == "tmf" else "",
                partner_code=extra.get("partner_code", ""),
                text=text,
                amount=amount,
                is_it=subject.kind in ("run", "change", "internal"),
                spend_kind=subject.kind,
                true_system_key=subject.system_key,
                true_contract_key=subject.contract_key,
                pair_key=extra.get("pair_key", ""),
            )
        )


def fill_ledger(ledger: Ledger) -> None:
    """All lines but the internal ones, up to the administration's number of lines."""
    administration = ADMINISTRATIONS[ledger.code]
    for contract in ledger.world.contracts_of(ledger.code):
        if contract.is_paid:
            _pay_contract(ledger, contract)
    for use in ledger.world.uses_of(ledger.code):
        if use.seen_to < FOREVER:
            _pay_ended(ledger, use)
    for project in ledger.world.projects:
        if project.administration_code == ledger.code:
            _pay_project(ledger, project)
    _buy_without_contract(ledger, round(administration.posting_count * OTHER_IT_SHARE))
    while len(ledger.lines) < administration.posting_count:
        _everyday(ledger)


def _pay_contract(ledger: Ledger, contract: Contract) -> None:
    """A share of the yearly amount every month when it is large, else every quarter, rising by two per cent a year."""
    step = 1 if contract.yearly_amount >= 600_000 else 3
    for year, month in MONTHS[ledger.rng.randrange(step) :: step]:
        if (year, month) < (contract.seen_from.year, contract.seen_from.month):
            continue
        share = contract.yearly_amount * step / 12 * (Decimal("0.98") ** (2026 - year))
        _pay_once(ledger, contract, ledger.day(year, month), share)


def _pay_once(ledger: Ledger, contract: Contract, day: date, share: Decimal) -> None:
    """One invoice: a line for each system covered, in proportion to its cost."""
    total = sum((u.yearly_amount for u in contract.uses), Decimal(0))
    for use in contract.uses or (None,):
        weight = use.yearly_amount / total if use and total else Decimal(1)
        part = (share * weight * ledger.amount(0.97, 1.03)).quantize(Decimal("0.01"))
        kind = "run" if use else ledger.rng.choice(("run", "change"))
        subject = Subject(kind, use.system_key if use else "", contract.contract_key)
        _invoice(ledger, day, _text(ledger, contract, use), part, subject, contract.supplier)


def _text(ledger: Ledger, contract: Contract, use: Use | None) -> str:
    """What the bookkeeper wrote: the system, the contract, or nothing that helps."""
    draw = ledger.rng.random()
    if use and draw < 0.55:
        return f"{ledger.rng.choice(('Drift', 'Licens', 'Abonnement', 'Vedligehold'))} {use.system_name}"
    if draw < 0.75:
        return f"{contract.name[:60]}"
    return f"Faktura {ledger.rng.randint(10_000, 999_999)}"


def _invoice(ledger: Ledger, day: date, text: str, amount: Decimal, subject: Subject, supplier: Supplier) -> None:
    """An IT invoice, most on the IT function, some where the task is; now and then with a credit note after it."""
    rng = ledger.rng
    account = rng.choices((accounts.LICENCE, accounts.OPERATION, accounts.GENERAL_SERVICES), (5, 4, 1))[0]
    if subject.kind == "change":
        account = accounts.CONSULTANT
    central = rng.random() < 0.7
    function = IT_FUNCTION if central else ADMINISTRATIONS[ledger.code].function_code
    centre = rng.choice(("It-drift", "It-licenser")) if central else "Systemforvaltning"
    ledger.add(day, account, text, amount, subject, supplier, centre, function)
    if rng.random() < CREDIT_SHARE:
        credit = -(amount / 4).quantize(Decimal("0.01"))
        ledger.add(day, account, f"Kreditnota, {text}"[:80], credit, subject, supplier, centre, function)


def _pay_ended(ledger: Ledger, use: Use) -> None:
    """A use that ended was paid every quarter as long as it was there, under a contract that is gone from the list."""
    for year, month in MONTHS[1::3]:
        if date(year, month, 28) <= use.seen_to:
            part = (use.yearly_amount / 4 * ledger.amount(0.97, 1.03)).quantize(Decimal("0.01"))
            text = (
                f"Drift {use.system_name}"
                if ledger.rng.random() < 0.7
                else f"Faktura {ledger.rng.randint(10_000, 99_999)}"
            )
            _invoice(ledger, ledger.day(year, month), text, part, Subject("run", use.system_key), use.seller)


def _pay_project(ledger: Ledger, project: Project) -> None:
    """What was spent of each year's frame: between 60 and 115 per cent, in lines of uneven size."""
    system_key = project.uses[0].system_key if len(project.uses) == 1 else ""
    for year, frame in project.plan:
        if year < FIRST_YEAR or year > LAST_DATE.year or project.status == "idea":
            continue
        months = [m for y, m in MONTHS if y == year]
        count = ledger.rng.randint(8, 22)
        weights = [ledger.rng.uniform(0.3, 1.7) for _ in range(count)]
        spent = float(frame) * ledger.rng.uniform(0.6, 1.15) * len(months) / 12
        for weight in weights:
            amount = Decimal(round(spent * weight / sum(weights) * 100)) / 100
            _project_line(ledger, project, ledger.day(year, ledger.rng.choice(months)), amount, system_key)


def _project_line(ledger: Ledger, project: Project, day: date, amount: Decimal, system_key: str) -> None:
    account = ledger.rng.choices(
        (accounts.CONSULTANT, accounts.LICENCE, accounts.WAGES, accounts.EQUIPMENT), (6, 2, 2, 1)
    )[0]
    dranst = "3" if project.steering_area == "anlaeg" else "1"
    subject = Subject("change", system_key, project_code=project.project_code)
    supplier = None if account is accounts.WAGES else project.supplier
    text = f"{'Timer' if supplier is None else 'Leverance'}, {project.name}"[:80]
    ledger.add(day, account, text, amount, subject, supplier, "Digitalisering", dranst_code=dranst)


def _buy_without_contract(ledger: Ledger, count: int) -> None:
    """Telephones, equipment, small licences, IT wages and mixed shops: IT that no contract and mostly no system explains."""
    suppliers = [s for s in ledger.world.suppliers if s.is_it]
    few = ledger.rng.sample(suppliers, 14)
    for _ in range(count):
        _buy_one(ledger, few)


def _buy_one(ledger: Ledger, suppliers: list[Supplier]) -> None:
    rng = ledger.rng
    day, supplier, run = ledger.day(*rng.choice(MONTHS)), rng.choice(suppliers), Subject("run")
    draw = rng.random()
    if draw < 0.28:
        text = rng.choice(("Mobilabonnement", "Datatrafik", "Fiberforbindelse"))
        ledger.add(day, accounts.TELEPHONY, text, ledger.amount(90, 14_000), run, supplier, "Telefoni og netværk")
    elif draw < 0.55:
        text = rng.choice(("Bærbar pc", "Skærm 27 tommer", "Dockingstation", "Tablet", "Printer"))
        ledger.add(day, accounts.EQUIPMENT, text, ledger.amount(400, 38_000), run, supplier, "It-udstyr")
    elif draw < 0.72:
        text = rng.choice(("Licens, enkeltbruger", "Skyabonnement", "Domæne og certifikat"))
        ledger.add(day, accounts.LICENCE, text, ledger.amount(150, 26_000), run, supplier, "It-licenser")
    elif draw < 0.90:
        ledger.add(
            day, accounts.WAGES, "Løn, it-medarbejdere", ledger.amount(31_000, 62_000), run, None, "Systemforvaltning"
        )
    elif draw < 0.96:
        subject = Subject(rng.choice(("run", "change")))
        ledger.add(
            day,
            accounts.CONSULTANT,
            "Konsulenttimer",
            ledger.amount(4_000, 90_000),
            subject,
            supplier,
            "Digitalisering",
        )
    else:
        _mixed_shop(ledger, day)


def _mixed_shop(ledger: Ledger, day: date) -> None:
    """A firm that sells computers and furniture, on an account that says neither: for a person to decide."""
    shop = ledger.rng.choice([s for s in ledger.world.suppliers if s.name.startswith(names.MIXED_FIRMS)])
    kind = ledger.rng.choice(("run", "other"))
    function = ADMINISTRATIONS[ledger.code].function_code
    ledger.add(
        day, accounts.SUNDRY, "Diverse køb", ledger.amount(300, 24_000), Subject(kind), shop, "Administration", function
    )


def _everyday(ledger: Ledger) -> None:
    rng = ledger.rng
    number = rng.choices(range(len(accounts.EVERYDAY)), [k.weight for k in accounts.EVERYDAY])[0]
    kind = accounts.EVERYDAY[number]
    firms = [s for s in ledger.world.suppliers if not s.is_it]
    supplier = rng.choice(firms[number :: len(accounts.EVERYDAY)]) if kind.has_supplier else None
    function = ADMINISTRATIONS[ledger.code].function_code if rng.random() < 0.85 else "06.45.51"
    ledger.add(ledger.day(*rng.choice(MONTHS)), kind.account, rng.choice(kind.texts), ledger.amount(kind.low, kind.high),
               Subject("other"), supplier, kind.cost_centre, function)  # fmt: skip


def cost_centre_code(posting: Posting) -> str:
    """Number of the line's cost centre."""
    return cost_centre(posting.administration_code, posting.cost_centre)


def make_postings(rng: random.Random, world: World, internal: dict[str, list[Posting]]) -> None:
    """All ledgers, each sorted by date; internal lines come first so that they count towards each ledger's size."""
    for code in EVERYWHERE:
        ledger = Ledger(code, rng, world, lines=list(internal[code]))
        fill_ledger(ledger)
        _repeat_honestly(ledger)
        world.postings += sorted(ledger.lines, key=lambda p: (p.posting_date, p.fiscal_period, p.voucher_key))


def _repeat_honestly(ledger: Ledger) -> None:
    """Two bus tickets of the same day are two lines, equal in everything: they must stay two."""
    tickets = [n for n, p in enumerate(ledger.lines) if p.text == "Busrejse"]
    spare = [n for n, p in enumerate(ledger.lines) if p.text == "Taxakørsel"]
    for source, target in zip(tickets[:3], spare[:3], strict=False):
        ledger.lines[target] = ledger.lines[source]
