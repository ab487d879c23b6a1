-- A table of its own: an engine that knows how few words there are holds them, and not
-- the ledger's texts, in memory when it compares both.
{{ config(materialized="table") }}

select rules.rule_number, {{ word_sought("trim(split.word)") }} as word_sought
from
    {{ ref("int_spend_rule__numbered") }} as rules
    {{ cross_join_codes("rules.text_words", "split", "word") }}
