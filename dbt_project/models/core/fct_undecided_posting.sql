select
    delivery_id,
    source_row_number,
    source_column,
    administration_code,
    posting_date,
    fiscal_year,
    function_code,
    dranst_code,
    art_code,
    account_code,
    account_name,
    project_code,
    supplier_id,
    source_supplier_name,
    posting_text,
    posting_amount,
    row_number() over (
        partition by administration_code
        order by
            abs(posting_amount) desc,
            delivery_id,
            source_row_number,
            coalesce(source_column, '')
    ) as undecided_rank
from {{ ref("int_posting__decided") }}
where is_it is null
