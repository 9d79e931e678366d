"""What lies in files that somebody gives: recognised once, not by each rerun of a page.

Nothing is decoded here but the few images of a preview; the import itself is a task.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import streamlit as st

from core.datasets.importing import (
    known,
    orientation,
    picture_glyphs,
    source,
    splitting,
)
from core.datasets.importing.orientation import Suspicion
from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions, Sample, Source
from core.errors import PictureError
from core.types import ByteImages, InkStyle

MAX_ENTRIES: Final = 4
TTL_SECONDS: Final = 1200.0
"""A source of arrays holds its labels, and some hold more."""

NUM_SAMPLES: Final = 20

STYLES: Final[tuple[InkStyle, ...]] = get_args(InkStyle)


@dataclass(frozen=True)
class Recognised:
    """What was recognised in some files.

    Attributes:
        source: The source; its images are not read yet.
        samples: Some of its images as they would be imported.
        is_split_here: Whether test images are set aside here, because none are marked.
    """

    source: Source
    samples: tuple[Sample, ...]
    is_split_here: bool

    @property
    def has_pictures(self) -> bool:
        """Whether its images become glyphs only now, in a style that is chosen."""
        return any(sample.picture is not None for sample in self.samples)


def recognised(paths: Sequence[Path], options: ImportOptions) -> Recognised:
    """Tell what lies there, as it would be imported.

    Raises:
        DatasetFileError: See `recognise`.
    """
    return _recognised(tuple(paths), _stamps(paths), repr(options), options)


def forget() -> None:
    """Look anew at all files when they are asked for."""
    _recognised.clear()
    _suspicion.clear()


def suspicion(paths: Sequence[Path], options: ImportOptions) -> Suspicion | None:
    """Compare the images with those of data sets that are known to lie upright.

    Pictures that have to become glyphs first are not compared: people see them upright.

    Raises:
        DatasetFileError: If the source is damaged.
    """
    found = recognised(paths, options)
    if found.has_pictures:
        return None
    return _suspicion(_stamps(paths), repr(options), found.source)


def in_each_style(
    sample: Sample, shape: tuple[int, int]
) -> Mapping[InkStyle, ByteImages]:
    """Show what a picture becomes in each ink style.

    Args:
        sample: One whose picture is known.
        shape: Height and width of the glyphs.

    Returns:
        A glyph for each style in which it can be shown, uint8 of that shape.
    """
    glyphs: dict[InkStyle, ByteImages] = {}
    if sample.picture is None:
        return glyphs
    for style in STYLES:
        with contextlib.suppress(PictureError):
            glyphs[style] = picture_glyphs.glyph(sample.picture, style, shape)
    return glyphs


def _stamps(paths: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """Return what changes when a file does; of a folder, when its own list does."""
    stamps = []
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            stat = path.stat()
            stamps.append((stat.st_mtime_ns, stat.st_size))
    return tuple(stamps)


@st.cache_resource(
    max_entries=MAX_ENTRIES, ttl=TTL_SECONDS, show_spinner="Looking at the files"
)
def _recognised(
    paths: tuple[Path, ...],
    stamps: tuple[tuple[int, int], ...],  # noqa: ARG001 - part of the cache's key
    key: str,  # noqa: ARG001 - part of the cache's key
    _options: ImportOptions,
) -> Recognised:
    found = recognise(paths, _options)
    return Recognised(
        source=found,
        samples=source.preview(found, NUM_SAMPLES),
        is_split_here=splitting.remark(_options) in found.facts.remarks,
    )


@st.cache_resource(
    max_entries=MAX_ENTRIES, ttl=TTL_SECONDS, show_spinner="Comparing the images"
)
def _suspicion(
    stamps: tuple[tuple[int, int], ...],  # noqa: ARG001 - part of the cache's key
    key: str,  # noqa: ARG001 - part of the cache's key
    _source: Source,
) -> Suspicion | None:
    means = known.means(_source.facts.classes)
    return orientation.suspect_source(_source, means)
