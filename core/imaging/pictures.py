"""Read any picture a user may have, or say in plain words why not.

A picture file is untrusted: a file of 50 kB can claim 400 million pixels, and
Pillow raises a dozen kinds of errors on damaged bytes. So the size is checked
before anything is decoded, and every failure leaves here as a `PictureError`.
"""

import io
import math
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.errors import BrokenPictureError, HugePictureError, PictureError
from core.imaging import numbers

RgbaImage = NDArray[np.uint8]
"""A picture of shape (height, width, 4): red, green, blue, alpha."""

MAX_PIXELS = 40_000_000
"""More are refused: decoded, they would take over 160 MB."""

MAX_SIDE = 2000
"""Longer pictures are reduced to at most this many pixels a side."""

# Only formats that people draw, scan or photograph in: some of the others that
# Pillow knows start programs (EPS) or are too rare to be well tested.
_FORMATS = {
    "AVIF": (".avif",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "HEIF": (".heic", ".heif"),
    "JPEG": (".jpg", ".jpeg", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
SUFFIXES = frozenset(suffix for suffixes in _FORMATS.values() for suffix in suffixes)
"""How the names of files end that can be read, in small letters."""

_HEIF = "HEIF"  # unknown to Pillow until a library is loaded

# How the files of phones begin from byte 4 on, whatever their names.
_PHONE_START = b"ftyp"

_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"

# A picture whose EXIF data are damaged is shown as it lies in the file.
_EXIF_ERRORS = (KeyError, OSError, SyntaxError, TypeError, ValueError, struct.error)

# The filters for warnings belong to the whole process, so one thread at a time.
_WARNING_FILTERS = threading.Lock()


def is_picture_name(path: Path) -> bool:
    """Tell whether a file name is that of a picture, for which one expects an answer.

    What a Mac puts beside a picture on a foreign disk (`._5.png`) is none.
    """
    return path.suffix.lower() in SUFFIXES and not path.name.startswith("._")


def read_picture(source: Path | BinaryIO) -> RgbaImage:
    """Read a picture upright, in colour and not too large.

    Of an animation, the first image is read. A long side of more than 2,000
    pixels is reduced by a whole factor, by the mean of the pixels.

    Args:
        source: A picture file, or an open one (an upload).

    Returns:
        The picture, uint8 of shape (height, width, 4): red, green, blue, alpha.

    Raises:
        BrokenPictureError: If it is no picture, or a damaged one.
        HugePictureError: If it has more than 40 million pixels.
        PictureError: If there is no such file, or it may not be read.
    """
    name = Path(str(getattr(source, "name", "the upload"))).name
    with _opened(source, name) as file:
        try:
            return _read(file, name)
        except PictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise HugePictureError(_huge(name, "even more")) from error
        except Exception as error:
            # Damaged bytes make Pillow raise almost anything: OSError, SyntaxError,
            # ValueError, struct.error, EOFError, IndexError, TypeError, ... What it
            # says names objects of Python, which nobody outside has seen.
            raise BrokenPictureError(_broken(file, name)) from error


@contextmanager
def _opened(source: Path | BinaryIO, name: str) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        yield source
        return
    # Pillow maps a TIFF that it opens by name into memory, and then scrambles
    # one whose EXIF data say that it lies on its side.
    try:
        file = source.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = (
            f"Expected the picture {name}, but it cannot be opened: {reason}. Check "
            f"its path, {source}, and whether you may read it."
        )
        raise PictureError(message) from error
    with file:
        yield file


def _read(file: BinaryIO, name: str) -> RgbaImage:
    try:
        return _decoded(file, name)
    except OSError:
        file.seek(0)
        content = file.read()
        if not content.startswith(_JPEG_START):
            raise
        return _without_its_end(content.rstrip(b"\xff"), name)


def _without_its_end(content: bytes, name: str) -> RgbaImage:
    """Decode a JPEG of which only the mark at its end is missing.

    If some of its pixels are missing too, they become what stands in their place.
    """
    plain, filled = (
        _decoded(io.BytesIO(content + filler + _JPEG_END), name)
        for filler in (b"", b"\x55" * 64)
    )
    if not np.array_equal(plain, filled):
        message = (
            f"Expected a whole picture, but {name} ends too early: the rest of its "
            "pixels is missing. Copy or download it again."
        )
        raise BrokenPictureError(message)
    return plain


def _decoded(file: BinaryIO, name: str) -> RgbaImage:
    formats = [each for each in _FORMATS if each != _HEIF]
    if _is_of_phone(file):
        _know_heif()
        formats = list(_FORMATS)
    with _strict_pillow(), Image.open(file, formats=formats) as image:
        _check_size(image.size, name)
        return _upright_rgba(image)


def _broken(file: BinaryIO, name: str) -> str:
    formats = ", ".join(_FORMATS)
    with suppress(OSError, ValueError):
        if _is_of_phone(file):
            return (
                f"Expected a picture ({formats}), got {name}, a HEIC or AVIF picture "
                "that is damaged or of an unknown kind. Copy it again, or save it as "
                "JPEG or PNG."
            )
    return (
        f"Expected a picture ({formats}), got {name}, which is none of these or is "
        "damaged. Save it again as PNG or JPEG."
    )


def _is_of_phone(file: BinaryIO) -> bool:
    file.seek(0)
    start = file.read(len(_PHONE_START) + 4)
    file.seek(0)
    return start[4:] == _PHONE_START


@cache
def _know_heif() -> None:
    """Teach Pillow to read HEIC, once: the library for it takes a moment to load.

    It turns pictures upright itself, and takes the note to do so out of their EXIF.
    """
    from pi_heif import register_heif_opener  # noqa: PLC0415 - see above

    register_heif_opener()


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Silence Pillow's remarks on odd files, but make an error of a huge one."""
    with _WARNING_FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise HugePictureError(_huge(name, f"{width:,} x {height:,}"))


def _huge(name: str, received: str) -> str:
    return (
        f"Expected a picture of at most {MAX_PIXELS // 1_000_000} million pixels, "
        f"got {received} in {name}. Make it smaller, or crop it to one character."
    )


def _upright_rgba(image: Image.Image) -> RgbaImage:
    factor = math.ceil(max(image.size) / MAX_SIDE)
    # A JPEG can be decoded at a half or a quarter of its size, which is quicker;
    # for the other formats this does nothing.
    image.draft(None, (image.width // factor, image.height // factor))
    image.load()
    with suppress(*_EXIF_ERRORS):
        ImageOps.exif_transpose(image, in_place=True)
    picture = _eight_bits(image)
    factor = math.ceil(max(picture.size) / MAX_SIDE)
    return np.asarray(picture.reduce(factor).convert("RGBA"))


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture with 8 bits a channel, in a mode that can be averaged."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(numbers.to_bytes(np.asarray(image)))
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    return image.convert("RGBA")
