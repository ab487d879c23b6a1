-- Fails for each validity of an administration that leaves days to the next one, or
-- shares days with it.
{{ validity_faults(ref("stg_administration"), ["administration_code"]) }}
