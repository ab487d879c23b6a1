"""What is reconciled: which stages must say the same, as SQL on one build and its inputs. Compared in reconcile.py."""

from collections.abc import Iterable
from functools import cache

from pipelines.audit.delivery_accounts import delivery_accounts
from pipelines.audit.measures import Measure, Reconciliation, grouped, raw_in_force, stages
from pipelines.audit.spend_accounts import spend_accounts
from pipelines.contracts.catalogue import datasets

FACTS = {"postings": "fct_posting", "budgets": "fct_budget", "investments": "fct_investment"}
LANDSCAPE = "marts.mart_it_landscape"
OVERVIEW = "marts.mart_investment_overview"
BUDGET_LINES = {name: name for name in ("adopted", "adjusted", "committed", "actual", "forecast")}
INVESTMENT_LINES = BUDGET_LINES | {
    "adopted": "plan_adopted",
    "adjusted": "plan_adjusted",
    "financed": "financing",
    "planned_cashable_benefit": "benefit_cashable",
    "planned_non_cashable_benefit": "benefit_non_cashable",
    "realised_cashable_benefit": "benefit_cashable_realised",
    "realised_non_cashable_benefit": "benefit_non_cashable_realised",
}


@cache
def reconciliations() -> tuple[Reconciliation, ...]:
    """All reconciliations of a build, in the order of the way through."""
    return (
        *delivery_accounts(),
        *(_facts(dataset, table) for dataset, table in FACTS.items()),
        _assessments(),
        _systems(),
        _contracts(),
        _landscape_cost(),
        _contract_parts(),
        *(_overview(dataset) for dataset in ("budgets", "investments")),
        *spend_accounts(),
    )


def expected_reconciliations() -> set[str]:
    """The ids of all checks that reconciling gives."""
    return {each.check_id(measure) for each in reconciliations() for measure in each.measures}


def _facts(dataset: str, table: str) -> Reconciliation:
    """Rows, known amounts and money of the deliveries in force: raw = staging = fact, by administration."""
    amount = datasets()[dataset].main_amount
    figures = f"count(*), count({amount}), coalesce(sum({amount}), 0)"
    places = {"raw": raw_in_force(dataset), "staging": f"staging.stg_{dataset}", table: _counted_once(dataset, table)}
    danish = datasets()[dataset].label_da.lower()
    measures = (
        Measure("rows", f"Every row of {dataset} in force is in {table}", f"Alle gældende {danish} er i {table}"),
        Measure(
            "known_amounts",
            f"Every known amount of {dataset} in force is in {table}, and unknown ones stay unknown",
            f"Alle kendte beløb i gældende {danish} er i {table}, og ukendte forbliver ukendte",
        ),
        Measure(
            "amount",
            f"The money of {dataset} in force is the money of {table}",
            f"Beløbene i {danish} er dem i {table}",
            True,
        ),
    )
    shown = stages({name: grouped(figures, place) for name, place in places.items()})
    return Reconciliation(dataset, table, (dataset,), measures, shown)


def _counted_once(dataset: str, table: str) -> str:
    """A fact table; with the ledger lines that several deliveries repeat, and that the fact therefore leaves out."""
    if dataset != "postings":
        return f"core.{table}"
    columns = "administration_code, posting_amount"
    repeated = f"select {columns} from intermediate.int_posting__repeated"
    return f"(select {columns} from core.{table} union all {repeated}) as counted"


def _assessments() -> Reconciliation:
    places = {
        "raw": raw_in_force("assessments"),
        "staging": "staging.stg_assessments",
        "fct_assessment": "core.fct_assessment",
    }
    measure = Measure(
        "rows", "Every assessment in force is in fct_assessment", "Alle gældende vurderinger er i fct_assessment"
    )
    shown = stages({name: grouped("count(*)", place) for name, place in places.items()})
    return Reconciliation("assessments", "fct_assessment", ("assessments",), (measure,), shown)


