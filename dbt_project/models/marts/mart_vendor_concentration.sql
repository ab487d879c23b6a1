-- Herfindahl-Hirschman index: 10,000 times the sum of the squared shares in the spend
-- of a task, or of all; a supplier who paid back more than it was paid has no share.
with
    period as (
        select
            {{ add_months(dbt.date_trunc("month", "max(posting_date)"), "-11") }}
            as spend_from_date,
            cast(
                {{ dbt.last_day("max(posting_date)", "month") }} as date
            ) as spend_to_date
        from {{ ref("fct_it_spend") }}
        where {{ is_in_month_over("posting_date") }}
    ),

    bonds as (
        select
            spend.supplier_id,
            spend.administration_code,
            cast(null as {{ dbt.type_string() }}) as contract_id,
            spend.system_id,
            false as is_system_supplier,
            cast(null as date) as contract_exit_date,
            spend.spend_amount
        from {{ ref("fct_it_spend") }} as spend
        inner join
            period
            on spend.posting_date
            between period.spend_from_date and period.spend_to_date
        where not spend.is_internal
        union all
        select
            supplier_id,
            administration_code,
            contract_id,
            system_id,
            is_system_supplier,
            contract_exit_date,
            cast(0 as decimal(18, 2)) as spend_amount
        from {{ ref("int_supplier_bond__listed") }}
    ),

    placed as (
        select cast(null as {{ dbt.type_string() }}) as capability_code, bonds.*
        from bonds
        union all
        select tasks.capability_code, bonds.*
        from bonds
        inner join
            {{ ref("fct_system_capability") }} as tasks
            on bonds.system_id = tasks.system_id
    ),

    summed as (
        select
            supplier_id,
            capability_code,
            count(distinct administration_code) as administration_count,
            {{ join_text("distinct administration_code", "|", "administration_code") }}
            as administration_codes,
            count(distinct contract_id) as contract_count,
            count(
                distinct case when contract_exit_date is null then contract_id end
            ) as undated_count,
            count(
                distinct case when is_system_supplier then system_id end
            ) as system_count,
            min(contract_exit_date) as earliest_date,
            max(contract_exit_date) as latest_date,
            cast(sum(spend_amount) as decimal(18, 2)) as spend_amount,
            cast(greatest(sum(spend_amount), 0) as decimal(19, 2)) as share_amount
        from placed
        where supplier_id is not null
        group by supplier_id, capability_code
    ),

    totals as (
        select
            capability_code,
            count(nullif(share_amount, 0)) as paid_supplier_count,
            sum(share_amount) as share_amount,
            sum(share_amount * share_amount)
            / nullif(power(sum(share_amount), 2), 0) as squared_share
        from summed
        group by capability_code
    )

select
    {{ make_id(["summed.supplier_id", "summed.capability_code"]) }} as concentration_id,
    summed.supplier_id,
    suppliers.supplier_name,
    summed.capability_code,
    capabilities.capability_name,
    summed.administration_count as dependent_administration_count,
    summed.administration_codes,
    summed.contract_count as running_contract_count,
    summed.system_count as used_system_count,
    case
        when period.spend_to_date is not null then summed.spend_amount
    end as spend_amount,
    {{ share_pct("summed.share_amount", "totals.share_amount") }} as spend_share_pct,
    totals.paid_supplier_count,
    cast(
        round(10000 * totals.squared_share, 2) as decimal(7, 2)
    ) as herfindahl_index_value,
    summed.earliest_date as earliest_contract_exit_date,
    summed.latest_date as latest_contract_exit_date,
    summed.undated_count as undated_contract_count,
    period.spend_from_date,
    period.spend_to_date,
    {{ currency_code() }} as currency_code
from summed
cross join period
inner join totals on summed.capability_code is not distinct from totals.capability_code
inner join
    {{ ref("dim_supplier") }} as suppliers on summed.supplier_id = suppliers.supplier_id
left join
    {{ ref("dim_capability") }} as capabilities
    on summed.capability_code = capabilities.capability_code
