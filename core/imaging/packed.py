"""Small images as short text, for a record that is JSON or a tag of the run store."""

import base64
import binascii
import zlib
from typing import Final

import numpy as np

from core.errors import PictureError
from core.types import ByteImages

MAX_PIXELS: Final = 64_000_000
"""Text that claims more was not written here."""


def pack(images: ByteImages) -> str:
    """Write images as text.

    Args:
        images: uint8 of shape (n, height, width), or one of (height, width).

    Returns:
        The shape and the compressed bytes, in ASCII without blanks.
    """
    shape = "x".join(map(str, images.shape))
    pixels = np.ascontiguousarray(images, np.uint8).tobytes()
    return f"{shape}:{base64.b64encode(zlib.compress(pixels, 9)).decode()}"


def unpack(text: str) -> ByteImages:
    """Read what `pack` wrote.

    Raises:
        PictureError: If it is damaged, or something else.
    """
    try:
        sides, _, encoded = text.partition(":")
        shape = tuple(int(side) for side in sides.split("x"))
        num_pixels = _num_pixels(shape)
        decoder = zlib.decompressobj()
        pixels = decoder.decompress(
            base64.b64decode(encoded, validate=True), num_pixels + 1
        )
        return np.frombuffer(pixels, np.uint8).reshape(shape)
    except (ValueError, binascii.Error, zlib.error) as error:
        message = (
            f"Expected images packed as text, got {text[:40]!r}, which is damaged "
            f"({error}). Draw it again."
        )
        raise PictureError(message) from error


def _num_pixels(shape: tuple[int, ...]) -> int:
    num = int(np.prod(shape, dtype=object))
    if min(shape) < 0 or num > MAX_PIXELS:
        message = f"a shape of {shape}"
        raise ValueError(message)
    return num
