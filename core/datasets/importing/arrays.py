"""A source of images that are arrays already: IDX, CSV, MATLAB and NumPy files.

Their labels are small and read at once, their images are streamed. They stay as they
were published, duplicates included: scores on them are compared with those of others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing import appearance, splitting
from core.datasets.importing.array_labels import ArrayPart, Naming, class_indices
from core.datasets.importing.limits import check_classes, check_image_shape
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
from core.errors import DatasetFileError
from core.types import ByteImages, InkStyle, Labels, SplitName

_INVERTED: Final = "The images had dark ink on light paper, and were inverted."
_UNLEARNED: Final = "is a class without training images"
_UNLEARNED_IMAGE: Final = "is a test image of a class without training images"
_ONLY_TEST: Final = "There are only test images; they are used as the training images."


@dataclass(frozen=True, kw_only=True)
class ArraySet:
    """What an importer of a file format found, before it becomes a source.

    Attributes:
        form: Name of the format.
        title: Name of the set.
        parts: Its one or two parts.
        naming: What the labels mean.
        is_transposed: Whether rows and columns are exchanged.
        ink_style: The style, if it is known.
        licence: Licence, if it is known.
        citation: What to cite, if it is known.
        remarks: What a user should know.
    """

    form: str
    title: str
    parts: Mapping[SplitName, ArrayPart]
    naming: Naming
    is_transposed: bool = False
    ink_style: InkStyle | None = None
    licence: str = ""
    citation: str = ""
    remarks: tuple[str, ...] = ()


class ArraySource:
    """Streams the images of array files; see `Source`."""

    def __init__(self, found: ArraySet, options: ImportOptions) -> None:
        """Check what can be checked without decoding all images.

        Raises:
            DatasetFileError: If images and labels disagree, or parts do, or there are
                too few or too many classes, or images of a size that does not work.
        """
        parts, remarks = dict(found.parts), list(found.remarks)
        if "train" not in parts:
            parts = {"train": parts["test"]}
            remarks.append(_ONLY_TEST)
        for part in parts.values():
            _check_part(part)
        shape = _common_shape(list(parts.values()))
        transposed = options.transposed
        self._transposed = found.is_transposed if transposed is None else transposed
        classes, self._labels = class_indices(parts, found.naming)
        self._arrays = parts
        self._options = options
        self._problems = ProblemLog()
        self._is_kept = {
            part: np.ones(len(labels), np.bool_)
            for part, labels in self._labels.items()
        }
        classes = self._without_unlearned(classes)
        self._is_test: NDArray[np.bool_] | None = None
        if "test" not in parts:
            self._is_test = splitting.choose_test_images(self._labels["train"], options)
            remarks.append(splitting.remark(options))
        self._inverted = False
        self.facts = self._described(found, classes, shape, remarks)

    @property
    def parts(self) -> tuple[SplitName, SplitName]:
        """Both parts, in any order."""
        return ("train", "test")

    def num_expected(self, part: SplitName) -> int:
        """Count the images of a part."""
        return int(np.count_nonzero(self._mask(part)))

    def chunks(
        self, part: SplitName, report: Report = no_report
    ) -> Iterator[tuple[ByteImages, Labels]]:
        """Give the images of a part; see `Source`."""
        refuse_if_asked(self.problems(), self._options)
        source: SplitName = part if part in self._arrays else "train"
        labels, mask = self._labels[source], self._mask(part)
        end = 0
        for block in self._arrays[source].blocks():
            start, end = end, end + len(block)
            chosen = mask[start:end]
            if chosen.any():
                yield self._upright(block[chosen]), labels[start:end][chosen]
            report(end / len(labels))

    def problems(self) -> tuple[Problem, ...]:
        """Tell which classes were left out; else array files are whole, or refused."""
        return self._problems.problems()

    def samples(self, count: int) -> tuple[Sample, ...]:
        """Give some of the first images, of as many classes as possible."""
        block = next(self._arrays["train"].blocks())
        labels = self._labels["train"][: len(block)]
        glyphs = self._upright(block)
        name = self._arrays["train"].name
        return tuple(
            Sample(
                glyph=glyphs[index],
                class_name=self.facts.classes[labels[index]],
                name=f"{name}, image {index + 1:,}",
            )
            for index in round_robin(labels, count)
        )

    def _described(
        self,
        found: ArraySet,
        classes: tuple[str, ...],
        shape: tuple[int, int],
        remarks: Sequence[str],
    ) -> SourceFacts:
        """Describe the source, after a look at its first images."""
        first = next(self._arrays["train"].blocks())
        self._inverted = appearance.has_light_paper(first)
        style = self._options.ink_style or found.ink_style
        names = (part.name for part in self._arrays.values())
        return SourceFacts(
            form=found.form,
            title=found.title,
            classes=classes,
            image_shape=shape[::-1] if self._transposed else shape,
            ink_style=style or appearance.guess_ink_style(self._upright(first)),
            licence=found.licence,
            citation=found.citation,
            origin=", ".join(dict.fromkeys(names)),
            remarks=(*remarks, *([_INVERTED] if self._inverted else [])),
        )

    def _mask(self, part: SplitName) -> NDArray[np.bool_]:
        if self._is_test is None:
            return self._is_kept[part]
        return self._is_test if part == "test" else ~self._is_test

    def _without_unlearned(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Leave out classes without training images, and their test images."""
        counts = np.bincount(self._labels["train"], minlength=len(classes))
        used = np.flatnonzero(counts)
        if len(used) == len(classes):
            return classes
        for index in np.flatnonzero(counts == 0):
            self._problems.add(_UNLEARNED, classes[index], consequence="noted")
        renumbered = np.zeros(len(classes), np.uint8)
        renumbered[used] = np.arange(len(used))
        for part, labels in self._labels.items():
            self._is_kept[part] = counts[labels] > 0
            for label in labels[~self._is_kept[part]]:
                self._problems.add(_UNLEARNED_IMAGE, classes[label])
            self._labels[part] = renumbered[labels]
        kept = tuple(classes[index] for index in used)
        check_classes(kept, "the training images")
        return kept

    def _upright(self, images: ByteImages) -> ByteImages:
        upright = images.swapaxes(1, 2) if self._transposed else images
        return np.ascontiguousarray(255 - upright if self._inverted else upright)


def round_robin(labels: Labels, count: int) -> list[int]:
    """Choose images of all classes in turn.

    Args:
        labels: Class of each image, uint8 of shape (n,).
        count: How many to choose at most.

    Returns:
        Their indices: the first of each class, the second of each class, and so on.
    """
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    longest = max(map(len, members), default=0)
    turns = (
        int(each[turn])
        for turn in range(longest)
        for each in members
        if turn < len(each)
    )
    return [index for index, _ in zip(turns, range(count), strict=False)]


def _check_part(part: ArrayPart) -> None:
    if part.num_images != len(part.values):
        message = (
            f"Expected one label for each image in {part.name}, got "
            f"{part.num_images:,} images and {len(part.values):,} labels. "
            "Use files that were published together."
        )
        raise DatasetFileError(message)
    check_image_shape(part.image_shape, f"the images in {part.name}")


def _common_shape(parts: Sequence[ArrayPart]) -> tuple[int, int]:
    shapes = {part.image_shape for part in parts}
    if len(shapes) > 1:
        message = (
            "Expected training and test images of one size, got "
            f"{' and '.join(f'{height} x {width}' for height, width in shapes)}. "
            "Use files that were published together."
        )
        raise DatasetFileError(message)
    return shapes.pop()
