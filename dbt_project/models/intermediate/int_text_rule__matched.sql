-- Nearly every text is its own and has none of the words: only those that have one are
-- kept, beside one row for all others.
{{ config(materialized="table") }}

with
    words as (
        select rules.rule_number, {{ word_sought("trim(split.word)") }} as word_sought
        from
            {{ ref("int_spend_rule__numbered") }} as rules
            {{ cross_join_codes("rules.text_words", "split", "word") }}
    ),

    texts as (
        select distinct posting_text
        from {{ ref("stg_postings") }}
        where posting_text is not null
    ),

    found as (
        select distinct texts.posting_text, words.rule_number
        from texts
        inner join
            words
            on {{ contains_text(as_words("texts.posting_text"), "words.word_sought") }}
    ),

    kept as (
        select distinct posting_text
        from found
        union all
        select cast(null as {{ dbt.type_string() }}) as posting_text
    )

select
    kept.posting_text,
    {{
        rule_mask(
            "rules.text_words is null or found.rule_number is not null",
            "rules.rule_number",
        )
    }} as rule_mask
from kept
cross join {{ ref("int_spend_rule__numbered") }} as rules
left join
    found
    on kept.posting_text = found.posting_text
    and rules.rule_number = found.rule_number
group by kept.posting_text
