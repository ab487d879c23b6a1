"""What is reconciled of IT spend: every line decided or listed, every krone with a target, internal trade in pairs. SQL only."""

from pipelines.audit.measures import Measure, Reconciliation, grouped, raw_in_force, stages

SPEND = "core.fct_it_spend"
POSTINGS = "core.fct_posting"
INTERNAL = "core.fct_internal_posting"
BY_DELIVERY = "delivery_id", "administration_code"
BY_YEAR = "administration_code", "fiscal_year"
COLUMNS = "delivery_id, administration_code, posting_date, posting_amount"
# Rows, money, and all days of posting added up: one line left out, turned around or moved to another day shows.
FIGURES = "sum(line_count), coalesce(sum(posting_amount), 0), sum(line_count * (posting_date - date '2000-01-01'))"


def spend_accounts() -> tuple[Reconciliation, ...]:
    """The reconciliations between the ledger and IT spend, in the order of the way through."""
    return _decided(), _targets(), _internal(), _pairs(), _municipality(), _mart()


def _lines(table: str, condition: str = "true") -> str:
    """Ledger lines of a table with one line a row."""
    return f"select {COLUMNS}, 1 as line_count from {table} where {condition}"


def _parts(condition: str = "true") -> str:
    """IT spend as ledger lines: parts of one day count as a line together, when all of them are there.

    Only lines that say they were divided are put together again; most were not.
    """
    line = "delivery_id, administration_code, posting_date"
    whole = "case when count(*) = max(split_part_count) then 1 else 0 end"
    return (
        f"select {line}, spend_amount as posting_amount, 1 as line_count from {SPEND} where {condition} and split_part_count = 1 "
        f"union all select {line}, sum(spend_amount), {whole} from {SPEND} where {condition} and split_part_count <> 1 "
        f"group by {line}, source_row_number, source_column"
    )


def _together(*parts: str) -> str:
    return f"({' union all '.join(parts)}) as lines"


def _line_measures(english: str, danish: str) -> tuple[Measure, ...]:
    return (
        Measure("rows", f"{english}: lines", f"{danish}: poster"),
        Measure("amount", f"{english}: money", f"{danish}: beløb", True),
        Measure("days", f"{english}: days of posting, added up", f"{danish}: bogføringsdage lagt sammen"),
    )


def _decided() -> Reconciliation:
    """Postings received = IT + not IT + undecided, per delivery and administration. Repeated lines count as received."""
    repeated = _lines("intermediate.int_posting__repeated")
    decided = _together(_parts(), _lines(POSTINGS, "not is_it"), _lines("core.fct_undecided_posting"), repeated)
    places = {
        "received": grouped(FIGURES, _together(_lines(raw_in_force("postings"))), *BY_DELIVERY),
        "fct_posting": grouped(FIGURES, _together(_lines(POSTINGS), repeated), *BY_DELIVERY),
        "IT, not IT and undecided": grouped(FIGURES, decided, *BY_DELIVERY),
    }
    measures = _line_measures(
        "Every ledger line received is IT, not IT or listed as undecided",
        "Hver modtaget finanspost er it, ikke it eller på listen over uafgjorte",
    )
    grouped_by = "deliveries and administrations"
    return Reconciliation("spend_decided", "fct_it_spend", ("postings",), measures, stages(places), grouped_by)


def _targets() -> Reconciliation:
    """Spend by system, contract and supplier + unassigned = the IT lines of the ledger, per administration and year."""
    named = "cost_target_code in ('system', 'contract', 'supplier', 'unassigned')"
    places = {
        "IT lines": grouped("coalesce(sum(posting_amount), 0)", f"{POSTINGS} where is_it", *BY_YEAR),
        "by target": grouped("coalesce(sum(spend_amount), 0)", f"{SPEND} where {named}", *BY_YEAR),
    }
    measure = Measure(
        "amount",
        "What goes to systems, contracts and suppliers and what is unassigned are together the IT lines of the ledger",
        "Det, der går til systemer, kontrakter og leverandører, og det ufordelte er tilsammen regnskabets it-poster",
        True,
    )
    return Reconciliation("spend_targets", "fct_it_spend", ("postings",), (measure,), stages(places),
                          "administrations and years", may_be_empty=True)  # fmt: skip


