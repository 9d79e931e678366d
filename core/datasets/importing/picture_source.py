"""A source of pictures in folders, which become glyphs while they are streamed.

Pictures that are glyphs already (all of one small size, light ink on black) stay as
they are, unless the user chooses a style or a size: to scale them would blur them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from core.datasets.importing import appearance, picture_glyphs, splitting
from core.datasets.importing.arrays import round_robin
from core.datasets.importing.entries import Entry, ProblemLog
from core.datasets.importing.layout import Layout
from core.datasets.importing.source import (
    ImportOptions,
    Problem,
    Report,
    Sample,
    SourceFacts,
    check_classes,
    no_report,
    refuse_if_asked,
)
from core.datasets.spec import MAX_SIDE, MIN_SIDE
from core.errors import (
    BlankDrawingError,
    DatasetFileError,
    HugePictureError,
    PictureError,
)
from core.imaging import pictures
from core.imaging.pictures import RgbaImage
from core.types import ByteImages, InkStyle, Labels, SplitName

_SHAPE: Final = (28, 28)
_CHUNK: Final = 1024
_MAX_FILE: Final = 2**28
_LARGE_FILE: Final = f"is a file of more than {_MAX_FILE // 2**20} MB"
_HUGE: Final = f"has more than {pictures.MAX_PIXELS // 1_000_000} million pixels"
_BLANK: Final = "shows no character"
_BROKEN: Final = "is damaged, or no picture of a form that is read"
_NO_CLASS: Final = "is a class of which no training picture can be used"
_DUPLICATE: Final = "is the same image as another of its class"
_IN_OTHER: Final[Mapping[SplitName, str]] = MappingProxyType(
    {
        "train": "is the same image as a test image",
        "test": "is the same image as a training image",
    }
)
_TWO_CLASSES: Final = "is the same image as one of another class"
_AS_THEY_ARE: Final = (
    "The pictures are glyphs already, light ink on black, and stay as they are."
)


class PictureSource:
    """Streams pictures as glyphs; see `Source`."""

    def __init__(
        self, layout: Layout, options: ImportOptions, title: str, report: Report
    ) -> None:
        """Try a picture of each class, and decide what all become.

        Raises:
            DatasetFileError: If there are too few or too many classes, or too few
                pictures to set some aside for the test.
        """
        self._options = options
        self._problems = ProblemLog()
        self._layout_problems = layout.problems
        tried, first_usable = self._try_classes(layout, report)
        used = [label for label, rgba in enumerate(tried) if rgba is not None]
        names = tuple(layout.classes[label] for label in used)
        check_classes(names, title)
        number = {label: index for index, label in enumerate(used)}
        kept = [i for i, label in enumerate(layout.labels) if label in number]
        self._entries = [layout.pictures[i] for i in kept]
        self._labels = np.array([number[layout.labels[i]] for i in kept], np.uint8)
        remarks = list(layout.remarks)
        # What is tested with is given, or follows from what is learned from.
        self._first_part: SplitName = "test" if layout.parts else "train"
        if layout.parts:
            self._is_test = np.array([layout.parts[i] == "test" for i in kept])
        else:
            is_sure = np.isin(kept, first_usable)
            self._is_test = splitting.choose_test_images(
                self._labels, options, is_training=is_sure
            )
            remarks.append(splitting.remark(options))
        shape, style = self._decide([rgba for rgba in tried if rgba is not None])
        remarks += [_AS_THEY_ARE] if self._as_they_are else []
        self.facts = SourceFacts(
            form="Folders of pictures",
            title=title,
            classes=names,
            image_shape=shape,
            ink_style=style,
            origin=title,
            remarks=tuple(remarks),
        )
        self._logs: dict[SplitName, ProblemLog] = {}
        self._first_digests: frozenset[bytes] | None = None

    @property
    def parts(self) -> tuple[SplitName, SplitName]:
        """Both parts; of the second one, copies are left out."""
        return ("test", "train") if self._first_part == "test" else ("train", "test")

    def num_expected(self, part: SplitName) -> int:
        """Count the pictures of a part."""
        return len(self._members(part))

    def chunks(
        self, part: SplitName, report: Report = no_report
    ) -> Iterator[tuple[ByteImages, Labels]]:
        """Give the glyphs of a part; see `Source`."""
        refuse_if_asked(self.problems(), self._options)
        if part != self._first_part and self._first_digests is None:
            for _ in self._glyphs(self._first_part, no_report):
                report(0.0)
        glyphs: list[ByteImages] = []
        labels: list[int] = []
        for glyph, label in self._glyphs(part, report):
            glyphs.append(glyph)
            labels.append(label)
            if len(glyphs) == _CHUNK:
                yield np.stack(glyphs), np.array(labels, np.uint8)
                glyphs, labels = [], []
        if glyphs:
            yield np.stack(glyphs), np.array(labels, np.uint8)
        refuse_if_asked(self.problems(), self._options)

    def problems(self) -> tuple[Problem, ...]:
        """Tell what was met so far."""
        logs = (self._problems, *(self._logs[part] for part in sorted(self._logs)))
        met = (problem for log in logs for problem in log.problems())
        return (*self._layout_problems, *met)

    def samples(self, count: int) -> tuple[Sample, ...]:
        """Give some glyphs beside their pictures, of as many classes as possible."""
        members = self._members("train")
        samples: list[Sample] = []
        for index in round_robin(self._labels[members], len(members)):
            if len(samples) == count:
                break
            entry = self._entries[members[index]]
            try:
                picture = self._picture(entry)
                glyph = self._glyph(picture)
            except (PictureError, DatasetFileError):
                continue
            name = self.facts.classes[self._labels[members[index]]]
            samples.append(
                Sample(glyph=glyph, class_name=name, name=str(entry), picture=picture)
            )
        return tuple(samples)

    def _members(self, part: SplitName) -> list[int]:
        return list(np.flatnonzero(self._is_test == (part == "test")))

    def _try_classes(
        self, layout: Layout, report: Report
    ) -> tuple[list[RgbaImage | None], list[int]]:
        """Find a picture of each class that can be learned from.

        Returns:
            The picture of each class, None if there is none; and their indices.
        """
        first_usable: list[int] = []
        tried: list[RgbaImage | None] = [None] * len(layout.classes)
        for index, (entry, label) in enumerate(
            zip(layout.pictures, layout.labels, strict=True)
        ):
            is_test = bool(layout.parts) and layout.parts[index] == "test"
            if is_test or tried[label] is not None:
                continue
            report(label / len(tried))
            try:
                picture = self._picture(entry)
                if picture_glyphs.as_it_is(picture, picture.shape[:2]) is None:
                    picture_glyphs.glyph(picture, "mnist", _SHAPE)
            except (PictureError, DatasetFileError):
                continue
            tried[label] = picture
            first_usable.append(index)
        for name, picture_of_class in zip(layout.classes, tried, strict=True):
            if picture_of_class is None:
                self._problems.add(_NO_CLASS, name)
        return tried, first_usable

    def _decide(self, examples: list[RgbaImage]) -> tuple[tuple[int, int], InkStyle]:
        """Choose size and style, and whether the pictures are glyphs already."""
        shape, style = self._options.image_shape, self._options.ink_style
        height, width = examples[0].shape[:2]
        as_they_are = [
            picture_glyphs.as_it_is(each, (height, width)) for each in examples
        ]
        glyphs = [each for each in as_they_are if each is not None]
        self._as_they_are = (
            style is None
            and shape in (None, (height, width))
            and len(glyphs) == len(examples)
            and all(MIN_SIDE <= side <= MAX_SIDE for side in (height, width))
        )
        if self._as_they_are:
            return (height, width), appearance.guess_ink_style(np.stack(glyphs))
        return shape or _SHAPE, style or "mnist"

    def _picture(self, entry: Entry) -> RgbaImage:
        if entry.size > _MAX_FILE:
            raise HugePictureError(_LARGE_FILE)
        with entry.open() as stream:
            picture = pictures.read_picture(stream)
        return picture.swapaxes(0, 1) if self._options.transposed else picture

    def _glyph(self, picture: RgbaImage) -> ByteImages:
        if self._as_they_are:
            found = picture_glyphs.as_it_is(picture, self.facts.image_shape)
            if found is not None:
                return found
        return picture_glyphs.glyph(
            picture, self.facts.ink_style, self.facts.image_shape
        )

    def _usable_glyph(self, entry: Entry, log: ProblemLog) -> ByteImages | None:
        try:
            return self._glyph(self._picture(entry))
        except HugePictureError:
            log.add(_LARGE_FILE if entry.size > _MAX_FILE else _HUGE, str(entry))
        except BlankDrawingError:
            log.add(_BLANK, str(entry))
        except (PictureError, DatasetFileError):
            log.add(_BROKEN, str(entry))
        return None

    def _glyphs(
        self, part: SplitName, report: Report
    ) -> Iterator[tuple[ByteImages, int]]:
        """Read the pictures of a part, without those that are there already."""
        log = self._logs[part] = ProblemLog()
        members = self._members(part)
        in_other: frozenset[bytes] = frozenset()
        if part != self._first_part:
            in_other = self._first_digests or in_other
        first_with: dict[bytes, int] = {}
        classes_with: set[tuple[bytes, int]] = set()
        for done, index in enumerate(members):
            report(done / len(members))
            entry, label = self._entries[index], int(self._labels[index])
            glyph = self._usable_glyph(entry, log)
            if glyph is None:
                continue
            digest = hashlib.blake2b(glyph.tobytes(), digest_size=16).digest()
            if digest in in_other:
                log.add(_IN_OTHER[part], str(entry))
                continue
            if (digest, label) in classes_with:
                log.add(_DUPLICATE, str(entry))
                continue
            if digest in first_with:
                names = f"{self._entries[first_with[digest]]} and {entry}"
                log.add(_TWO_CLASSES, names, consequence="noted")
            first_with.setdefault(digest, index)
            classes_with.add((digest, label))
            yield glyph, label
        if part == self._first_part:
            self._first_digests = frozenset(first_with)
        report(1.0)
