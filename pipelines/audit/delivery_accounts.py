"""What is reconciled of deliveries: every row and øre received is accepted or rejected, and stands in the tables that say so.

Accepted rows and money are counted in the raw Parquet, rejected rows in the rejections; only the money of rejected rows, whose
cells are not kept, is taken from the report of the delivery, which summed it for itself.
"""

from pipelines.audit.measures import Measure, Reconciliation, grouped, raw, raw_in_force, stages
from pipelines.contracts.catalogue import Dataset, datasets

CELLED_ROWS = "count(distinct case when source_column is not null then source_row_number end)"
NO_AMOUNT = "cast(null as decimal(38, 2))"


def delivery_accounts() -> tuple[Reconciliation, ...]:
    """All reconciliations of deliveries, each delivery for itself."""
    contents = (_delivery_content(dataset) for dataset in datasets().values())
    return (_accounted(), _known(), _by_administration(), _rejected_rows(), _faults(), *contents)


def _accepted() -> str:
    """Rows and money in the raw Parquet by delivery and administration, history included, in one scan of each dataset.

    Cells that became rows name their column: the row they stood in counts once.
    """
    return " union all ".join(
        f"select delivery_id, administration_code, count(*) - count(source_column) + {CELLED_ROWS} as row_count, "
        f"sum({dataset.main_amount or NO_AMOUNT}) as amount from {raw(dataset.name)} group by delivery_id, administration_code"
        for dataset in datasets().values()
    )


def _rejected() -> str:
    """Rejected rows by delivery and administration; a row may break several rules."""
    return (
        "select delivery_id, administration_code, count(distinct source_row_number) as row_count "
        f"from {raw('rejection')} group by delivery_id, administration_code"
    )


def _accounted() -> Reconciliation:
    """Every delivery: source rows = accepted + rejected, and the same for its money.

    Deliveries that are refused, superseded or withdrawn are in no table: of their accepted rows the report speaks.
    """
    counted = f"""
        select delivery_id,
               coalesce(case when status <> 'accepted' then accepted_rows else accepted.row_count end, 0)
               + coalesce(rejected.row_count, 0),
               coalesce(case when status <> 'accepted' then accepted_amount else accepted.amount end, 0)
               + coalesce(rejected_amount, 0)
        from {raw("delivery")}
        full join (select delivery_id, sum(row_count) as row_count, sum(amount) as amount from ({_accepted()}) group by 1)
            as accepted using (delivery_id)
        full join (select delivery_id, sum(row_count) as row_count from ({_rejected()}) group by 1)
            as rejected using (delivery_id)"""
    source = grouped("sum(source_rows), coalesce(sum(source_amount), 0)", raw("delivery"), "delivery_id")
    measures = (
        Measure(
            "rows",
            "Every row of every delivery was accepted or rejected",
            "Alle rækker i alle leverancer er enten godkendt eller afvist",
        ),
        Measure(
            "amount",
            "Every amount of every delivery that can be read was accepted or rejected",
            "Alle læselige beløb i alle leverancer er enten godkendt eller afvist",
            is_amount=True,
        ),
    )
    published = (
        "sum(accepted_row_count + rejected_row_count), "
        "coalesce(sum(accepted_amount), 0) + coalesce(sum(rejected_amount), 0)"
    )
    places = {
        "source": source,
        "accepted and rejected": counted,
        "fct_delivery": grouped(published, "core.fct_delivery", "delivery_id"),
    }
    return Reconciliation("deliveries", "fct_delivery", (), measures, stages(places), "deliveries")


def _known() -> Reconciliation:
    figures = "count(*), sum(cast(is_in_force as integer))"
    places = {
        "received": grouped(figures, raw("delivery"), "delivery_id"),
        "fct_delivery": grouped(figures, "core.fct_delivery", "delivery_id"),
    }
    measures = (
        Measure("known", "Every delivery is in fct_delivery once", "Alle leverancer er i fct_delivery én gang"),
        Measure(
            "in_force",
            "The deliveries in force are those of fct_delivery",
            "De gældende leverancer er dem i fct_delivery",
        ),
    )
    return Reconciliation("deliveries", "fct_delivery", (), measures, stages(places), "deliveries")


