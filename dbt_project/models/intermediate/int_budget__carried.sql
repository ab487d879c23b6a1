{{
    carried_amounts(
        ref("int_budget__versioned"),
        ["administration_code", "budget_line_key", "fiscal_year"],
        "measure_code",
    )
}}
