"""A source of pictures in folders, which become glyphs while they are streamed.

Of two pictures that become the same glyph, one is left out: a copy within a class adds
nothing, and one of a test image in training would make the test worthless.
"""

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from core.datasets.importing import picture_glyphs, splitting
from core.datasets.importing.arrays import round_robin
from core.datasets.importing.entries import Entry
from core.datasets.importing.layout import Layout
from core.datasets.importing.limits import check_classes
from core.datasets.importing.problem_log import ProblemLog
from core.datasets.importing.source import (
    ImportOptions,
    Problem,
    Report,
    Sample,
    SourceFacts,
    no_report,
    refuse_if_asked,
)
from core.errors import (
    BlankDrawingError,
    DatasetFileError,
    HugePictureError,
    PictureError,
)
from core.imaging import pictures
from core.imaging.pictures import RgbaImage
from core.types import ByteImages, Labels, SplitName

_CHUNK: Final = 1024
_LARGE_FILE: Final = f"is a file of more than {picture_glyphs.MAX_FILE // 2**20} MB"
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
        check_classes(layout.classes, title)
        tried, first_usable = self._try_classes(layout, report)
        used = [label for label, rgba in enumerate(tried) if rgba is not None]
        names = tuple(layout.classes[label] for label in used)
        check_classes(names, f"the training pictures of {title} that can be used")
        number = {label: index for index, label in enumerate(used)}
        kept = [i for i, label in enumerate(layout.labels) if label in number]
        self._entries = [layout.pictures[i] for i in kept]
        self._labels = np.array([number[layout.labels[i]] for i in kept], np.uint8)
        # What is tested with is given, or follows from what is learned from.
        self._first_part: SplitName = "test" if layout.parts else "train"
        self._is_test = (
            np.array([layout.parts[index] == "test" for index in kept])
            if layout.parts
            else splitting.choose_test_images(
                self._labels, options, is_training=np.isin(kept, first_usable)
            )
        )
        examples = [rgba for rgba in tried if rgba is not None]
        self._form = picture_glyphs.decide(examples, options)
        self.facts = SourceFacts(
            form="Folders of pictures",
            title=title,
            classes=names,
            image_shape=self._form.image_shape,
            ink_style=self._form.ink_style,
            origin=title,
            remarks=(*layout.remarks, *self._remarks(options)),
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
                picture = self._form.read(entry)
                glyph = self._form.glyph(picture)
            except (PictureError, DatasetFileError):
                continue
            name = self.facts.classes[self._labels[members[index]]]
            samples.append(
                Sample(glyph=glyph, class_name=name, name=str(entry), picture=picture)
            )
        return tuple(samples)

    def _remarks(self, options: ImportOptions) -> Iterator[str]:
        if self._first_part == "train":
            yield splitting.remark(options)
        if self._form.as_they_are:
            yield _AS_THEY_ARE

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
                picture = picture_glyphs.read(entry, self._options)
                picture_glyphs.check_usable(picture)
            except (PictureError, DatasetFileError):
                continue
            tried[label] = picture
            first_usable.append(index)
        for name, picture_of_class in zip(layout.classes, tried, strict=True):
            if picture_of_class is None:
                self._problems.add(_NO_CLASS, name)
        return tried, first_usable

    def _usable_glyph(self, entry: Entry, log: ProblemLog) -> ByteImages | None:
        try:
            return self._form.glyph(self._form.read(entry))
        except HugePictureError:
            log.add(
                _LARGE_FILE if entry.size > picture_glyphs.MAX_FILE else _HUGE,
                str(entry),
            )
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
