"""The invented municipality as a seeded generator: landing files and the truth that only tests read. No pipeline stage."""

from pipelines.sample.generate import write_sample

__all__ = ["write_sample"]
