-- What is bought beside contracts (is_contract_cost false) is no finding.
with
    rules as (select * from {{ ref("int_spend_rule__numbered") }}),

    contracted as (
        select distinct administration_code, supplier_id
        from {{ ref("dim_contract") }}
        where supplier_id is not null
    ),

    findings as (
        select
            'posting_without_contract' as finding_code,
            postings.delivery_id,
            postings.source_row_number,
            postings.source_column,
            'supplier' as subject_kind_code,
            postings.supplier_id as subject_key
        from {{ ref("fct_posting") }} as postings
        inner join
            rules
            on postings.spend_rule_code = rules.spend_rule_code
            and rules.is_contract_cost
            and not rules.is_internal
        left join
            contracted
            on postings.administration_code = contracted.administration_code
            and postings.supplier_id = contracted.supplier_id
        where
            postings.is_it
            and postings.supplier_id is not null
            and contracted.supplier_id is null
        union all
        select
            'undecided_posting' as finding_code,
            delivery_id,
            source_row_number,
            source_column,
            case
                when supplier_id is not null
                then 'supplier'
                when account_code is not null
                then 'account'
                else 'none'
            end as subject_kind_code,
            coalesce(supplier_id, account_code, '') as subject_key
        from {{ ref("fct_undecided_posting") }}
        union all
        select
            'unpaired_internal_posting' as finding_code,
            delivery_id,
            source_row_number,
            source_column,
            case
                when internal_reference_code is not null
                then 'internal_reference'
                when partner_administration_code is not null
                then 'administration'
                else 'none'
            end as subject_kind_code,
            coalesce(
                internal_reference_code, partner_administration_code, ''
            ) as subject_key
        from {{ ref("fct_internal_posting") }}
        where not is_paired
    )

select
    findings.finding_code,
    findings.delivery_id,
    findings.source_row_number,
    findings.source_column,
    postings.administration_code,
    postings.cost_centre_code,
    postings.cost_centre_name,
    findings.subject_kind_code,
    findings.subject_key,
    case
        findings.subject_kind_code
        when 'supplier'
        then suppliers.supplier_name
        when 'account'
        then postings.account_name
        when 'internal_reference'
        then postings.partner_administration_code
        when 'administration'
        then postings.partner_administration_code
    end as subject_name,
    postings.posting_date,
    postings.fiscal_year,
    postings.posting_text,
    postings.posting_amount
from findings
inner join
    {{ ref("fct_posting") }} as postings
    on findings.delivery_id = postings.delivery_id
    and findings.source_row_number = postings.source_row_number
    and findings.source_column is not distinct from postings.source_column
left join
    {{ ref("dim_supplier") }} as suppliers
    on postings.supplier_id = suppliers.supplier_id
