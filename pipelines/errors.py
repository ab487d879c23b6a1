"""Errors that a person reads. Each says what was wrong, where, and what to do next; nothing else belongs here."""


class PortfolioError(Exception):
    """Base of all errors whose text is meant for the person who runs the pipeline."""


class ConfigurationError(PortfolioError):
    """The instance folder, a contract or reference data is faulty; nothing was run. Exit code 2."""


class DeliveryRefused(PortfolioError):
    """One delivery does not fit its contract and is refused whole; the one before it stays in force."""


class AuditFailed(PortfolioError):
    """The build did not pass its audit; the current release stays. Exit code 1."""


class Locked(PortfolioError):
    """Another refresh of the same instance is running. Exit code 1."""
