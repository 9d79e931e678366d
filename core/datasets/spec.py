"""What a data set is, as a value: it can be written down and read back."""

import re
import unicodedata
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from core.config import Dimensions
from core.datasets.data_file import DataFile
from core.errors import DatasetFileError, DatasetNameError
from core.types import InkStyle

Origin = Literal["bundled", "download", "imported", "version", "handwriting"]

MIN_CLASSES: Final = 2
MAX_CLASSES: Final = 256
MIN_SIDE: Final = 8
MAX_SIDE: Final = 64
MAX_NAME: Final = 60

SCHEMA: Final = 1

_NAME: Final = re.compile(r"[^\W_][\w.-]*(@([2-9]|[1-9][0-9]{1,5}))?")

_CHECKED: Final = ConfigDict(extra="forbid", str_max_length=20_000)


Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class DatasetSpec:
    """Description of a data set.

    Attributes:
        name: Unique name; that of a later version ends in "@" and its number.
        title: Name to show.
        classes: What each class index stands for, in order.
        image_shape: Height and width of its images, in pixels.
        ink_style: How its images were made from ink.
        origin: Where it comes from.
        num_train: Number of training images.
        num_test: Number of test images.
        licence: Licence of the data, and whose it is; empty if nobody knows.
        citation: What to cite; empty if nothing.
    """

    name: str
    title: str
    classes: Annotated[
        tuple[str, ...], Field(min_length=MIN_CLASSES, max_length=MAX_CLASSES)
    ]
    image_shape: tuple[Side, Side]
    ink_style: InkStyle = "mnist"
    origin: Origin = "imported"
    num_train: Annotated[int, Field(ge=1)]
    num_test: Annotated[int, Field(ge=1)]
    licence: str = ""
    citation: str = ""

    @property
    def dimensions(self) -> Dimensions:
        """What it asks of a network."""
        height, width = self.image_shape
        return Dimensions(height=height, width=width, num_classes=len(self.classes))


@dataclass(frozen=True, kw_only=True)
class BundledSpec(DatasetSpec):
    """Description of a data set whose files come with Inklab.

    Attributes:
        folder: Where its files are.
        train_images: IDX file of the training images.
        train_labels: IDX file of the training labels.
        test_images: IDX file of the test images.
        test_labels: IDX file of the test labels.
    """

    folder: Path
    train_images: DataFile
    train_labels: DataFile
    test_images: DataFile
    test_labels: DataFile


_JSON: Final = TypeAdapter(DatasetSpec)


class LeftOut(BaseModel):
    """Images that an import could not use, or should not.

    Attributes:
        reason: Why, as a short clause: "the picture is damaged".
        count: How many.
        examples: Names of some of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    count: int
    examples: tuple[str, ...] = ()


class DatasetCard(BaseModel):
    """What is written down beside the images of a data set in the home.

    Attributes:
        spec: Its description.
        fingerprint: SHA-256 of its arrays, 64 hexadecimal digits.
        created: When it was made, as ISO 8601 with time zone.
        source: What it was made from, in words: names of files.
        remarks: What was noticed while it was made.
        left_out: Images that were not taken.
        parent: Name of the data set that it is a version of; empty if of none.
        parent_fingerprint: Fingerprint of that one.
        changes: What differs from the parent, a sentence for each change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: DatasetSpec
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    created: str
    source: str = ""
    remarks: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    parent: str = ""
    parent_fingerprint: str = ""
    changes: tuple[str, ...] = ()
    # Named like all records of Inklab; pydantic's own `schema` is deprecated.
    version: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)] = SCHEMA

    @property
    def num_left_out(self) -> int:
        """How many images were not taken."""
        return sum(each.count for each in self.left_out)

    def document(self) -> str:
        """Write it as JSON text."""
        return self.model_dump_json(indent=2, by_alias=True)

    @classmethod
    def from_document(cls, text: str, *, path: Path) -> Self:
        """Read what `document` wrote.

        Args:
            text: JSON text.
            path: The file that it was read from, for the error.

        Raises:
            DatasetFileError: If it is something else, or of a newer program.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            message = (
                f"Expected the card of a data set in {path}, got: {place}: "
                f"{first['msg']}. Import the data set again, or use the version of "
                "Inklab that wrote it."
            )
            raise DatasetFileError(message) from error


def plain(spec: DatasetSpec) -> DatasetSpec:
    """Return a description without the files of one of Inklab's own."""
    names = DatasetSpec.__dataclass_fields__
    return DatasetSpec(**{name: getattr(spec, name) for name in names})


def write_spec(spec: DatasetSpec) -> str:
    """Write a description as JSON text; see `plain`."""
    return _JSON.dump_json(plain(spec), indent=2).decode()


def read_spec(text: str) -> DatasetSpec:
    """Read what `write_spec` wrote.

    Raises:
        DatasetFileError: If it is something else.
    """
    try:
        return _JSON.validate_json(text)
    except ValidationError as error:
        message = (
            "Expected the description of a data set, got "
            f"{error.errors(include_url=False)[0]['msg']}. It is damaged, or of "
            "another version of Inklab."
        )
        raise DatasetFileError(message) from error


def checked_name(name: str) -> str:
    """Return a name as data sets have it: composed characters, no blanks around.

    Raises:
        DatasetNameError: If no data set can be called so.
    """
    composed = unicodedata.normalize("NFC", name.strip())
    if _NAME.fullmatch(composed) and len(base_name(composed)) <= MAX_NAME:
        return composed
    message = (
        f"Expected a name of at most {MAX_NAME} letters, digits, '-', '_' and '.', "
        "that begins with a letter or a digit and may end in a version, such as @2, "
        f"got {name[:80]!r}. Choose another name."
    )
    raise DatasetNameError(message)


def name_of_version(name: str, number: int) -> str:
    """Name a version of a data set; the first one has no number."""
    base = base_name(name)
    return base if number == 1 else f"{base}@{number}"


def base_name(name: str) -> str:
    """Return the name that all versions of a data set share."""
    return name.partition("@")[0]


def version_of(name: str) -> int:
    """Return the number of a version by its name."""
    return int(name.partition("@")[2] or 1)
