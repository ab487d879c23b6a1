"""The laws of the dbt project that dbt itself does not check: names, layers, portable SQL, descriptions, classification.

What the models compute is tested in the project (unit_tests.yml, data tests), not here.
"""

import functools
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
LAYERS = ("staging", "intermediate", "core", "marts")
PUBLISHED = ("core", "marts")

MODEL_NAMES = {
    "staging": r"stg_[a-z]+(_[a-z]+)*",
    "intermediate": r"int_[a-z]+(_[a-z]+)*__[a-z_]*(ed|en|split)",
    "core": r"(dim|fct)_[a-z]+(_[a-z]+)*",
    "marts": r"mart_[a-z]+(_[a-z]+)*",
}
READS = {
    "staging": ("staging",),
    "intermediate": ("staging", "intermediate"),
    "core": ("staging", "intermediate", "core"),
    "marts": ("intermediate", "core"),
}
COMPARES_MARTS = "mart_release_change"  # with what the release before published
TYPES_BY_SUFFIX = {
    r".*_(id|code|codes|key|name|names|source)": {"string"},
    r".*_amount": {"decimal(18,2)", "decimal(38,2)"},
    r".*_pct": {"decimal(5,2)"},
    r".*_date": {"date"},
    r".*_at": {"timestamp"},
    r".*_year": {"int"},
    r".*_(count|months|number|rank)": {"bigint"},
    r"(is|has)_.*": {"boolean"},
}
BANNED = {
    "cast with ::": r"::",
    "integer division with //": r"//",
    "qualify": r"\bqualify\b",
    "exclude or replace in a select list": r"\*\s*(exclude|replace|except)\b",
    "group by all, order by all": r"\bby\s+all\b",
    "list comprehension": r"\[[^\]]*\bfor\b[^\]]*\bin\b",
    "arrow lambda": r"->",
    "filter clause": r"\bfilter\s*\(",
    "today's date": r"\b(current_date|current_timestamp|now\s*\(|today\s*\()",
    "random": r"\b(random|uuid)\s*\(",
    "FROM first": r"(\(|^)\s*from\b",
    "engine's own file reader": r"\bread_(parquet|csv|json)\b",
}


@functools.cache
def model_files(*layers: str) -> list[Path]:
    return [path for layer in layers or LAYERS for path in sorted((PROJECT / "models" / layer).glob("*.sql"))]


@functools.cache
def yaml_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT / "models" / name).read_text(encoding="utf-8"))
    return content


@functools.cache
def described_models() -> dict[str, dict[str, Any]]:
    paths = [
        p.relative_to(PROJECT / "models").as_posix()
        for n in LAYERS
        for p in sorted((PROJECT / "models" / n).glob("*.yml"))
    ]
    return {model["name"]: model for path in paths for model in yaml_of(path).get("models", [])}


def columns_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = model.get("columns", [])
    return columns


def published_columns() -> list[tuple[str, dict[str, Any]]]:
    models = described_models()
    return [(path.stem, column) for path in model_files(*PUBLISHED) for column in columns_of(models[path.stem])]


def meta_of(node: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = node.get("config", {}).get("meta", {})
    return meta


def sql_of(path: Path) -> str:
    """The model's SQL in lower case, without comments and with Jinja kept."""
    text = re.sub(r"\{#.*?#\}", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"--[^\n]*", " ", text).lower()


@functools.cache
def catalogue(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "pipelines/contracts" / name).read_text(encoding="utf-8"))
    return content


def by_stem(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt makes of the project, without any of a run's environment, and with every warning an error."""
    target = tmp_path_factory.mktemp("dbt")
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("PORTFOLIO_", "DBT_"))}
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "--warn-error", "parse", "--target-path", target, "--log-path", target],
        cwd=PROJECT,
        env=keep | {"DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    content: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", model_files(), ids=by_stem)
def test_model_follows_the_naming_law(path: Path) -> None:
    assert re.fullmatch(MODEL_NAMES[path.parent.name], path.stem)


def test_every_model_is_described_and_every_description_has_a_model() -> None:
    assert set(described_models()) == {path.stem for path in model_files()}


@pytest.mark.parametrize("path", model_files(), ids=by_stem)
def test_description_begins_with_the_grain_or_the_question(path: Path) -> None:
    description = described_models()[path.stem]["description"]
    if path.parent.name == "marts":
        assert re.match(r"(What|Where|Who|Which|How|Is|Keep)\b[^.]*\? One row per ", description)
    else:
        assert description.startswith("One row per ")


