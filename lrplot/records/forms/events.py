"""TensorBoard's event files: records of TFRecord, each an Event of protocol buffers.

Sources: tensorflow/core/lib/io/record_writer.h for the frame (length, its masked CRC32C, the bytes, their
masked CRC32C) and tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.records.cells import Values
from lrplot.records.table import Table

_LENGTH: Final = struct.Struct("<Q")
_FIRST: Final = b"brain.Event:"
_FIRST_LENGTH: Final = 200
"""Bytes that a first record is shorter than: it holds a time and the version alone."""
_FIRST_AT: Final = 80
"""Bytes of a file in which the version is named."""
_HEADER: Final = 12
"""Bytes before a record: its length in 8, and that one's checksum."""
_FOOTER: Final = 4
"""Bytes of the checksum behind a record."""
_CASTAGNOLI: Final = 0x82F63B78
"""The polynomial of CRC32C, its lowest bit first (RFC 3720)."""
_MASK: Final = 0xA282EAD8
"""The constant that TFRecord adds to a turned checksum (kMaskDelta of TensorFlow's crc32c.h)."""
_LONGEST: Final = 512
"""Bytes of a record whose checksum is checked: those of scalars have fewer, those of pictures more."""
_VARINT: Final = 70
"""Bits of the longest varint: ten bytes of seven."""
_LOOKED_AT: Final = 1000
"""Numbers of a column that show its precision."""
_TOGETHER: Final = 16_384
"""Records whose checksums are worked out together."""
_WALL_TIME: Final = b"\x09"
"""The key of Event.wall_time: field 1, in 8 bytes."""
_AFTER_TIME: Final = 10
"""Bytes of that key, of its value, and of the next key."""
_STEP: Final = 0x10
"""The key of Event.step: field 2, a varint."""
_SIMPLE: Final = b"\x15"
"""The key of Summary.Value.simple_value: field 2, in 4 bytes."""
_SESSION: Final = 7
"""The number of the field Event.session_log."""
_START: Final = 1
"""Its status START: what was logged from its step on is void."""
_FLOAT: Final = struct.Struct("<f")
_DOUBLE: Final = struct.Struct("<d")
_DTYPES: Final = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""TensorProto's DataType."""


def is_events(data: bytes) -> bool:
    """True where a file is one of TensorBoard's: its first record names the version."""
    return (
        len(data) >= _HEADER and _LENGTH.unpack_from(data)[0] < _FIRST_LENGTH and _FIRST in data[:_FIRST_AT]
    )


def read_events(data: bytes, path: Path, keep: Callable[[str], bool], before: Iterable[bytes] = ()) -> Table:
    """The scalars of an event file, a column a tag, and their steps in the column ``step``.

    Parameters
    ----------
    data
        The file.
    path
        What errors call it.
    keep
        Whether a tag is read.
    before
        The earlier files of the same run, in order. What a restart with a ``purge_step`` overwrote is left
        out.
    """
    run = _Run(keep)
    for each in before:
        run.read(each)
    end = run.read(data)
    columns = {tag: each.values(run.dropped) for tag, each in run.tags.items() if each.kept}
    columns["step"] = Values(np.arange(len(run.steps)), np.array(run.steps, np.float64))
    left = len(data) - end
    notes = [f"the file is cut or damaged at byte {end}: the last {left} bytes are not read"] * bool(left)
    if run.dropped:
        notes.append(f"{len(run.dropped)} scalars that a restart overwrote are left out")
    return Table(path, "events", (*run.tags, "step"), columns, len(run.steps), notes=tuple(notes))


class _Run:
    """The scalars of a run while its files are read."""

    def __init__(self, keep: Callable[[str], bool]) -> None:
        self.tags: dict[str, _Tag] = {}
        self.steps: list[int] = []
        self.dropped: set[int] = set()
        """Rows that a restart overwrote."""
        self._keep = keep
        self._plain: dict[bytes, str] = {}
        """What stands between the step and the number, and the tag it is of."""

    def read(self, data: bytes) -> int:
        """Read a file; the end of its last good record."""
        end = 0
        for record, end in _records(data):  # noqa: B007 (what follows the last good record is told)
            step, rest = _step_of(record)
            tag = self._plain.get(rest)
            if tag is not None:
                number = _FLOAT.unpack_from(record, len(record) - _FLOAT.size)[0]
                self.tags[tag].add(len(self.steps), number)
                self.steps.append(step)
                continue
            self._event(record, rest)
        return end

    def _event(self, record: bytes, rest: bytes) -> None:
        step, found, is_restart = _scalars(record)
        if is_restart:
            self.dropped |= {row for row, logged in enumerate(self.steps) if logged >= step}
        for name, number, single in found:
            known = self.tags.setdefault(name, _Tag(kept=self._keep(name)))
            if number is not None:
                known.add(len(self.steps), number, single=single)
                self.steps.append(step)
        if len(found) == 1 and found[0][2] and rest.endswith(_SIMPLE):
            self._plain[rest] = found[0][0]


