-- Nearly every text is its own and has none of the words: only those that have one are
-- kept, beside one row for all others. Texts with the same words share one mask.
{{ config(materialized="table") }}

with
    texts as (
        select distinct posting_text
        from {{ ref("stg_postings") }}
        where posting_text is not null
    ),

    worded as (
        select posting_text, {{ as_words("posting_text") }} as text_words from texts
    ),

    found as (
        select distinct worded.posting_text, words.rule_number
        from worded
        inner join
            {{ ref("int_spend_rule_word__split") }} as words
            on {{ contains_text("worded.text_words", "words.word_sought") }}
    ),

    kept as (
        select
            posting_text,
            {{
                join_text(
                    "cast(rule_number as " ~ dbt.type_string() ~ ")",
                    "|",
                    "rule_number",
                )
            }} as rule_numbers
        from found
        group by posting_text
        union all
        select cast(null as {{ dbt.type_string() }}) as posting_text, '' as rule_numbers
    ),

    found_together as (select distinct rule_numbers from kept),

    masks as (
        select
            found_together.rule_numbers,
            {{
                rule_mask(
                    "rules.text_words is null or "
                    ~ is_any(
                        "cast(rules.rule_number as " ~ dbt.type_string() ~ ")",
                        "found_together.rule_numbers",
                    ),
                    "rules.rule_number",
                )
            }} as rule_mask
        from found_together
        cross join {{ ref("int_spend_rule__numbered") }} as rules
        group by found_together.rule_numbers
    )

select kept.posting_text, masks.rule_mask
from kept
inner join masks on kept.rule_numbers = masks.rule_numbers
