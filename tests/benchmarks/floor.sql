-- The floor: one hand-written DuckDB script, no orchestration, that makes of the same raw postings the same fact and three
-- marts. It runs in a build's folder. What is small (targets and references of cost) it takes ready from the warehouse, which
-- leaves it less to do than the models have. Held against the models' tables by transform.py.
attach 'warehouse.duckdb' (read_only);

create temp table rules as
select row_number() over (order by rule_order, rule_code) as n, *
from read_parquet('inputs/reference_spend_rule/*.parquet');

create macro has(list, condition) as list is null or coalesce(condition, false);
create macro words(text) as ' ' || translate(lower(text), '.,;:-/()_+&"''', '             ') || ' ';
create macro sought(word) as case when word like '%*' then rtrim(words(word), '* ') else words(word) end;
create macro one_of(code, codes) as has(codes, contains('|' || codes || '|', '|' || code || '|'));
create macro prefixed(code, codes) as
    has(codes, list_bool_or(list_transform(string_split(codes, '|'), lambda p: starts_with(code, trim(p)))));
create macro worded(text, sought_words) as
    has(sought_words, list_bool_or(list_transform(string_split(sought_words, '|'), lambda w: contains(words(text), sought(trim(w))))));
create macro mask(condition, n) as cast(string_agg(case when condition then '1' else '0' end, '' order by n) as bit);

create temp table postings as
with
    source as (
        from read_parquet('inputs/raw_postings/*.parquet', union_by_name = true)
        where delivery_id in (select delivery_id from read_parquet('inputs/raw_delivery/*.parquet') where is_in_force)
    ),
    shared as (
        select contract_id, posting_date from source group by all having count(distinct delivery_id) > 1
    ),
    identified as (
        select s.contract_id, s.delivery_id, s.source_row_number, s.source_column,
            coalesce(s.posting_key, md5(concat_ws('|', s.administration_code, coalesce(s.voucher_key, ''), s.posting_date,
                coalesce(cast(s.fiscal_year as varchar), ''), coalesce(cast(s.fiscal_period as varchar), ''),
                coalesce(s.cost_centre_code, ''), coalesce(s.function_code, ''), coalesce(s.dranst_code, ''),
                coalesce(s.art_code, ''), coalesce(s.account_code, ''), coalesce(s.project_code, ''),
                coalesce(s.supplier_key, ''), coalesce(s.supplier_name, ''), coalesce(s.supplier_registration_code, ''),
                coalesce(s.contract_key, ''), coalesce(s.system_key, ''), coalesce(s.partner_administration_code, ''),
                coalesce(s.posting_text, ''), s.posting_amount))) as line
        from source as s semi join shared using (contract_id, posting_date)
    ),
    counted as (select contract_id, line, delivery_id, count(*) as lines from identified group by all),
    ranked as (
        select *, row_number() over (partition by contract_id, line order by lines desc, business_date desc, delivery_id) as place
        from counted join (select delivery_id, business_date from read_parquet('inputs/raw_delivery/*.parquet')) using (delivery_id)
    ),
    repeated as (
        select i.delivery_id, i.source_row_number, coalesce(i.source_column, '') as cell
        from identified as i join ranked as r using (contract_id, line, delivery_id) where r.place > 1
    )
select s.* from source as s
anti join repeated as r
    on s.delivery_id = r.delivery_id and s.source_row_number = r.source_row_number and coalesce(s.source_column, '') = r.cell;

create temp table account_masks as
select a.*, mask(one_of(a.administration_code, r.administration_code) and prefixed(a.function_code, function_prefix)
    and one_of(a.dranst_code, r.dranst_code) and prefixed(a.art_code, art_prefix)
    and prefixed(a.account_code, account_prefix) and worded(a.account_name, account_words), n) as m
from (select distinct administration_code, function_code, dranst_code, art_code, account_code, account_name from postings) as a
cross join rules as r group by all;

create temp table project_masks as
select p.*, mask(prefixed(p.project_code, project_prefix), n) as m
from (select distinct coalesce(project_code, '') as project_code from postings) as p cross join rules group by all;

create temp table date_masks as
select d.*, mask(coalesce(d.posting_date >= valid_from_date, true) and coalesce(d.posting_date <= valid_to_date, true), n) as m
from (select distinct posting_date from postings) as d cross join rules group by all;

create temp table text_masks as
with
    sought_words as (
        select n, sought(trim(unnest(string_split(text_words, '|')))) as word from rules where text_words is not null
    ),
    found as (
        select distinct posting_text, n from (select distinct posting_text from postings where posting_text is not null)
        join sought_words on contains(words(posting_text), word)
    ),
    kept as (select distinct posting_text from found union all select null)
