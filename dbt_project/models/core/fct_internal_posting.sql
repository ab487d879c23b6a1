-- A cost at one administration and the income at the other are a pair when they name
-- each other, are of the same month and the same amount, and bear the same reference.
-- Equal ones are paired in order, so that none is used twice.
with
    internal as (
        select
            postings.delivery_id,
            postings.source_row_number,
            postings.source_column,
            postings.administration_code,
            postings.partner_administration_code,
            postings.posting_date,
            cast(
                {{ dbt.date_trunc("month", "postings.posting_date") }} as date
            ) as posting_month_date,
            postings.posting_amount,
            postings.posting_text,
            postings.posting_amount > 0 as is_debit,
            nullif(
                split_part(
                    trim(split_part(postings.posting_text, rules.reference_marker, 2)),
                    ' ',
                    1
                ),
                ''
            ) as internal_reference_code
        from {{ ref("int_posting__decided") }} as postings
        inner join
            {{ ref("int_spend_rule__numbered") }} as rules
            on postings.spend_rule_code = rules.spend_rule_code
        where rules.is_it and rules.is_internal
    ),

    numbered as (
        select
            *,
            case
                when is_debit then administration_code else partner_administration_code
            end as debit_administration_code,
            case
                when is_debit then partner_administration_code else administration_code
            end as credit_administration_code,
            row_number() over (
                partition by
                    administration_code,
                    partner_administration_code,
                    posting_month_date,
                    posting_amount,
                    coalesce(internal_reference_code, '')
                order by delivery_id, source_row_number, coalesce(source_column, '')
            ) as equal_number
        from internal
    ),

    paired as (
        select
            *,
            count(*) over (
                partition by
                    debit_administration_code,
                    credit_administration_code,
                    posting_month_date,
                    abs(posting_amount),
                    coalesce(internal_reference_code, ''),
                    equal_number
            )
            = 2
            and coalesce(partner_administration_code, administration_code)
            <> administration_code
            and posting_amount <> 0 as is_paired
        from numbered
    )

select
    delivery_id,
    source_row_number,
    source_column,
    administration_code,
    partner_administration_code,
    posting_date,
    posting_month_date,
    internal_reference_code,
    posting_text,
    posting_amount,
    is_paired,
    case
        when is_paired
        then
            {{
                make_id(
                    [
                        "debit_administration_code",
                        "credit_administration_code",
                        "posting_month_date",
                        "abs(posting_amount)",
                        "internal_reference_code",
                        "equal_number",
                    ]
                )
            }}
    end as elimination_pair_id
from paired
