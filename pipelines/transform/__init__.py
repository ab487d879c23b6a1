"""From accepted deliveries to a built warehouse: the inputs of one build, and the dbt run over them. SQL models live in dbt_project."""
