"""Draft: a contract proposed from a file that nobody has described yet. Proposes only; nothing is ingested here."""