@pytest.mark.parametrize("path", model_files("marts"), ids=by_stem)
def test_mart_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 120


@pytest.mark.parametrize("path", model_files() + sorted((PROJECT / "tests").glob("*.sql")), ids=by_stem)
def test_sql_is_portable_and_deterministic(path: Path) -> None:
    sql = sql_of(path)
    found = [rule for rule, pattern in BANNED.items() if re.search(pattern, sql)]
    assert not found


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("select a::int from t", "cast with ::"),
        ("select a // b from t", "integer division with //"),
        ("select a from t qualify rank() = 1", "qualify"),
        ("select * exclude (a) from t", "exclude or replace in a select list"),
        ("select a, sum(b) from t group by all", "group by all, order by all"),
        ("select [x + 1 for x in list] from t", "list comprehension"),
        ("select list_transform(a, x -> x + 1) from t", "arrow lambda"),
        ("select count(*) filter (where a) from t", "filter clause"),
        ("select current_date", "today's date"),
        ("select random()", "random"),
        ("with a as (from t) select b from a", "FROM first"),
        ("select a from read_parquet('x')", "engine's own file reader"),
    ],
)
def test_each_ban_bites(sql: str, rule: str) -> None:
    assert [name for name, pattern in BANNED.items() if re.search(pattern, sql)] == [rule]


@pytest.mark.parametrize("path", model_files(), ids=by_stem)
def test_model_reads_from_its_own_side_of_the_way(path: Path, manifest: dict[str, Any]) -> None:
    read = manifest["nodes"][f"model.portfolio.{path.stem}"]["depends_on"]["nodes"]
    layers = {manifest["nodes"][name]["schema"] for name in read if name.startswith("model.")}
    assert read
    assert layers <= {*READS[path.parent.name], *(["marts"] if path.stem == COMPARES_MARTS else [])}
    assert path.parent.name == "staging" or not any(name.startswith("source.") for name in read)


def test_sources_are_the_datasets_and_reference_tables_and_staging_takes_each() -> None:
    (inputs,) = yaml_of("sources.yml")["sources"]
    names = {table["name"] for table in inputs["tables"]}
    expected = {f"raw_{dataset}" for dataset in catalogue("fields.yml")["datasets"]}
    expected |= {f"reference_{table}" for table in catalogue("reference.yml")}
    expected |= {
        "raw_delivery",
        "raw_delivery_administration",
        "raw_rejection",
        "raw_contract",
        "link_product",
        "link_supplier",
        "link_candidate",
        "previous_system",
        "previous_contract",
        "previous_candidate",
        "release_input",
    }
    taken = {name for path in model_files("staging") for name in re.findall(r"\"inputs\", \"(\w+)\"", sql_of(path))}
    assert names == expected == taken
    assert all(table["description"].startswith("One row per ") for table in inputs["tables"])


@pytest.mark.parametrize("dataset", catalogue("fields.yml")["datasets"])
def test_staging_takes_every_field_of_the_dataset_and_no_other(dataset: str) -> None:
    lineage = {"delivery_id", "source_row_number", "source_column", "administration_code", "administration_name"}
    lineage |= {"contract_id"} if dataset == "postings" else set()  # within which repeated lines are looked for
    taken = set(re.findall(r"\bsource\.(\w+)", sql_of(PROJECT / f"models/staging/stg_{dataset}.sql")))
    assert taken == lineage | set(catalogue("fields.yml")["datasets"][dataset]["fields"])


def test_a_column_name_has_one_type() -> None:
    types: dict[str, set[str]] = defaultdict(set)
    for _, column in published_columns():
        types[column["name"]].add(column["data_type"])
    assert {name: found for name, found in types.items() if len(found) > 1} == {}


@pytest.mark.parametrize(("pattern", "allowed"), TYPES_BY_SUFFIX.items())
def test_suffix_carries_the_type(pattern: str, allowed: set[str]) -> None:
    columns = [column for _, column in published_columns() if re.fullmatch(pattern, column["name"])]
    assert columns or pattern.endswith("_at")
    assert [column["name"] for column in columns if column["data_type"] not in allowed] == []


