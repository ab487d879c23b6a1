"""How things are tied together: where Dagster may be imported, which way imports point, what every asset carries."""

import ast
import tomllib
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.definitions import build_definitions
from pipelines.defs.jobs import JOB_NAME
from pipelines.instance import PROJECT_ROOT, Instance

MODULES = sorted((PROJECT_ROOT / "pipelines").rglob("*.py"))
AT_THE_RIM = {"definitions.py", "refresh.py"}
STAGES = [
    "contracts",
    "ingest",
    "linkage",
    "transform",
    "audit",
    "release",
    "report",
    "cases",
    "sample",
    "draft",
    "check",
    "trace",
]


def imports(path: Path) -> set[str]:
    """Everything a module imports, by full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def place(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT / "pipelines").as_posix()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_dagster_is_imported_only_at_the_rim(path: Path) -> None:
    uses = any(name.split(".")[0] in ("dagster", "dagster_dbt") for name in imports(path))
    assert not uses or place(path).startswith("defs/") or place(path) in AT_THE_RIM


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_point_one_way(path: Path) -> None:
    """Stages know neither defs nor the command line; what lies below all stages knows no stage."""
    names = imports(path)
    if place(path).startswith("defs/") or place(path) in (*AT_THE_RIM, "cli.py", "ui.py", "summary.py"):
        return
    assert not any(
        n.startswith(("pipelines.defs", "pipelines.cli", "pipelines.definitions", "pipelines.refresh")) for n in names
    )
    if place(path).startswith("contracts/") or place(path) in ("instance.py", "errors.py", "files.py"):
        assert not any(n.startswith(tuple(f"pipelines.{s}" for s in STAGES if s != "contracts")) for n in names)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_every_module_says_what_belongs_in_it_and_stays_readable(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 320


def test_what_is_published_is_opened_in_three_places_that_confine_it() -> None:
    """A release is read through `open_whole` and its like, which see no other file; tables.py writes it, and write.py its report."""
    makers = {"release/tables.py", "release/whole.py", "report/write.py"}
    readers = {
        place(p) for p in MODULES if "/" not in place(p) or place(p).startswith(("release/", "report/", "trace/"))
    }
    opening = {name for name in readers if "duckdb.connect(" in (PROJECT_ROOT / "pipelines" / name).read_text("utf-8")}
    assert opening == makers
    for name in makers - {"release/tables.py"}:
        assert "enable_external_access" in (PROJECT_ROOT / "pipelines" / name).read_text("utf-8")


def test_ui_and_tooling_name_the_same_module() -> None:
    workspace = yaml.safe_load((PROJECT_ROOT / "workspace.yaml").read_text("utf-8"))
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))
    assert workspace["load_from"] == [
        {"python_module": project["tool"]["dg"]["project"]["code_location_target_module"]}
    ]


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    definitions = build_definitions(Instance.load(PROJECT_ROOT / "data"))
    return definitions.get_repository_def()


def test_every_asset_has_description_owner_group_and_kind(repository: dg.RepositoryDefinition) -> None:
    nodes = repository.asset_graph.asset_nodes
    assert len(list(nodes)) > 60
    for node in repository.asset_graph.asset_nodes:
        assert node.description, node.key
        assert node.owners, node.key
        assert node.group_name not in (None, "default"), node.key
        assert node.kinds, node.key


def test_every_check_has_a_description(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    described = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    assert any(spec.blocking for spec in described)
    assert all(spec.description for spec in described)


def test_the_graph_hangs_together(repository: dg.RepositoryDefinition) -> None:
    """Every published table stands between the archive and the release."""
    graph = repository.asset_graph
    release = next(n for n in graph.asset_nodes if n.key.path[-1] == "release")
    above, queue = set(), [release.key]
    while queue:
        key = queue.pop()
        above.add(key)
        queue += [k for k in graph.get(key).parent_keys if k not in above]
    assert {tuple(k.path) for k in above} >= {
        ("archive",),
        ("inputs", "raw_postings"),
        ("marts", "mart_it_landscape"),
        ("core", "fct_posting"),
    }


def test_job_and_schedule_are_there(repository: dg.RepositoryDefinition) -> None:
    assert repository.get_job(JOB_NAME).executor_def.name == "in_process"
    (schedule,) = repository.schedule_defs
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 2 * * *", "Europe/Copenhagen")
    assert schedule.job_name == JOB_NAME


def test_nothing_happens_at_import() -> None:
    """Loading the definitions module reads no instance: it works where there is none."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.definitions, pipelines.cli"],
        cwd=PROJECT_ROOT, env={"PORTFOLIO_INSTANCE": "/nowhere", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_lock_file_pins_by_hash_and_names_no_index() -> None:
    text = (PROJECT_ROOT / "requirements.lock").read_text("utf-8")
    assert "--index-url" not in text
    assert "://" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in pins)
    assert text.count("--hash=sha256:") > len(pins)
