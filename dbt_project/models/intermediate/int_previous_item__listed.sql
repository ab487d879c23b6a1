{{
    release_items(
        ref("stg_previous_system"),
        ref("stg_previous_contract"),
        ref("stg_previous_candidate"),
    )
}}
