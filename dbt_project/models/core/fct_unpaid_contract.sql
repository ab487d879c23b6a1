-- Frameworks are paid through their call-offs, and a contract for nothing is paid
-- nothing.
with
    contracts as (select * from {{ ref("dim_contract") }}),

    ledgers as (
        select
            administration_code,
            min(posting_date) as first_date,
            max(posting_date) as last_date
        from {{ ref("fct_posting") }}
        group by administration_code
    ),

    spent as (
        select distinct contract_id, system_id, supplier_id
        from {{ ref("fct_it_spend") }}
    ),

    paid as (
        select contract_id
        from spent
        where contract_id is not null
        union
        select covered.contract_id
        from {{ ref("fct_contract_system") }} as covered
        inner join contracts on covered.contract_id = contracts.contract_id
        inner join
            spent
            on covered.system_id = spent.system_id
            and contracts.supplier_id = spent.supplier_id
    )

select
    contracts.contract_id,
    contracts.administration_code,
    contracts.supplier_id,
    contracts.yearly_amount,
    contracts.delivery_id,
    contracts.source_row_number
from contracts
inner join
    ledgers
    on contracts.administration_code = ledgers.administration_code
    and coalesce(contracts.contract_start_date, ledgers.last_date) <= ledgers.last_date
    and coalesce(contracts.contract_last_date, ledgers.first_date) >= ledgers.first_date
left join paid on contracts.contract_id = paid.contract_id
where
    paid.contract_id is null
    and not contracts.is_framework
    and coalesce(contracts.yearly_amount, 1) <> 0
