"""Read the numbers and structures of a MATLAB file of version 5 to 7.

SciPy's reader is for files of friends: one changed byte can end the process. This one
knows numbers and structures only, and checks each length against what is there.
"""

import struct
import zlib
from typing import BinaryIO, Final

import numpy as np

MAX_BYTES: Final = 2**30
_HEADER: Final = 128
_TAG: Final = 8
_MATRIX: Final = 14
_COMPRESSED: Final = 15
_STRUCT: Final = 2
_NUMBERS: Final = range(6, 16)  # classes of arrays: double to uint64
_MAX_DEPTH: Final = 8
_PIECE: Final = 2**20
_TYPES: Final = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}


def read(stream: BinaryIO) -> dict[str, object]:
    """Read the variables of a file.

    Returns:
        Arrays by the names of variables, and structures as such dictionaries; what is
        neither (text, cells, arrays of structures) is not in it.

    Raises:
        ValueError: If the file is something else, damaged or too large.
    """
    header = stream.read(_HEADER)
    orders = {b"IM": "<", b"MI": ">"}
    if len(header) != _HEADER or header[126:] not in orders:
        message = "no MATLAB file of version 5 to 7"
        raise ValueError(message)
    order = orders[header[126:]]
    variables: dict[str, object] = {}
    while tag := stream.read(_TAG):
        kind, length = _unpacked_tag(tag, order)
        _check(length <= MAX_BYTES, f"{length:,} bytes of numbers, which is too much")
        if kind == _COMPRESSED:
            content = _decompressed(stream, length, order)
        else:
            content = memoryview(stream.read(length))
            _check(len(content) == length, "the end of the file too early")
        if kind in (_MATRIX, _COMPRESSED):
            name, value = _matrix(content, order, 0)
            variables[name] = value
    return variables


def _check(is_right: bool, received: str) -> None:  # noqa: FBT001 - like assert
    if not is_right:
        raise ValueError(received)


def _unpacked_tag(tag: bytes | memoryview, order: str) -> tuple[int, int]:
    _check(len(tag) == _TAG, "the end of the file too early")
    kind, length = struct.unpack(f"{order}2I", tag)
    return int(kind), int(length)


def _decompressed(stream: BinaryIO, length: int, order: str) -> memoryview:
    """Unpack a variable, no further than it announces."""
    unpacking = zlib.decompressobj()
    left = length
    start = bytearray()
    content: bytearray | None = None
    filled = 0
    while left > 0 and (content is None or filled < len(content)):
        packed = stream.read(min(left, _PIECE))
        _check(bool(packed), "the end of the file too early")
        left -= len(packed)
        while packed:
            try:
                piece = unpacking.decompress(packed, _PIECE)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            packed = unpacking.unconsumed_tail
            if content is None:
                start += piece
                if len(start) < _TAG:
                    continue
                kind, size = _unpacked_tag(bytes(start[:_TAG]), order)
                _check(kind == _MATRIX, "a packed variable of an unknown kind")
                _check(size <= MAX_BYTES, f"{size:,} bytes of numbers, too much")
                content = bytearray(size)
                piece = bytes(start[_TAG:])
            taken = piece[: len(content) - filled]
            content[filled : filled + len(taken)] = taken
            filled += len(taken)
            if filled == len(content):
                break
    stream.seek(left, 1)
    _check(content is not None and filled == len(content), "too few numbers")
    return memoryview(content or b"")


def _elements(content: memoryview, order: str) -> list[tuple[int, memoryview]]:
    """Divide the inside of a matrix into its elements."""
    elements: list[tuple[int, memoryview]] = []
    place = 0
    while place + _TAG <= len(content):
        kind, length = _unpacked_tag(content[place : place + _TAG], order)
        if kind >> 16:  # up to four bytes lie in the tag itself
            _check(kind >> 16 <= 4, "an element of an impossible length")  # noqa: PLR2004
            data = content[place + 4 : place + 4 + (kind >> 16)]
            kind, end = kind & 0xFFFF, place + _TAG
        else:
            data = content[place + _TAG : place + _TAG + length]
            _check(len(data) == length, "an element that ends too late")
            end = place + _TAG + -(-length // 8) * 8
        elements.append((kind, data))
        place = end
    return elements


def _matrix(content: memoryview, order: str, depth: int) -> tuple[str, object]:
    """Read a variable or a field: its name, and its numbers or fields if it has any."""
    elements = _elements(content, order)
    _check(len(elements) >= 3 and depth < _MAX_DEPTH, "a variable without parts")  # noqa: PLR2004 - flags, dimensions, name
    flags, shape, name = (data for _, data in elements[:3])
    _check(len(flags) == _TAG and len(shape) % 4 == 0, "a variable of no kind")
    shown = bytes(name).decode("latin-1")
    array_class = struct.unpack(f"{order}I", flags[:4])[0] & 0xFF
    sides = tuple(int(side) for side in np.frombuffer(shape, f"{order}i4"))
    if array_class == _STRUCT and sides == (1, 1):
        return shown, _fields(elements[3:], order, depth)
    if array_class not in _NUMBERS or len(elements) < 4:  # noqa: PLR2004 - and numbers
        return shown, None
    kind, data = elements[3]
    _check(kind in _TYPES and min(sides, default=0) >= 0, "numbers of no kind")
    dtype = np.dtype(order + _TYPES[kind])
    count = 1
    for side in sides:
        count *= side
    _check(count * dtype.itemsize == len(data), "another number of numbers")
    return shown, np.frombuffer(data, dtype).reshape(sides, order="F")


def _fields(
    elements: list[tuple[int, memoryview]], order: str, depth: int
) -> dict[str, object]:
    _check(len(elements) >= 2, "a structure without fields")  # noqa: PLR2004 - length, names
    width = int.from_bytes(elements[0][1], "little" if order == "<" else "big")
    text = bytes(elements[1][1])
    _check(0 < width <= len(text), "names of fields of no length")
    names = [
        text[start : start + width].split(b"\0")[0].decode("latin-1")
        for start in range(0, len(text), width)
    ]
    values = (_matrix(data, order, depth + 1)[1] for _, data in elements[2:])
    return dict(zip(names, values, strict=False))