def test_a_column_name_has_one_definition() -> None:
    used: dict[str, list[str]] = defaultdict(list)
    for _, column in published_columns():
        used[column["name"]].append(column["description"])
    apart = [
        name
        for name, texts in used.items()
        if len(texts) > 1 and not all(text.startswith(f'{{{{ doc("{name}") }}}}') for text in texts)
    ]
    assert apart == []


def test_amounts_and_counts_name_their_unit(manifest: dict[str, Any]) -> None:
    without = [
        f"{node['name']}.{name}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED
        for name, column in node["columns"].items()
        if re.fullmatch(r".*_(amount|count|pct|months|points|value|level)", name)
        and "Unit: " not in column["description"]
    ]
    assert without == []


def test_every_published_column_is_described_and_every_contract_enforced(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    published = [node for node in models if node["schema"] in PUBLISHED]
    assert {node["name"] for node in published} == {path.stem for path in model_files(*PUBLISHED)}
    assert all(node["contract"]["enforced"] for node in published)
    short = [
        f"{node['name']}.{name}"
        for node in published
        for name, column in node["columns"].items()
        if len(column["description"]) < 12
    ]
    assert short == []


@pytest.mark.parametrize("path", model_files(*PUBLISHED), ids=by_stem)
def test_published_model_has_a_key_test(path: Path) -> None:
    model = described_models()[path.stem]
    tests = model.get("data_tests", []) + [
        test for column in columns_of(model) for test in column.get("data_tests", [])
    ]
    assert any(test == "unique" or (isinstance(test, dict) and "unique_combination" in test) for test in tests)
    constrained = any(column.get("constraints") == [{"type": "not_null"}] for column in columns_of(model))
    assert constrained or f"{path.stem}_has_what_every_line_has" in str(
        tests
    )  # a view has no constraints, so a test says it


@pytest.mark.parametrize("path", model_files("core"), ids=by_stem)
def test_fact_row_can_be_followed_to_its_source_row(path: Path) -> None:
    names = {column["name"] for column in columns_of(described_models()[path.stem])}
    if path.stem.startswith("fct_") and not path.stem.startswith("fct_delivery"):
        assert {"delivery_id", "source_row_number"} <= names


def test_mart_with_money_can_be_traced_and_what_stands_behind_has_lineage(manifest: dict[str, Any]) -> None:
    published = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    money = {
        path.stem
        for path in model_files("marts")
        if any(column["name"].endswith("_amount") for column in columns_of(described_models()[path.stem]))
    }
    traces = {name: node["config"]["meta"].get("trace", {}) for name, node in published.items()}
    lineage = {"delivery_id", "source_row_number"}
    assert len(money) >= 3
    assert [name for name in money if not traces[name].get("behind")] == []
    for name, keys in traces.items():
        assert set(keys.get("key", ())) <= set(published[name]["columns"]), name
        assert all(table.startswith("fct_delivery") or lineage <= set(published[table]["columns"])
                   for table in keys.get("behind", {})), name  # fmt: skip
    dims = {path.stem for path in model_files("core") if path.stem.startswith("dim_")}
    assert [name for name in dims if not traces[name].get("key")] == []


def test_meta_is_what_dbt_can_log(manifest: dict[str, Any]) -> None:
    """A list of mappings in a model's meta makes dbt 1.11 lose the model's events, and Dagster then skips the release."""
    lists = [
        f"{node['name']}: {value}"
        for node in manifest["nodes"].values()
        for value in [*node["config"]["meta"].values(), *(node["config"]["meta"].get("trace") or {}).values()]
        if isinstance(value, list) and not all(isinstance(item, str) for item in value)
    ]
    assert lists == []


def test_restricted_fields_stay_restricted() -> None:
    fields = [field for dataset in catalogue("fields.yml")["datasets"].values() for field in dataset["fields"].items()]
    restricted = {name for name, field in fields if field.get("classification") == "restricted"}
    loose = [
        f"{model}.{column['name']}"
        for model, column in published_columns()
        if column["name"] in restricted and meta_of(column).get("classification") != "restricted"
    ]
    assert restricted
    assert loose == []


def test_every_mart_column_has_a_danish_label() -> None:
    marts = {path.stem for path in model_files("marts")}
    assert [
        f"{model}.{column['name']}"
        for model, column in published_columns()
        if model in marts and not meta_of(column).get("label_da")
    ] == []


def test_every_hard_step_has_an_example_calculated_by_hand(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert {path.stem for path in model_files("intermediate", "marts")} - tested == set()
