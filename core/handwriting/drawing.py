"""One drawing with its label, as a value and as a file.

Strokes are kept as strokes, so they can be drawn anew for any style. Of a picture, the
ink is kept, reduced: the character and a border, not the photo.
"""

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Self

import numpy as np
from PIL import Image
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from core.errors import HandwritingError, PictureError
from core.imaging import normalise
from core.imaging.strokes import Strokes
from core.types import GrayImage, SplitName

SCHEMA: Final = 1
MAX_LABEL: Final = 100
MAX_SIDE: Final = 280
"""Pixels a side to which the ink of a picture is reduced."""

_FILLED: Final = 24 / 28  # of the square that is kept, by the ink's longer side
_MAX_FILE: Final = 4_000_000  # bytes; the most strokes that there can be take fewer


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawing:
    """What somebody wrote, what it is, and what a run said of it.

    Attributes:
        id: Its name, 32 hexadecimal digits.
        label: Name of its class, such as "7" or "C/c".
        part: Whether it is to learn from or held out.
        has_moved: Whether it is held out now, but a run may have learned from it.
        answer: Name of the class that the run said; empty if none was asked.
        confidence: How sure that run was, 0 to 1.
        run_id: Which run was asked; empty if none.
        created: When it was kept, with time zone.
        strokes: What a pen drew; None if it is of a picture.
        ink_png: Ink of a picture as a PNG file; None if it was drawn.
    """

    id: str
    label: str
    part: SplitName
    has_moved: bool = False
    answer: str
    confidence: float
    run_id: str
    created: datetime
    strokes: Strokes | None = None
    ink_png: bytes | None = None

    @property
    def ink(self) -> GrayImage | None:
        """Ink of a picture, float32 of shape (height, width); None if it was drawn."""
        if self.ink_png is None:
            return None
        with Image.open(io.BytesIO(self.ink_png)) as picture:
            return np.asarray(picture, np.float32) / np.float32(255)

    @property
    def was_right(self) -> bool:
        """Whether the run that was asked said its label."""
        return self.answer == self.label

    def document(self) -> str:
        """Write it as JSON text with a schema number."""
        png = self.ink_png
        return _Record(
            id=self.id,
            label=self.label,
            part=self.part,
            has_moved=self.has_moved,
            answer=self.answer,
            confidence=self.confidence,
            run_id=self.run_id,
            created=self.created,
            strokes=self.strokes.document() if self.strokes is not None else None,
            ink=base64.b64encode(png).decode() if png is not None else None,
        ).model_dump_json(by_alias=True, exclude_none=True)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file of a drawing.

        Raises:
            HandwritingError: If it is damaged, something else, or of a newer program.
        """
        try:
            if path.stat().st_size > _MAX_FILE:
                raise _damaged(path, f"more than {_MAX_FILE:,} bytes")
            record = _Record.model_validate_json(path.read_bytes())
            if record.id != path.stem:
                raise _damaged(path, f"the drawing {record.id!r:.40}")
            strokes, png = record.ink_of()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise _damaged(path, f"{place}: {first['msg']}") from error
        except (OSError, ValueError, PictureError) as error:
            raise _damaged(path, str(error)) from error
        return cls(
            id=record.id,
            label=record.label,
            part=record.part,
            has_moved=record.has_moved,
            answer=record.answer,
            confidence=record.confidence,
            run_id=record.run_id,
            created=record.created,
            strokes=strokes,
            ink_png=png,
        )


class _Record(BaseModel):
    """A drawing as it stands in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    # Named like all records of Inklab; pydantic's own `schema` is deprecated.
    version: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)] = SCHEMA
    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]
    part: SplitName
    has_moved: bool = False
    answer: str
    confidence: Annotated[float, Field(ge=0, le=1)]
    run_id: str
    created: AwareDatetime
    strokes: str | None = None
    ink: str | None = None

    def ink_of(self) -> tuple[Strokes | None, bytes | None]:
        """Return the strokes, or the ink of a picture as a PNG file.

        Raises:
            PictureError: If the strokes are damaged.
            ValueError: If the ink is, or there is not just one of the two.
        """
        if (self.strokes is None) == (self.ink is None):
            message = "strokes and ink, or neither"
            raise ValueError(message)
        if self.strokes is not None:
            return Strokes.from_document(self.strokes), None
        return None, _checked(self.ink or "")


def png_of(ink: GrayImage) -> bytes:
    """Write the ink of a picture as a PNG file: cropped, with a border, reduced.

    Args:
        ink: Ink strength, float32 of shape (height, width) in [0, 1].

    Raises:
        BlankDrawingError: If there is no ink.
    """
    box = normalise.cropped(ink)
    side = round(max(box.shape) / _FILLED)
    missing = [side - length for length in box.shape]
    square = np.pad(box, [(each // 2, each - each // 2) for each in missing])
    if side > MAX_SIDE:
        square = normalise.resample(square, MAX_SIDE, MAX_SIDE).astype(np.float32)
    file = io.BytesIO()
    pixels = np.rint(np.clip(square, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _checked(written: str) -> bytes:
    png = base64.b64decode(written, validate=True)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            is_usable = picture.mode == "L" and max(picture.size) <= MAX_SIDE
            picture.verify()
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    if not is_usable:
        message = (
            f"a picture that is not grey or has more than {MAX_SIDE} pixels a side"
        )
        raise ValueError(message)
    return png


def _damaged(path: Path, reason: str) -> HandwritingError:
    message = (
        f"Expected a drawing of My handwriting in {path}, got: {reason}. It is left "
        "out; move the file away, or use the version of Inklab that wrote it."
    )
    return HandwritingError(message)
