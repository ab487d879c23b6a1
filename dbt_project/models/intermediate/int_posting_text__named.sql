-- Each text once: it names a system or contract as it stands, or behind one word or
-- two.
with
    cost_references as (select * from {{ ref("int_cost_reference__listed") }}),

    texts as (
        select
            administration_code,
            posting_text,
            {{ after_first_word("posting_text") }} as without_one_word
        from {{ ref("int_posting__decided") }}
        where is_it and posting_text is not null
        group by administration_code, posting_text
    ),

    mentions as (
        select
            administration_code, posting_text, {{ name_key("posting_text") }} as mention
        from texts
        union all
        select
            administration_code,
            posting_text,
            {{ name_key("without_one_word") }} as mention
        from texts
        union all
        select
            administration_code,
            posting_text,
            {{ name_key(after_first_word("without_one_word")) }} as mention
        from texts
    )

select
    mentions.administration_code,
    mentions.posting_text,
    min(
        case
            when cost_references.reference_kind_code = 'system_name'
            then cost_references.target_id
        end
    ) as system_target_id,
    min(
        case
            when cost_references.reference_kind_code = 'contract_name'
            then cost_references.target_id
        end
    ) as contract_target_id
from mentions
inner join
    cost_references
    on mentions.administration_code = cost_references.administration_code
    and mentions.mention = cost_references.reference_value
where cost_references.reference_kind_code in ('system_name', 'contract_name')
group by mentions.administration_code, mentions.posting_text
