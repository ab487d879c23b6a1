select
    figures.administration_code,
    administrations.administration_name,
    figures.figure_code,
    figures.figure_kind_code,
    figures.fiscal_year,
    figures.figure_unit_code,
    figures.figure_value,
    figures.sign_off_state_code,
    figures.last_decision_code,
    figures.decided_release_id,
    figures.decided_value,
    figures.is_changed_since_decision,
    figures.decided_by_role_name,
    figures.decided_date,
    figures.decision_reason
from {{ ref("dim_figure") }} as figures
inner join
    {{ ref("dim_administration") }} as administrations
    on figures.administration_code = administrations.administration_code
    and administrations.is_current