select k.posting_text, mask(text_words is null or f.n is not null, r.n) as m
from kept as k cross join rules as r left join found as f on k.posting_text = f.posting_text and r.n = f.n group by all;

create temp table supplier_masks as
with
    portfolio as (
        select distinct supplier_id from read_parquet('inputs/link_supplier/*.parquet') as l
        join (
            select supplier_name, supplier_registration_code from warehouse.intermediate.int_contract__deduplicated
            union select supplier_name, supplier_registration_code from warehouse.intermediate.int_system_use__deduplicated
        ) as s on coalesce(s.supplier_name, '') = l.source_supplier_name
            and coalesce(s.supplier_registration_code, '') = l.source_registration_code
        where supplier_id is not null
    ),
    spellings as (
        select source_supplier_name, source_registration_code, supplier_id, supplier_name, supplier_registration_code,
            supplier_id in (from portfolio) as is_known
        from read_parquet('inputs/link_supplier/*.parquet')
        union select '', '', null, null, null, false
    )
select source_supplier_name, source_registration_code, s.supplier_id,
    mask(one_of(s.supplier_registration_code, r.supplier_registration_code) and worded(s.supplier_name, supplier_words)
        and coalesce(r.is_portfolio_supplier = coalesce(s.is_known, false), true), n) as m
from spellings as s cross join rules as r group by all;

create table fct_posting as
select p.* exclude (contract_id), p.contract_id as data_contract_id, coalesce(p.fiscal_year, year(p.posting_date)) as year,
    s.supplier_id, c.contract_id, y.system_id, r.rule_code, r.is_it, r.n as rule_number
from postings as p
left join supplier_masks as s on coalesce(p.supplier_name, '') = s.source_supplier_name
    and coalesce(p.supplier_registration_code, '') = s.source_registration_code
left join warehouse.intermediate.int_contract__deduplicated as c
    on p.administration_code = c.administration_code and p.contract_key = c.contract_key
left join (from warehouse.intermediate.int_system_use__shared_expanded where is_owner) as y
    on p.administration_code = y.administration_code and p.system_key = y.system_key
left join account_masks as a on p.administration_code = a.administration_code
    and p.function_code is not distinct from a.function_code and p.dranst_code is not distinct from a.dranst_code
    and p.art_code is not distinct from a.art_code and p.account_code is not distinct from a.account_code
    and p.account_name is not distinct from a.account_name
left join project_masks as j on coalesce(p.project_code, '') = j.project_code
left join date_masks as d on p.posting_date = d.posting_date
left join text_masks as t on p.posting_text = t.posting_text
left join rules as r on r.n = bit_position('1'::bit, a.m & j.m & d.m & s.m
    & coalesce(t.m, (select m from text_masks where posting_text is null)));

create temp table named as
with
    refs as (from warehouse.intermediate.int_cost_reference__listed where reference_kind_code in ('system_name', 'contract_name')),
    texts as (
        select administration_code, posting_text,
            substring(posting_text, position(' ' in posting_text) + 1) as one
        from fct_posting where is_it and posting_text is not null group by all
    )
select t.administration_code, t.posting_text,
    min(target_id) filter (reference_kind_code = 'system_name') as system_target,
    min(target_id) filter (reference_kind_code = 'contract_name') as contract_target
from (select *, unnest([posting_text, one, substring(one, position(' ' in one) + 1)]) as said from texts) as t
join refs as r on t.administration_code = r.administration_code and left(lower(trim(said)), 40) = r.reference_value group by all;

create temp table internal as
with
    sides as (
        select *, row_number() over (
                partition by administration_code, partner_administration_code, month, posting_amount, coalesce(reference, '')
                order by delivery_id, source_row_number, coalesce(source_column, '')) as equal
        from (
            select p.delivery_id, p.source_row_number, p.source_column, p.administration_code, p.partner_administration_code,
                p.posting_amount, date_trunc('month', p.posting_date) as month,
                nullif(split_part(trim(split_part(p.posting_text, r.reference_marker, 2)), ' ', 1), '') as reference
            from fct_posting as p join rules as r on p.rule_number = r.n where r.is_it and r.is_internal
        )
    )
select delivery_id, source_row_number, source_column,
    count(*) over (partition by
        case when posting_amount > 0 then administration_code else partner_administration_code end,
        case when posting_amount > 0 then partner_administration_code else administration_code end,
        month, abs(posting_amount), coalesce(reference, ''), equal) = 2
    and coalesce(partner_administration_code, administration_code) <> administration_code and posting_amount <> 0 as is_paired
from sides;

create temp table frames as
select a.*, min_by(steering_area_code, (rule_order, steering_area_code)) as steering_area_code
from (select distinct year, function_code, dranst_code, art_code from fct_posting) as a
join warehouse.staging.stg_steering_area_rule as r
    on a.year between coalesce(valid_from_year, a.year) and coalesce(valid_to_year, a.year)
    and prefixed(a.function_code, function_prefixes) and one_of(a.dranst_code, dranst_codes) and prefixed(a.art_code, art_prefixes)
