"""From the bytes that were delivered to plain files that a reader may open: packed files within limits, text as UTF-8.

Archives and spreadsheets are looked at before anything is unpacked; nothing is ever written outside the working folder.
"""

import codecs
import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import CHUNK, link_or_copy

MAX_ENTRIES = 2_000
MAX_BYTES = 4 << 30
MAX_RATIO = 200
SMALL = 10 << 20
MAX_GRID = 50_000_000  # cells
CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
CELL_REFERENCE = 16  # bytes of the longest match, so that none is lost between two pieces
COMPOUND_FILE = bytes.fromhex(
    "d0cf11e0a1b11ae1"
)  # what Excel writes when a workbook has a password, and old .xls files
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    IndexError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)  # what Python's unpackers raise on damaged bytes; RuntimeError covers unknown methods and passwords
TEXT_FORMATS = ("csv", "json", "ndjson", "fixed", "xml")


def plain_files(contract: Contract, path: Path, name: str, work: Path) -> list[tuple[str, Path]]:
    """The files that a delivery holds, in order of name, each as (name, path): itself, or what was packed in it.

    Text comes out as UTF-8 with line feeds and without a byte order mark. Raises DeliveryRefused when a limit is passed, a
    name points outside, a password is needed, or the bytes are not what the contract says.
    """
    if name.lower().endswith(".zip"):
        members = _members(contract, path, name, work)
    elif name.lower().endswith(".gz"):
        members = [(name, _streamed(gzip.GzipFile(path), work / "unpacked", name))]
    else:
        members = [(name, path)]
    if contract.file.format == "xlsx":
        for member_name, member in members:
            check_workbook(member, member_name)
    if contract.file.format not in TEXT_FORMATS:
        return members
    return [(n, _as_utf8(contract, member, n, work / f"utf8_{i}.txt")) for i, (n, member) in enumerate(members)]


