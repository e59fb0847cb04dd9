"""TensorBoard's event files: records of TFRecord, each an Event of protocol buffers.

Sources: tensorflow/core/lib/io/record_writer.h for the frame (length, its masked CRC32C, the bytes, their
masked CRC32C) and tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto.
"""

import struct
from collections.abc import Callable, Iterator
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
_FLOAT: Final = struct.Struct("<f")
_DOUBLE: Final = struct.Struct("<d")
_DTYPES: Final = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""TensorProto's DataType."""


def is_events(data: bytes) -> bool:
    """Whether a file is one of TensorBoard's: its first record names the version."""
    return len(data) >= _HEADER and _LENGTH.unpack_from(data)[0] < 200 and _FIRST in data[:80]


def read_events(data: bytes, path: Path, keep: Callable[[str], bool]) -> Table:
    """The scalars of an event file, a column a tag, and their steps in the column ``step``."""
    found: dict[str, tuple[list[int], list[float], set[bool]]] = {}
    names: dict[str, None] = {}
    steps: list[int] = []
    end = 0
    for record, end in _records(data):  # noqa: B007 (what follows the last good record is told)
        step = 0
        for number, value in _fields(record):
            if number == 2 and isinstance(value, int):
                step = _signed(value)
            elif number == 5 and isinstance(value, bytes):
                for tag, scalar, single in _summary(value):
                    names[tag] = None
                    if keep(tag) and scalar is not None:
                        rows, numbers, kinds = found.setdefault(tag, ([], [], set()))
                        rows.append(len(steps))
                        numbers.append(scalar)
                        kinds.add(single)
                        steps.append(step)
    columns = {
        tag: Values(np.array(rows, np.int64), np.array(numbers), _forms(numbers), kinds == {True})
        for tag, (rows, numbers, kinds) in found.items()
    }
    columns["step"] = Values(np.arange(len(steps)), np.array(steps, np.float64))
    left = len(data) - end
    notes = (f"the file is cut or damaged at byte {end}: the last {left} bytes are not read",) * bool(left)
    return Table(path, "events", (*names, "step"), columns, len(steps), notes=notes)


def _records(data: bytes) -> Iterator[tuple[memoryview, int]]:
    """The records and their ends, up to one that is cut or whose length is not what its checksum says."""
    view, at = memoryview(data), 0
    while at + _HEADER <= len(view):
        start = at + _HEADER
        if _masked_crc(data[at : at + 8]) != int.from_bytes(data[at + 8 : start], "little"):
            return
        end = start + _LENGTH.unpack_from(view, at)[0]
        if end + _FOOTER > len(view):
            return
        at = end + _FOOTER
        yield view[start:end], at


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


def _fields(message: memoryview | bytes) -> Iterator[tuple[int, int | bytes]]:
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
        yield key >> 3, bytes(message[at : at + size])
        at += size


def _varint(message: memoryview | bytes, at: int) -> tuple[int, int]:
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


def _forms(numbers: list[float]) -> tuple[str, ...]:
    return tuple(map(repr, numbers[:1000]))