def _systems() -> Reconciliation:
    """System uses by key: raw = dim_system = landscape, at the owning administration; shared rows come on top."""
    key = "count(distinct system_key)"
    places = {
        "raw": grouped(key, raw_in_force("systems")),
        "dim_system": grouped("count(*)", "core.dim_system where is_owner"),
        "mart_it_landscape": grouped("count(*)", f"{LANDSCAPE} where is_owner"),
    }
    measure = Measure(
        "uses",
        "Every system use in force is in dim_system and the landscape",
        "Alle gældende systemanvendelser er i landskabet",
    )
    return Reconciliation("systems", "dim_system", ("systems",), (measure,), stages(places))


def _contracts() -> Reconciliation:
    places = {
        "raw": grouped("count(distinct contract_key)", raw_in_force("contracts")),
        "dim_contract": grouped("count(*)", "core.dim_contract"),
    }
    measure = Measure(
        "agreements", "Every contract in force is in dim_contract", "Alle gældende kontrakter er i dim_contract"
    )
    return Reconciliation("contracts", "dim_contract", ("contracts",), (measure,), stages(places))


def _landscape_cost() -> Reconciliation:
    figures = "count(*), coalesce(sum(yearly_cost_amount), 0)"
    places = {
        "dim_system": grouped(figures, "core.dim_system"),
        "mart_it_landscape": grouped(figures, LANDSCAPE),
    }
    measures = (
        Measure("rows", "The landscape has every row of dim_system", "Landskabet har alle rækker fra dim_system"),
        Measure(
            "cost",
            "The landscape has the yearly cost of dim_system",
            "Landskabet har den årlige udgift fra dim_system",
            True,
        ),
    )
    return Reconciliation("landscape", "mart_it_landscape", ("systems",), measures, stages(places))


def _contract_parts() -> Reconciliation:
    """The parts into which a contract's yearly amount is divided among its systems are the whole of it."""
    figures = "coalesce(sum({0}), 0)"
    places = {
        "dim_contract": grouped(figures.format("yearly_amount"), "core.dim_contract where listed_system_count > 0"),
        "fct_contract_system": grouped(figures.format("allocated_yearly_amount"), "core.fct_contract_system"),
    }
    measure = Measure(
        "amount",
        "The parts of a contract's yearly amount are together the whole",
        "Delene af en kontrakts årlige beløb er tilsammen hele beløbet",
        True,
    )
    table = "fct_contract_system"
    return Reconciliation("contract_parts", table, ("contracts",), (measure,), stages(places), may_be_empty=True)


def _overview(dataset: str) -> Reconciliation:
    """The overview's latest versions show the newest version of each measure, whole."""
    lines = BUDGET_LINES if dataset == "budgets" else INVESTMENT_LINES
    code, amount = ("measure_code", "budget_amount") if dataset == "budgets" else ("line_code", "investment_amount")
    kind = "run" if dataset == "budgets" else "investment"
    newest = f"core.{FACTS[dataset]} where is_newest_version and {code} in ({_listed(lines.values())})"
    facts = grouped(f"coalesce(sum({amount}), 0)", newest, "administration_code", code)
    shown = " union all ".join(
        f"select administration_code || ' {line}', coalesce(sum({name}_amount), 0) from {OVERVIEW} "
        f"where line_kind = '{kind}' and is_latest_version group by administration_code"
        for name, line in lines.items()
    )
    measure = Measure(
        f"{dataset}_amount",
        f"The overview shows the money of the newest {dataset}, measure by measure",
        f"Oversigten viser beløbene i de nyeste {datasets()[dataset].label_da.lower()}, mål for mål",
        True,
    )
    places = {FACTS[dataset]: facts, "mart_investment_overview": shown}
    grouped_by = "administrations and measures"
    return Reconciliation("overview", "mart_investment_overview", (dataset,), (measure,), stages(places), grouped_by)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
