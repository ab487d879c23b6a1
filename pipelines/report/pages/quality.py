"""How good each administration's own data is: one page for all, and one for each that can be sent to it as it is."""

from collections.abc import Iterator
from typing import Any

from pipelines.check.words import rule_label
from pipelines.contracts.catalogue import datasets
from pipelines.report.language import Language
from pipelines.report.names import slug
from pipelines.report.page import Page, Sources

SCORES = "select * from mart_data_quality order by administration_name, dataset_name"
CONTRACTS = """
    select unnest(string_split(administration_codes, '|')) as administration_code, contracts.* exclude (administration_code)
    from dim_data_contract contracts where administration_codes <> '' order by expected_by_date, data_contract_id
"""
REFUSED = """
    select unnest(string_split(contracts.administration_codes, '|')) as administration_code, deliveries.file_name,
        deliveries.dataset_name, deliveries.business_date, deliveries.refusal_reason
    from fct_delivery deliveries inner join dim_data_contract contracts using (data_contract_id)
    where delivery_status_code = 'refused' and is_replacement_due order by received_at desc, file_name
"""
REJECTED = """
    select rejections.administration_code, deliveries.file_name, deliveries.dataset_name, rejections.rule_code,
        rejections.source_column, rejections.faulty_row_count, rejections.example_row_numbers, rejections.example_reason
    from fct_rejection rejections inner join fct_delivery deliveries using (delivery_id)
    where deliveries.is_in_force and rejections.administration_code is not null
    order by 1, faulty_row_count desc, file_name, source_column, rule_code
"""
SHOWN_ROWS = 40
TO_FIX = f"""
    with listed as (
        select faults.administration_code, faults.dataset_name, faults.fault_code, faults.field_name, faults.source_column,
            faults.is_in_every_row, deliveries.file_name, max(faults.fault_row_count) as fault_row_count, count(*) as listed_count,
            array_to_string(list_slice(list(distinct source_row_number order by source_row_number), 1, {SHOWN_ROWS}), ', ')
            as row_numbers
        from mart_data_quality_row faults inner join fct_delivery deliveries using (delivery_id)
        where faults.fault_code <> 'rejected' group by all
    )
    select *, sum(listed_count) over (partition by administration_code, dataset_name, fault_code, field_name) < fault_row_count as is_cut
    from listed order by administration_code, is_in_every_row, fault_row_count desc, dataset_name, fault_code, field_name, file_name,
        source_column
"""
UNEXPLAINED = """
    select * from mart_unmatched_money order by administration_code, finding_code, abs(finding_amount) desc nulls last, subject_name
"""
UNEXPLAINED_TOTALS = """
    select administration_code, finding_code, sum(finding_amount) as finding_amount, sum(finding_count) as finding_count
    from mart_unmatched_money group by all order by 1, abs(sum(finding_amount)) desc nulls last, 2
"""
FIGURES = "select * from mart_sign_off order by administration_code, figure_kind_code, fiscal_year"
ADMINISTRATIONS = """
    select administration_code, administration_name from dim_administration where is_current
    and administration_code in (select administration_code from mart_data_quality union select administration_code from mart_sign_off)
    order by administration_name
"""
SHOWN_FINDINGS = 25


def quality(sources: Sources) -> Iterator[Page]:
    """`quality.html`, and `quality/<administration>.html` for each."""
    tables, language = sources.tables, sources.language
    scores = tables.rows(SCORES)
    parts = {name: tables.grouped(sql, "administration_code") for name, sql in _PARTS.items()}
    administrations = tables.rows(ADMINISTRATIONS)
    shared: dict[str, Any] = {
        "dataset_label": language.dataset,
        "field_label": lambda dataset, name: _field(dataset, name, language),
        "rule": lambda code: rule_label(code).first(language.code),
        "shown_findings": SHOWN_FINDINGS,
    }
    yield Page(
        path="quality.html",
        template="quality.html.j2",
        title=str(language.text("How good is each administration's own data?")),
        section="quality.html",
        tables=("mart_data_quality", "mart_data_quality_row", "mart_unmatched_money"),
        content={"scores": scores, "parts": parts, "administrations": administrations, **shared},
    )
    for each in administrations:
        code = each["administration_code"]
        yield Page(
            path=f"quality/{slug(code)}.html",
            template="quality_one.html.j2",
            title=str(language.text("What you have delivered: {name}", name=each["administration_name"])),
            section="quality.html",
            is_alone=True,
            content={
                "scores": [s for s in scores if s["administration_code"] == code],
                **{name: found.get(code, []) for name, found in parts.items()},
                **shared,
            },
        )


_PARTS = {
    "contracts": CONTRACTS,
    "refused": REFUSED,
    "rejected": REJECTED,
    "to_fix": TO_FIX,
    "unexplained": UNEXPLAINED,
    "unexplained_totals": UNEXPLAINED_TOTALS,
    "figures": FIGURES,
}


def _field(dataset: str, name: str, language: Language) -> str:
    """What a canonical field is called; a name that is not one is a column of the file and stays."""
    known = datasets()[dataset].fields.get(name) if dataset in datasets() else None
    if known is None:
        return name
    return known.label_da if language.code == "da" else name.replace("_", " ")
