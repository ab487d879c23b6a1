"""Make a release of an audited build and switch readers to it, last and in one step. The stage's front door."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import clock
from pipelines.audit.docs import missing_pages
from pipelines.audit.result import AuditRecord, Outcome
from pipelines.audit.run import DATA_DOCS, RECORD, file_hashes
from pipelines.contracts.loading import load_contracts
from pipelines.errors import AuditFailed, PortfolioError
from pipelines.files import fingerprint, flush_to_disk, fresh_folder, remove_temporaries, sha256_of, write_json
from pipelines.instance import Instance
from pipelines.release.interface import known_interface
from pipelines.release.pointer import CURRENT, current_release, switch
from pipelines.release.readback import reading_back
from pipelines.release.standing import resume
from pipelines.release.tables import copy_tables, read_manifest, trace_keys
from pipelines.report.write import write_report
from pipelines.transform.build import Build

CANDIDATE = ".candidate"


def publish(build: Build, instance: Instance) -> Path:
    """Write and prove a new release, and switch readers to it unless it is of a day in the past; returns its folder.

    Raises AuditFailed when the audit record of exactly these bytes is missing or did not pass, PortfolioError when the
    candidate cannot be read back as written. `current` is then untouched.
    """
    audit = _audited(build)
    plan, made_at = build.plan(), clock.now()
    release_id = f"{made_at:%Y%m%dT%H%M%SZ}-{fingerprint(plan['inputs'], build.build_id)[:8]}"
    candidate = fresh_folder(instance.releases / f"{CANDIDATE}-{release_id}")
    with reading_back(candidate) as found:
        _write(candidate, build, instance, release_id, made_at, audit)
        if wrong := found():
            raise PortfolioError(f"The release candidate {candidate} could not be read back as written: {wrong}")
    flush_to_disk(candidate)
    folder = instance.releases / release_id
    candidate.rename(folder)
    if plan["is_of_today"] or current_release(instance) is None:
        switch(instance, folder)
        resume(instance)  # something had changed, or somebody asked for it
    return folder


def _write(
    candidate: Path, build: Build, instance: Instance, release_id: str, made_at: datetime, audit: AuditRecord
) -> None:
    """Tables, audit, report and, last, the manifest with the hash of every file."""
    plan, manifest = build.plan(), read_manifest(build.dbt_target)
    tables = copy_tables(build.warehouse, candidate, manifest, _release_row(release_id, made_at, plan, instance, audit))
    shutil.copytree(build.audit, candidate / "audit")
    write_report(candidate, load_contracts(instance.contracts))
    write_json(
        candidate / "release.json",
        {
            "release_id": release_id,
            "made_at": made_at.isoformat(timespec="seconds"),
            "build_id": build.build_id,
            "instance_name": instance.settings.name,
            "currency": instance.settings.currency,
            "price_year": instance.settings.price_year,
            "inputs": plan["inputs"],
            "late": plan["late"],
            "refused": plan["refused"],
            "configuration": plan["configuration"],
            "not_taken": plan["not_taken"],
            "cases": json.loads(build.cases_record.read_text("utf-8")) if build.cases_record.exists() else None,
            "rows": plan["rows"],
            "rejected_rows": plan["rejected_rows"],
            "audit": {
                "passed": audit.passed,
                "counts": audit.counts,
                "warnings": [c.sentence for c in audit.checks if c.outcome is Outcome.warning],
            },
            "tables": tables,
            "trace": trace_keys(manifest),
            "files": {
                p.relative_to(candidate).as_posix(): sha256_of(p) for p in sorted(candidate.rglob("*")) if p.is_file()
            },
        },
    )


def _audited(build: Build) -> AuditRecord:
    """The audit record of exactly this build's bytes, when it passed."""
    path = build.audit / RECORD
    if not path.exists():
        raise AuditFailed(f"Build {build.build_id} has no audit record. Nothing is released without one.")
    record = AuditRecord.read(path)
    found = file_hashes(build.folder)
    if differing := sorted(n for n in {*found, *record.file_hashes} if found.get(n) != record.file_hashes.get(n)):
        raise AuditFailed(
            f"Build {build.build_id} is not the one that was audited: other bytes in {', '.join(differing)}. Run the refresh again."
        )
    if not record.passed:
        raise AuditFailed(f"Build {build.build_id} did not pass its audit; see {path}.")
    if missing := missing_pages(record, build.audit / DATA_DOCS):
        raise AuditFailed(
            f"Build {build.build_id} lacks Data Docs of its audit ({', '.join(missing[:5])}). Nothing is released without them. "
            "Run the refresh again."
        )
    return record


def _release_row(
    release_id: str, made_at: datetime, plan: dict[str, Any], instance: Instance, audit: AuditRecord
) -> dict[str, str | int | bool]:
    inputs = plan["inputs"]
    return {
        "release_id": release_id,
        "made_at": f"{made_at:%Y-%m-%d %H:%M:%S}",
        "as_of_date": inputs["as_of_date"],
        "instance_name": instance.settings.name,
        "currency": instance.settings.currency,
        "price_year": instance.settings.price_year,
        "previous_release_id": inputs["previous_release"] or "",
        "deliveries_hash": inputs["deliveries_hash"],
        "configuration_hash": inputs["configuration_hash"],
        "code_hash": inputs["code_hash"],
        "interface_version": known_interface().version,
        "check_count": len(audit.checks),
        "late_count": len(plan["late"]),
        "refused_count": len(plan["refused"]),
    }


def clean_leftovers(instance: Instance) -> None:
    """Remove what a killed run left behind. Releases themselves are never touched."""
    for folder in (instance.archive, instance.raw, instance.rejected):
        remove_temporaries(folder)
    if instance.releases.exists():
        for path in instance.releases.glob(f"{CANDIDATE}-*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in instance.releases.glob(f".{CURRENT}.*"):
            path.unlink(missing_ok=True)
