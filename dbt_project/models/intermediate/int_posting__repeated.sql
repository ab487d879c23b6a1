-- Only days that two deliveries of one contract share can hold repeated lines; all
-- others pass by unexamined, which is what keeps a ledger of many years cheap.
{{ config(materialized="table") }}

with
    postings as (select * from {{ ref("stg_postings") }}),

    shared_days as (
        select data_contract_id, posting_date
        from postings
        group by data_contract_id, posting_date
        having count(distinct delivery_id) > 1
    ),

    identified as (
        select
            postings.data_contract_id,
            postings.delivery_id,
            postings.source_row_number,
            postings.source_column,
            postings.administration_code,
            postings.posting_date,
            postings.posting_amount,
            {{ line_identity() }} as line_identity
        from postings
        inner join
            shared_days
            on postings.data_contract_id = shared_days.data_contract_id
            and postings.posting_date = shared_days.posting_date
    ),

    counted as (
        select data_contract_id, line_identity, delivery_id, count(*) as line_count
        from identified
        group by data_contract_id, line_identity, delivery_id
    ),

    ranked as (
        select
            counted.data_contract_id,
            counted.line_identity,
            counted.delivery_id,
            row_number() over (
                partition by counted.data_contract_id, counted.line_identity
                order by
                    counted.line_count desc,
                    deliveries.business_date desc,
                    counted.delivery_id
            ) as delivery_rank
        from counted
        inner join
            {{ ref("stg_delivery") }} as deliveries
            on counted.delivery_id = deliveries.delivery_id
    )

select
    identified.delivery_id,
    identified.source_row_number,
    identified.source_column,
    identified.administration_code,
    identified.posting_date,
    identified.posting_amount
from identified
inner join
    ranked
    on identified.data_contract_id = ranked.data_contract_id
    and identified.line_identity = ranked.line_identity
    and identified.delivery_id = ranked.delivery_id
where ranked.delivery_rank > 1