def _members(contract: Contract, path: Path, name: str, work: Path) -> list[tuple[str, Path]]:
    """The members of a zip that the contract names (all files when it names none), unpacked one by one."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = check_zip(archive, name)
            wanted = [i for i in infos if re.fullmatch(contract.file.member or ".*", i.filename.rsplit("/", 1)[-1])]
            if not wanted:
                found = ", ".join(i.filename for i in infos[:20])
                raise DeliveryRefused(
                    f"{name}: expected files matching {contract.file.member!r} in the zip, found {found}."
                )
            wanted.sort(key=lambda i: i.filename)
            return [
                (f"{name}/{i.filename}", _streamed(archive.open(i), work / f"member_{n}", name))
                for n, i in enumerate(wanted)
            ]
    except BROKEN as error:
        raise DeliveryRefused(
            f"{name}: expected a whole zip file, found a broken one ({error}). Deliver it again."
        ) from error


def check_zip(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The files of an archive, when its directory is harmless. Raises DeliveryRefused otherwise; unpacks nothing."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    if len(infos) > MAX_ENTRIES or size > MAX_BYTES or (size > SMALL and size / packed > MAX_RATIO):
        raise DeliveryRefused(
            f"{name}: expected at most {MAX_ENTRIES} files, {MAX_BYTES >> 30} GB and {MAX_RATIO} times the packed size, "
            f"found {len(infos)} files and {size:,} bytes from {packed:,}. It was not unpacked. Deliver the extract itself."
        )
    for info in infos:
        if info.flag_bits & 0x1:
            raise DeliveryRefused(
                f"{name}: expected a file without password, found one that needs it. Deliver it without."
            )
        if info.filename.startswith(("/", "\\")) or ".." in Path(info.filename.replace("\\", "/")).parts:
            raise DeliveryRefused(
                f"{name}: expected plain names, found {info.filename!r}, which points outside the archive."
            )
    return infos


def check_workbook(path: Path, name: str) -> None:
    """Refuse a spreadsheet that has a password, is no spreadsheet, or would unpack to more than the limits allow."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == COMPOUND_FILE:
        raise DeliveryRefused(
            f"{name}: expected an .xlsx workbook without password, found one with a password or in the old .xls format. "
            "Save it as .xlsx without a password and deliver it again."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            for info in check_zip(archive, name):
                with archive.open(info) as part:
                    _check_grid(part, name)
    except BROKEN as error:
        raise DeliveryRefused(
            f"{name}: expected an Excel workbook (.xlsx), found a file that is none. Save it as .xlsx and deliver it again."
        ) from error


def _check_grid(part: IO[bytes], name: str) -> None:
    """Refuse a sheet whose few cells span so large a grid that laying it out would eat the memory.

    The part is read to its end, which also shows whether it is as long as the workbook's directory claims.
    """
    tail, rows, columns, cells = b"", 0, 0, 0
    while piece := part.read(CHUNK):
        found = CELL.findall(tail + piece)
        cells += len(found)
        rows = max([rows, *(int(row) for _, row in found)])
        columns = max([columns, *(_column_number(letters) for letters in {letters for letters, _ in found})])
        tail = piece[-CELL_REFERENCE:]
    if rows * columns > max(MAX_GRID, 20 * cells):
        raise DeliveryRefused(
            f"{name}: expected a sheet with cells side by side, found {cells:,} cells over {rows:,} rows and {columns:,} columns. "
            "Delete the stray cells far from the table, and deliver it again."
        )


def _column_number(letters: bytes) -> int:
    """`A` is 1, `Z` 26, `AA` 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _streamed(source: IO[bytes] | gzip.GzipFile, target: Path, name: str) -> Path:
    """Write a packed stream out, and stop as soon as it passes the limit, whatever its directory claimed."""
    written = 0
    try:
        with source, target.open("wb") as writer:
            while piece := source.read(CHUNK):
                written += len(piece)
                if written > MAX_BYTES:
                    raise DeliveryRefused(
                        f"{name}: expected at most {MAX_BYTES >> 30} GB unpacked, found more. Split the file."
                    )
                writer.write(piece)
    except BROKEN as error:
        raise DeliveryRefused(
            f"{name}: expected a whole packed file, found a broken one ({error}). Deliver it again."
        ) from error
    return target


def _as_utf8(contract: Contract, path: Path, name: str, target: Path) -> Path:
    is_utf8 = codecs.lookup(contract.file.encoding).name == "utf-8"
    if is_utf8 and contract.file.format == "csv" and not _needs_rewriting(path):
        link_or_copy(path, target)  # the reader of lines tests each row's encoding itself
        return target
    try:
        with path.open("rb") as raw, target.open("wb") as writer:
            for piece in _checked(raw) if is_utf8 else _decoded(raw, contract.file.encoding):
                writer.write(piece)
    except UnicodeError as error:
        raise not_in_encoding(contract, name, str(error)) from error
    return target


def not_in_encoding(contract: Contract, name: str, found: str) -> DeliveryRefused:
    """The refusal of a file whose bytes are not in the promised encoding."""
    return DeliveryRefused(
        f"{name}: expected text in {contract.file.encoding}, found bytes that are not ({found}). "
        f"Deliver the file in {contract.file.encoding}, or change encoding in contract {contract.id}."
    )


def _needs_rewriting(path: Path) -> bool:
    """Whether a file begins with a byte order mark or has line ends other than line feeds."""
    with path.open("rb") as file:
        piece = file.read(CHUNK)
        if piece.startswith(codecs.BOM_UTF8):
            return True
        while piece:
            if b"\r" in piece:
                return True
            piece = file.read(CHUNK)
    return False


def _checked(raw: IO[bytes]) -> Iterator[bytes]:
    """Pieces of UTF-8 as they are, proven to be UTF-8, without a byte order mark and with line feeds only."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    piece = raw.read(CHUNK).removeprefix(codecs.BOM_UTF8)
    while piece:
        after = raw.read(CHUNK)
        if piece.endswith(b"\r") and after.startswith(b"\n"):
            piece = piece[:-1]  # the line feed of this line end leads the next piece
        decoder.decode(piece)
        yield piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece
        piece = after
    decoder.decode(b"", final=True)


def _decoded(raw: IO[bytes], codec: str) -> Iterator[bytes]:
    """Pieces of text in another encoding as UTF-8, with all line ends (CR LF, CR, LF) as line feeds."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(), translate=True)
    while piece := raw.read(CHUNK):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()
