-- Fails for each pair that is not two postings of two administrations in one month
-- that sum to nothing.
select elimination_pair_id
from {{ ref("fct_internal_posting") }}
where is_paired
group by elimination_pair_id
having
    count(*) <> 2
    or count(distinct administration_code) <> 2
    or count(distinct posting_month_date) <> 1
    or sum(posting_amount) <> 0
