"""Small file habits that every stage shares: atomic writing, hashing, a clean folder. Knows no folder of an instance."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import yaml

CHUNK = 1 << 20
YAML_LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml where PyYAML was built with it: eight times as fast


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(*parts: object) -> str:
    """SHA-256 of any JSON-like values, independent of the order of mapping keys."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def parse_yaml(text: str | bytes) -> Any:
    """What a YAML document holds, in plain Python values. Raises yaml.YAMLError."""
    return yaml.load(text, YAML_LOADER)  # noqa: S506 - both are safe loaders


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing: temporary name, fsync, rename on the same file system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, content: Any) -> None:
    """Write JSON that reads well and always comes out the same."""
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True, default=str) + "\n")


def copy_atomically(source: Path, target: Path) -> None:
    """Copy bytes so that `target` is whole or absent."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with source.open("rb") as reader, temporary.open("wb") as writer:
        shutil.copyfileobj(reader, writer, CHUNK)
        writer.flush()
        os.fsync(writer.fileno())
    temporary.replace(target)


def remove_temporaries(folder: Path) -> None:
    """Remove what killed writers left under temporary names. Call it only where nobody is writing."""
    for pattern in (".*.tmp", "*.part"):
        for path in folder.rglob(pattern):
            path.unlink(missing_ok=True)


def flush_to_disk(folder: Path) -> None:
    """Wait until the disk has every file and folder in `folder`: a name that outlives a power cut must have its bytes too."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def ends_with_line_end(path: Path) -> bool:
    """Whether a file's last byte is a line feed; true of an empty one."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def fresh_folder(path: Path) -> Path:
    """An empty folder at `path`, whatever was there before."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link where the file system has them, else a copy. Both are whole files that later deletions leave alone."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
