"""Dagster wiring, thin: assets, checks, job, schedule. What is done is done by the stages; here it is only named and ordered."""