def _by_administration() -> Reconciliation:
    """The parts of accepted deliveries by administration, as counted in the raw Parquet and the rejections."""
    key = "delivery_id || ' ' || coalesce(administration_code, '(none)')"
    accepted = f"select delivery_id from {raw('delivery')} where status = 'accepted'"
    counted = f"""
        select {key}, sum(accepted_rows), sum(rejected_rows), coalesce(sum(amount), 0)
        from (
            select delivery_id, administration_code, row_count as accepted_rows, 0 as rejected_rows, amount from ({_accepted()})
            union all
            select delivery_id, administration_code, 0, row_count, 0 from ({_rejected()}) where delivery_id in ({accepted})
        ) group by 1"""
    figures = "sum(accepted_row_count), sum(rejected_row_count), coalesce(sum(accepted_amount), 0)"
    places = {"raw": counted, "fct_delivery_administration": grouped(figures, "core.fct_delivery_administration", key)}
    rows = "The {0} rows of each administration are those of fct_delivery_administration"
    raekker = "De {0} rækker for hver forvaltning er dem i fct_delivery_administration"
    measures = (
        Measure("accepted_rows", rows.format("accepted"), raekker.format("godkendte")),
        Measure("rejected_rows", rows.format("rejected"), raekker.format("afviste")),
        Measure(
            "accepted_amount",
            "The accepted money of each administration is that of fct_delivery_administration",
            "De godkendte beløb for hver forvaltning er dem i fct_delivery_administration",
            is_amount=True,
        ),
    )
    table = "fct_delivery_administration"
    return Reconciliation("delivery_parts", table, (), measures, stages(places), "deliveries and administrations")


def _rejected_rows() -> Reconciliation:
    """How many rows of each delivery were rejected, whatever the number of rules they break."""
    places = {
        "received": grouped("sum(rejected_rows)", raw("delivery"), "delivery_id"),
        "raw": grouped("sum(row_count)", f"({_rejected()})", "delivery_id"),
        "fct_delivery": grouped("sum(rejected_row_count)", "core.fct_delivery", "delivery_id"),
    }
    measure = Measure(
        "rows",
        "Every rejected row of every delivery has its reason",
        "Alle afviste rækker i alle leverancer har en begrundelse",
    )
    return Reconciliation("rejections", "fct_rejection", (), (measure,), stages(places), "deliveries")


def _faults() -> Reconciliation:
    fault = "(administration_code, rule_code, source_column, source_row_number)"
    places = {
        "raw": grouped(f"count(distinct {fault})", raw("rejection"), "delivery_id"),
        "fct_rejection": grouped("sum(faulty_row_count)", "core.fct_rejection", "delivery_id"),
    }
    measure = Measure(
        "faults", "Every fault of a rejected row is in fct_rejection", "Alle fejl i afviste rækker er i fct_rejection"
    )
    return Reconciliation(
        "rejections", "fct_rejection", (), (measure,), stages(places), "deliveries", may_be_empty=True
    )


def _delivery_content(dataset: Dataset) -> Reconciliation:
    """The raw rows of each delivery are those that its reading gave; cells that became rows: one row for each column."""
    whole = "count(*) - count(source_column)"
    cells = f"{CELLED_ROWS} * count(distinct source_column)"
    places = {
        "delivered": grouped(
            "sum(output_rows)",
            f"{raw('delivery')} where dataset_name = '{dataset.name}' and is_in_force",
            "delivery_id",
        ),
        "raw": grouped("count(*)", raw_in_force(dataset.name), "delivery_id"),
        "a row for each column": grouped(f"{whole} + {cells}", raw_in_force(dataset.name), "delivery_id"),
    }
    danish = dataset.label_da.lower()
    measure = Measure(
        "delivered_rows",
        f"The raw {dataset.name} of every delivery in force are all there",
        f"Alle rå rækker ({danish}) fra hver gældende leverance er med",
    )
    return Reconciliation(
        dataset.name, f"stg_{dataset.name}", (dataset.name,), (measure,), stages(places), "deliveries"
    )
