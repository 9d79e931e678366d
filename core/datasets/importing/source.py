"""What an importer hands over: a source that tells what lies there, and streams it.

`recognise` makes a source of the files that a user gave. The source knows its classes
before an image is decoded, and gives the images a few thousand at a time, so a set that
is larger than the memory can be written. What it had to leave out it counts meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing.limits import check_image_shape
from core.errors import DatasetFileError
from core.types import ByteImages, InkStyle, Labels, SplitName

MIN_TEST_SHARE: Final = 0.01
MAX_TEST_SHARE: Final = 0.5
_MAX_SEED: Final = 2**32 - 1

Consequence = Literal["left-out", "ignored", "noted"]
"""What becomes of something odd.

"left-out": images that should have been part of the set. "ignored": things beside the
images. "noted": images that stay.
"""

Report = Callable[[float], None]
"""Hears which share of the work is done, 0.0 to 1.0; raises to stop it."""


def no_report(_share: float) -> None:
    """Ignore progress."""


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What a user decides about an import.

    Attributes:
        split: Which of several sets that lie in one place, such as "bymerge".
        ink_style: The style of the images: for pictures, the one that they are put
            into. None: what fits what was recognised.
        image_shape: Height and width of the glyphs that pictures become, 8 to 64
            pixels a side. None: (28, 28), or the size of pictures that are glyphs
            already. Arrays keep theirs.
        test_share: Share of the images to test with where none are marked for it,
            0.01 to 0.5, the same of each class.
        seed: Chooses these, 0 to 2**32 - 1.
        transposed: Whether rows and columns are exchanged in the source. None: as
            what was recognised says (EMNIST's files are).
        on_problem: Whether images that cannot be used are left out, or the whole
            source is refused for them.
    """

    split: str | None = None
    ink_style: InkStyle | None = None
    image_shape: tuple[int, int] | None = None
    test_share: float = 0.2
    seed: int = 0
    transposed: bool | None = None
    on_problem: Literal["leave-out", "refuse"] = "leave-out"

    def __post_init__(self) -> None:
        """Refuse what no import could follow.

        Raises:
            DatasetFileError: If a size, a share or a seed is out of its range.
        """
        if not MIN_TEST_SHARE <= self.test_share <= MAX_TEST_SHARE:
            message = (
                f"Expected a test share of {MIN_TEST_SHARE} to {MAX_TEST_SHARE}, got "
                f"{self.test_share}. 0.2 is usual."
            )
            raise DatasetFileError(message)
        if not 0 <= self.seed <= _MAX_SEED:
            message = (
                f"Expected a seed of 0 to {_MAX_SEED:,}, got {self.seed:,}. Any number "
                "of these does."
            )
            raise DatasetFileError(message)
        if self.image_shape is not None:
            check_image_shape(self.image_shape, "the chosen image size")


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """What is known of a source before its images are read.

    Attributes:
        form: What was recognised, such as "EMNIST (IDX)" or "Folders of pictures".
        title: Name to show, such as "EMNIST ByMerge"; a suggestion.
        classes: Names of the classes, 2 to 256, in the order of the labels.
        image_shape: Height and width of the images, 8 to 64 pixels a side.
        ink_style: How the images were made from ink, or will be.
        licence: Licence of the data and whose it is; empty if unknown.
        citation: What to cite; empty if unknown.
        origin: Where the images come from: names of the files or folders.
        remarks: What a user should know, in whole sentences.
    """

    form: str
    title: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int]
    ink_style: InkStyle
    licence: str = ""
    citation: str = ""
    origin: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Things of one kind that were met in a source.

    Attributes:
        reason: What is the matter with them, such as "cannot be read".
        consequence: What became of them.
        count: How many there are.
        examples: A few of their names, in the order in which they were met.
    """

    reason: str
    consequence: Consequence
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """One image of a preview.

    Attributes:
        glyph: The image as it would be imported, uint8 of shape (height, width), 0
            for paper and 255 for full ink, upright.
        class_name: Its class.
        name: Where it is from: a file name, or a file and the number of the image.
        picture: The picture that it was made of, uint8 of shape (height, width, 4);
            None if the source has glyphs.
    """

    glyph: ByteImages
    class_name: str
    name: str
    picture: NDArray[np.uint8] | None = None


class Source(Protocol):
    """A data set as it lies there, ready to be streamed."""

    @property
    def facts(self) -> SourceFacts:
        """What is known of it already."""
        ...

    @property
    def parts(self) -> tuple[SplitName, SplitName]:
        """Both parts, in the order in which it is quickest to read them."""
        ...

    def num_expected(self, part: SplitName) -> int:
        """Count the images of a part, including those that may be left out."""
        ...

    def chunks(
        self, part: SplitName, report: Report = no_report
    ) -> Iterator[tuple[ByteImages, Labels]]:
        """Give the images of a part, upright; can be asked again.

        Read both in the order of `parts`: a picture of which a copy is in the other
        part is left out of one, so the pictures of the other have to be known.

        Args:
            part: Which images.
            report: Hears the share of this part that is done; may raise to stop.

        Yields:
            Up to a few thousand images, uint8 of shape (n, height, width), 0 for paper
            and 255 for full ink; and their classes, uint8 of shape (n,).

        Raises:
            DatasetFileError: If the source is damaged or contradicts itself, or
                something had to be left out and the options say to refuse that.
        """
        ...

    def problems(self) -> tuple[Problem, ...]:
        """Tell what was met so far; complete once both parts were streamed."""
        ...

    def samples(self, count: int) -> tuple[Sample, ...]:
        """Give some training images, of as many classes as possible, quickly."""
        ...


def preview(source: Source, count: int = 20) -> tuple[Sample, ...]:
    """Show some images as they would be imported.

    Args:
        source: What was recognised.
        count: How many at most.

    Raises:
        DatasetFileError: If the source is damaged.
    """
    return source.samples(count)


def refuse_if_asked(problems: tuple[Problem, ...], options: ImportOptions) -> None:
    """Refuse a source of which something is left out, if the options say so.

    Raises:
        DatasetFileError: With the counts and a few names of each kind.
    """
    left_out = [each for each in problems if each.consequence == "left-out"]
    if options.on_problem == "refuse" and left_out:
        message = (
            "Expected a source of which nothing has to be left out, got: "
            f"{'; '.join(map(in_words, left_out))}. Correct these, or import the rest "
            "without them."
        )
        raise DatasetFileError(message)


def in_words(problem: Problem) -> str:
    """Write a problem in a line: "3 x is no picture (a.png, b.png, ...)"."""
    examples = ", ".join(problem.examples)
    more = ", ..." if problem.count > len(problem.examples) else ""
    return f"{problem.count:,} x {problem.reason} ({examples}{more})"
