"""TensorBoard's event files: records of TFRecord, each an Event of protocol buffers.

Sources: tensorflow/core/lib/io/record_writer.h for the frame (length, its masked CRC32C, the bytes, their
masked CRC32C) and tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from lrplot.records.cells import Values
from lrplot.records.table import Table

_LENGTH: Final = struct.Struct("<Q")
_FIRST: Final = b"brain.Event:"
_HEADER: Final = 12
_FOOTER: Final = 4
_CASTAGNOLI: Final = 0x82F63B78
_MASK: Final = 0xA282EAD8
"""Lengths are checked, since a wrong one leads astray; numbers are not, as no reader but a full one does."""
_WALL_TIME: Final = b"\x09"
_AFTER_TIME: Final = 10
_STEP: Final = 0x10
_SIMPLE: Final = b"\x15"
"""The keys of Event.wall_time (and where its value ends), Event.step, Summary.Value.simple_value."""
_FLOAT: Final = struct.Struct("<f")
_DOUBLE: Final = struct.Struct("<d")
_DTYPES: Final = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""TensorProto's DataType."""


def is_events(data: bytes) -> bool:
    """True where a file is one of TensorBoard's: its first record names the version."""
    return len(data) >= _HEADER and _LENGTH.unpack_from(data)[0] < 200 and _FIRST in data[:80]


def read_events(data: bytes, path: Path, keep: Callable[[str], bool]) -> Table:
    """The scalars of an event file, a column a tag, and their steps in the column ``step``."""
    tags: dict[str, _Tag] = {}
    plain: dict[bytes, str] = {}  # what stands between the step and the number, and the tag it is of
    steps: list[int] = []
    end = 0
    for record, end in _records(data):  # noqa: B007 (what follows the last good record is told)
        step, rest = _step_of(record)
        tag = plain.get(rest)
        if tag is not None:
            tags[tag].add(len(steps), _FLOAT.unpack_from(record, len(record) - _FLOAT.size)[0])
            steps.append(step)
            continue
        step, found = _scalars(record)
        for name, number, single in found:
            known = tags.setdefault(name, _Tag(kept=keep(name)))
            if number is not None:
                known.add(len(steps), number, single=single)
                steps.append(step)
        if len(found) == 1 and found[0][2] and rest.endswith(_SIMPLE):
            plain[rest] = found[0][0]
    columns = {tag: each.values() for tag, each in tags.items() if each.kept}
    columns["step"] = Values(np.arange(len(steps)), np.array(steps, np.float64))
    left = len(data) - end
    notes = (f"the file is cut or damaged at byte {end}: the last {left} bytes are not read",) * bool(left)
    return Table(path, "events", (*tags, "step"), columns, len(steps), notes=notes)


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

    def values(self) -> Values:
        forms = tuple(map(repr, self.numbers[:1000]))
        return Values(np.array(self.rows, np.int64), np.array(self.numbers, np.float64), forms, self.single)


def _step_of(record: bytes) -> tuple[int, bytes]:
    """The step of an event that begins as writers begin one, and what follows it but for the last number."""
    if record[:1] != _WALL_TIME or len(record) < _AFTER_TIME:
        return 0, b""
    step, at = 0, _AFTER_TIME - 1
    if record[at] == _STEP:
        step, at = _varint(record, _AFTER_TIME)
    return step, record[at : -_FLOAT.size]


def _scalars(record: bytes) -> tuple[int, list[tuple[str, float | None, bool]]]:
    """The step of an event and its scalars: the tag, the number, and whether it is a float32."""
    step = 0
    found: list[tuple[str, float | None, bool]] = []
    for number, value in _fields(record):
        if number == 2 and isinstance(value, int):
            step = _signed(value)
        elif number == 5 and isinstance(value, bytes):
            found += _summary(value)
    return step, found


def _records(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The records and their ends, up to one that is cut or whose length is not what its checksum says."""
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
        yield data[start:end], at


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
    while at < len(message) and shift < 70:
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
