-- Fails for each validity of a unit that leaves days to the next one, or shares days
-- with it.
{{
    validity_faults(
        ref("stg_organisation_unit"), ["administration_code", "unit_code"]
    )
}}