group by all;

create table fct_it_spend as
with
    lines as (
        select p.*, r.confidence_pct, r.spend_kind_code, r.cost_pool_code, coalesce(r.is_internal, false) as is_internal,
            n.system_target, j.target_id as project_target, n.contract_target,
            case when coalesce(r.is_contract_cost, true) and p.posting_date >= coalesce(l.first_date, p.posting_date)
                then l.target_id end as supplier_target
        from fct_posting as p join rules as r on p.rule_number = r.n
        left join named as n on p.administration_code = n.administration_code and p.posting_text = n.posting_text
        left join (from warehouse.intermediate.int_cost_reference__listed where reference_kind_code = 'project') as j
            on p.administration_code = j.administration_code and p.project_code = j.reference_value
        left join (from warehouse.intermediate.int_cost_reference__listed where reference_kind_code = 'supplier') as l
            on p.administration_code = l.administration_code and p.supplier_id = l.reference_value
        where p.is_it
    ),
    driven as (
        select *,
            case when system_id is not null then 'system_reference' when system_target is not null then 'system_name'
                when project_target is not null then 'project' when contract_id is not null then 'contract_reference'
                when contract_target is not null then 'contract_name' when supplier_target is not null then 'single_contract'
                when supplier_id is not null then 'supplier' else 'none' end as driver_code,
            coalesce(system_id, system_target, project_target, contract_id, contract_target, supplier_target) as target_id
        from lines
    ),
    shares as (
        select d.*, t.system_id as target_system_id, t.contract_id as target_contract_id, t.split_code, t.split_weight,
            t.split_weight_total, coalesce(t.part_number, 1) as part, coalesce(t.part_count, 1) as parts,
            case when t.part_count > 1 then cast(posting_amount * 100 as hugeint) * t.split_weight end as scaled
        from driven as d left join warehouse.intermediate.int_cost_target__weighted as t using (target_id)
    ),
    cents as (
        select *, (scaled - scaled % split_weight_total) // split_weight_total as low,
            row_number() over (partition by delivery_id, source_row_number, coalesce(source_column, '')
                order by abs(scaled % split_weight_total) desc, part) as place
        from shares where parts > 1
    ),
    divided as (
        select *, posting_amount * 100 - sum(low) over (partition by delivery_id, source_row_number, coalesce(source_column, ''))
            as rest from cents
    ),
    spent as (
        select * exclude (scaled, low, place, rest),
            cast((low + case when place <= abs(rest) then sign(rest) else 0 end) * 0.01 as decimal(18, 2)) as spend_amount
        from divided
        union all by name
        select * exclude (scaled), posting_amount as spend_amount from shares where parts = 1
    )
select s.delivery_id, s.source_row_number, s.source_column, part, parts, s.administration_code, posting_date, s.year,
    fiscal_period, s.function_code, s.dranst_code, s.art_code, account_code, project_code, supplier_id, rule_code, confidence_pct,
    spend_kind_code, f.steering_area_code, cost_pool_code, vat_code, is_internal, partner_administration_code,
    coalesce(i.is_paired, false) as is_eliminated, driver_code, split_code, split_weight, split_weight_total,
    target_system_id as system_id, target_contract_id as contract_id, spend_amount,
    cast(round(spend_amount * (select index_value from warehouse.staging.stg_price_index where price_year = getvariable('price_year'))
        / x.index_value, 2) as decimal(18, 2)) as spend_real_amount
from spent as s
left join frames as f on s.year = f.year and s.function_code is not distinct from f.function_code
    and s.dranst_code is not distinct from f.dranst_code and s.art_code is not distinct from f.art_code
left join internal as i on s.delivery_id = i.delivery_id and s.source_row_number = i.source_row_number
    and s.source_column is not distinct from i.source_column
left join warehouse.staging.stg_price_index as x on s.year = x.price_year;

create table spend_by_month as
select administration_code, year, fiscal_period, supplier_id, cost_pool_code, spend_kind_code, steering_area_code, is_eliminated,
    count(*) as lines, sum(spend_amount) as spend_amount
from fct_it_spend group by all;

create table spend_by_system as
select administration_code, system_id, contract_id, year, sum(spend_amount) as spend_amount from fct_it_spend group by all;

create table undecided as
select delivery_id, source_row_number, source_column, administration_code, posting_amount, posting_text,
    row_number() over (partition by administration_code
        order by abs(posting_amount) desc, delivery_id, source_row_number, coalesce(source_column, '')) as place
from fct_posting where is_it is null;