@dataclass(slots=True)
class _Tag:
    """The numbers of one tag."""

    kept: bool
    rows: list[int] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    single: bool = True

    def add(self, row: int, number: float, *, single: bool = True) -> None:
        if self.kept:
            self.rows.append(row)
            self.numbers.append(number)
            self.single &= single

    def values(self, dropped: set[int]) -> Values:
        forms = tuple(map(repr, self.numbers[:_LOOKED_AT]))
        rows, numbers = np.array(self.rows, np.int64), np.array(self.numbers, np.float64)
        found = Values(rows, numbers, forms, self.single)
        return found.kept(~np.isin(rows, list(dropped))) if dropped else found


def _step_of(record: bytes) -> tuple[int, bytes]:
    """The step of an event that begins as writers begin one, and what follows it but for the last number."""
    if record[:1] != _WALL_TIME or len(record) < _AFTER_TIME:
        return 0, b""
    step, at = 0, _AFTER_TIME - 1
    if record[at] == _STEP:
        step, at = _varint(record, _AFTER_TIME)
    return step, record[at : -_FLOAT.size]


def _scalars(record: bytes) -> tuple[int, list[tuple[str, float | None, bool]], bool]:
    """The step of an event, its scalars, and whether a run starts again at this step.

    Of a scalar the tag, the number, and whether it is a float32.
    """
    step, is_restart = 0, False
    found: list[tuple[str, float | None, bool]] = []
    for number, value in _fields(record):
        if number == 2 and isinstance(value, int):
            step = _signed(value)
        elif number == 5 and isinstance(value, bytes):
            found += _summary(value)
        elif number == _SESSION and isinstance(value, bytes):
            is_restart = dict(_fields(value)).get(1) == _START
    return step, found, is_restart


def _records(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The records and their ends, up to one that is cut or is not what its checksum says."""
    frames = list(_frames(data))
    for first in range(0, len(frames), _TOGETHER):
        some = np.array(frames[first : first + _TOGETHER], dtype=np.int64)
        good = _sound(data, some)
        for start, end in some[:good].tolist():
            yield data[start:end], end + _FOOTER
        if good < len(some):
            return


def _sound(data: bytes, frames: NDArray[np.int64]) -> int:
    """The number of frames before the first whose bytes are not what their checksum says."""
    content = np.frombuffer(data, dtype=np.uint8)
    lengths = frames[:, 1] - frames[:, 0]
    bad = len(frames)
    for length in np.unique(lengths[lengths <= _LONGEST]).tolist():
        which = np.flatnonzero(lengths == length)
        starts, ends = frames[which, 0], frames[which, 1]
        crc = np.full(len(which), 0xFFFFFFFF, dtype=np.uint32)
        for i in range(length):
            crc = _table()[(crc ^ content[starts + i]) & 0xFF] ^ (crc >> 8)
        crc ^= np.uint32(0xFFFFFFFF)
        masked = ((crc >> 15) | (crc << 17)) + np.uint32(_MASK)
        said = sum(content[ends + i].astype(np.uint32) << np.uint32(8 * i) for i in range(_FOOTER))
        wrong = which[masked != said]
        bad = min(bad, int(wrong[0])) if wrong.size else bad
    return bad


@cache
def _table() -> NDArray[np.uint32]:
    """CRC32C of each byte."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(_CASTAGNOLI), crc >> 1)
    return crc


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """The first byte of each record and the one after its last, as long as lengths fit their checksums."""
    at, size = 0, len(data)
    while at + _HEADER <= size:
        start = at + _HEADER
        length = data[at : at + 8]
        if _masked_crc(length) != int.from_bytes(data[at + 8 : start], "little"):
            return
        end = start + int.from_bytes(length, "little")
        if end + _FOOTER > size:
            return
        at = end + _FOOTER
        yield start, end


@cache
def _masked_crc(data: bytes) -> int:
    """TFRecord's checksum: CRC32C, turned right by 15 bits, and a constant added."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CASTAGNOLI if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: a number and an integer or bytes."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, end), at)
        if at + size > end:
            return
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < _VARINT:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, at


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _summary(message: bytes) -> Iterator[tuple[str, float | None, bool]]:
    """The tag and the number of each value of a summary, and whether it is a float32."""
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            fields = dict(_fields(value))
            tag, simple, tensor = fields.get(1), fields.get(2), fields.get(8)
            if not isinstance(tag, bytes):
                continue
            name = tag.decode("utf-8", errors="replace")
            if isinstance(simple, bytes) and len(simple) == _FLOAT.size:
                yield name, _FLOAT.unpack(simple)[0], True
            elif isinstance(tensor, bytes):
                yield (name, *_tensor(tensor))
            else:
                yield name, None, True


def _tensor(message: bytes) -> tuple[float | None, bool]:
    """The number of a TensorProto that holds one."""
    fields = dict(_fields(message))
    kind = fields.get(1)
    content, floats, doubles = fields.get(4), fields.get(5), fields.get(6)
    if isinstance(content, bytes) and isinstance(kind, int) and kind in _DTYPES:
        if len(content) == np.dtype(_DTYPES[kind]).itemsize:
            return float(np.frombuffer(content, _DTYPES[kind])[0]), kind == 1
    elif isinstance(floats, bytes) and len(floats) == _FLOAT.size:
        return _FLOAT.unpack(floats)[0], True
    elif isinstance(doubles, bytes) and len(doubles) == _DOUBLE.size:
        return _DOUBLE.unpack(doubles)[0], False
    return None, True
