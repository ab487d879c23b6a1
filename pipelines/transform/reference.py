"""Reference tables of an instance: CSV files held against their catalogue, and written typed into a build's inputs."""

from pathlib import Path

import duckdb

from pipelines.contracts.catalogue import FieldDefinition, reference_tables
from pipelines.errors import ConfigurationError
from pipelines.ingest.expressions import literal
from pipelines.instance import Instance


def reference_file(instance: Instance, name: str) -> Path:
    """Where the file of one reference table lies, whether it is there or not."""
    return instance.reference / reference_tables()[name].folder / f"{name}.csv"


def check_references(instance: Instance) -> None:
    """Raises ConfigurationError naming every reference file whose columns or cells are not what the catalogue says."""
    faults = []
    for name, table in reference_tables().items():
        try:
            _check(reference_file(instance, name), table.columns)
        except ConfigurationError as error:
            faults.append(str(error))
    if faults:
        raise ConfigurationError("\n".join(faults))


def _source(path: Path) -> str:
    return f"read_csv({literal(str(path))}, all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"


def _check(path: Path, columns: dict[str, FieldDefinition]) -> None:
    if not path.is_file():
        return
    try:
        found = [row[0] for row in duckdb.sql(f"describe select * from {_source(path)}").fetchall()]
        if set(found) != set(columns):
            raise ConfigurationError(
                f"{path}: expected the columns {', '.join(columns)}, found {', '.join(found)}. Correct the header row."
            )
        for column, definition in columns.items():
            broken = f"{column} is not null and try_cast({column} as {definition.duckdb_type}) is null"
            broken += f" or {column} is null" if definition.required else ""
            if definition.values:
                broken += f" or {column} not in ({', '.join(map(literal, definition.values))})"
            bad = duckdb.sql(f"select {column} from {_source(path)} where {broken} limit 1").fetchone()
            if bad:
                raise ConfigurationError(
                    f"{path}: expected {_expected(definition)} in column {column}, found {bad[0]!r}. Correct the file."
                )
    except duckdb.Error as error:
        raise ConfigurationError(
            f"{path}: expected UTF-8 CSV with commas, found {str(error).splitlines()[0]}"
        ) from error


def _expected(definition: FieldDefinition) -> str:
    return f"one of {', '.join(definition.values)}" if definition.values else f"a {definition.type}"


def write_reference(instance: Instance, name: str, columns: dict[str, FieldDefinition], folder: Path) -> None:
    """One reference table as typed Parquet; an empty one where the instance has no such file."""
    path = reference_file(instance, name)
    if not path.is_file():
        write_empty(folder, {n: c.duckdb_type for n, c in columns.items()})
        return
    folder.mkdir()
    typed = ", ".join(f"cast({n} as {c.duckdb_type}) as {n}" for n, c in columns.items())
    target = literal(str(folder / f"{name}.parquet"))
    duckdb.sql(f"copy (select {typed} from {_source(path)}) to {target} (format parquet)")


def write_empty(folder: Path, columns: dict[str, str]) -> None:
    """A folder with one typed Parquet file without rows, so that a source is never missing."""
    folder.mkdir()
    typed = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
    duckdb.sql(f"copy (select {typed} where false) to {literal(str(folder / 'empty.parquet'))} (format parquet)")