def _internal() -> Reconciliation:
    """The internal trade in IT spend is what is paired or listed as unpaired, per administration."""
    places = {
        "IT spend": grouped(FIGURES, _together(_parts("is_internal"))),
        "paired and unpaired": grouped(FIGURES, _together(_lines(INTERNAL))),
    }
    measures = _line_measures(
        "Internal trade in IT spend is paired or listed as unpaired", "Intern handel med it er parret eller på listen"
    )
    table = "fct_internal_posting"
    return Reconciliation("spend_internal", table, ("postings",), measures, stages(places), may_be_empty=True)


def _pairs() -> Reconciliation:
    """What is eliminated at who pays is what is eliminated at who is paid, by the two administrations."""
    figures, sides = "count(*), sum(abs(spend_amount))", f"{SPEND} where is_eliminated and spend_amount"
    names = "administration_code", "partner_administration_code"
    places = {
        "payers": grouped(figures, f"{sides} > 0", *names),
        "paid": grouped(figures, f"{sides} < 0", *reversed(names)),
    }
    measures = (
        Measure("rows", "Eliminated internal trade has two sides", "Elimineret intern handel har to sider"),
        Measure("amount", "The two sides cancel out", "De to sider ophæver hinanden", True),
    )
    return Reconciliation("spend_pairs", "fct_it_spend", ("postings",), measures, stages(places),
                          "pairs of administrations", may_be_empty=True)  # fmt: skip


def _municipality() -> Reconciliation:
    """The municipality's IT spend = the administrations' own, less the pairs."""
    less = f"select {COLUMNS.replace('posting_amount', '-posting_amount as posting_amount')}, -1 as line_count"
    pairs = f"{less} from {INTERNAL} where is_paired"
    whole = "'municipality'"
    places = {
        "administrations less pairs": grouped(FIGURES, _together(_lines(POSTINGS, "is_it"), pairs), whole),
        "municipality": grouped(FIGURES, _together(_parts("not is_eliminated")), whole),
    }
    measures = _line_measures(
        "The municipality's IT spend is the administrations' own less internal trade found in pairs",
        "Kommunens it-udgift er forvaltningernes egne fratrukket intern handel fundet i par",
    )
    table = "fct_it_spend"
    return Reconciliation("spend_municipality", table, ("postings",), measures, stages(places), may_be_empty=True)


def _mart() -> Reconciliation:
    """mart_it_spend has all parts and all money of IT spend, per administration and year; eliminated trade counted apart."""
    key = *BY_YEAR, "is_eliminated"
    places = {
        "fct_it_spend": grouped("count(*), sum(spend_amount), coalesce(sum(spend_real_amount), 0)", SPEND, *key),
        "mart_it_spend": grouped(
            "sum(spend_part_count), sum(spend_amount), coalesce(sum(spend_real_amount), 0)", "marts.mart_it_spend", *key
        ),
    }
    measures = (
        Measure("rows", "mart_it_spend counts every part of IT spend", "mart_it_spend tæller alle dele af it-udgiften"),
        Measure("amount", "mart_it_spend shows all of IT spend", "mart_it_spend viser hele it-udgiften", True),
        Measure(
            "real_amount",
            "mart_it_spend shows all of IT spend in the price year's prices",
            "mart_it_spend viser hele it-udgiften i faste priser",
            True,
        ),
    )
    return Reconciliation("spend_mart", "mart_it_spend", ("postings",), measures, stages(places),
                          "administrations and years", may_be_empty=True)  # fmt: skip
