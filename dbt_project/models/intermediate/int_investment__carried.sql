{{
    carried_amounts(
        ref("int_investment__versioned"),
        ["administration_code", "project_code", "fiscal_year"],
        "line_code",
    )
}}
