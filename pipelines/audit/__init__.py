"""The audit stage: Great Expectations runs, dbt results and reconciliations in one record. Nothing is changed here."""
