"""What people decided about labels that looked wrong, by the fingerprint of the data.

A file for each fingerprint in the home's `label_reviews/`: it stays when the data set
is deleted, because nobody wants to decide the same again. Several viewers may decide at
the same time: each decision is merged into what is there, and the last about an image
holds.
"""

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core import files, settings
from core.datasets import catalog, versions
from core.datasets.arrays import PARTS, Dataset
from core.datasets.spec import DatasetSpec
from core.datasets.versions import Change
from core.errors import DatasetError, DatasetFileError, HomeError
from core.types import SplitName

SCHEMA: Final = 1
FOLDER: Final = "label_reviews"
REASON: Final = "suspicious labels, reviewed"
"""Why a version that follows the decisions differs from its parent."""

COLUMNS: Final = ("split", "index", "given_class", "decision", "new_class")

_WAIT_SECONDS: Final = 5.0

Verdict = Literal["keep", "remove", "relabel"]


class Decision(BaseModel):
    """What somebody decided about the label of one image.

    Attributes:
        verdict: Whether the label is right, the image is to be left out, or it gets
            another label.
        label: Index of its new class; None unless it gets one.
        decided: When, as ISO 8601 with time zone; empty until it is saved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    label: Annotated[int, Field(ge=0, le=255)] | None = None
    decided: str = ""

    @model_validator(mode="after")
    def _has_a_label_if_it_needs_one(self) -> Self:
        if (self.verdict == "relabel") != (self.label is not None):
            message = "a new class is needed to relabel an image, and only then"
            raise ValueError(message)
        return self


Decisions = Mapping[Annotated[int, Field(ge=0)], Decision]
"""Decisions by the position of the image in its split."""


class Review(BaseModel):
    """All decisions about the labels of one data set.

    Attributes:
        train: About training images.
        test: About test images.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    # Named like all records of Inklab; pydantic's own `schema` is deprecated.
    version: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)] = SCHEMA
    train: Decisions = {}
    test: Decisions = {}

    def of(self, part: SplitName) -> Decisions:
        """Return the decisions about one split."""
        return self.train if part == "train" else self.test

    @property
    def changing(self) -> tuple[Decision, ...]:
        """The decisions by which images are removed or relabelled."""
        decisions = (each for part in PARTS for each in self.of(part).values())
        return tuple(each for each in decisions if each.verdict != "keep")

    def changes(self) -> Mapping[SplitName, Change]:
        """Return what a version of the data set that follows the decisions changes."""
        return {part: _change(self.of(part)) for part in PARTS}


def load(dataset: Dataset) -> Review:
    """Read what was decided about a data set; nothing if nobody decided anything.

    Raises:
        DatasetFileError: If the file is damaged, or of a newer program.
        HomeError: If it cannot be read.
    """
    path = path_of(dataset.fingerprint)
    try:
        review = Review.model_validate_json(path.read_bytes())
        for part in PARTS:
            for index, decision in review.of(part).items():
                _check(dataset, part, index, decision)
    except FileNotFoundError:
        return Review()
    except OSError as error:
        message = f"Expected a file that can be read, got {path} ({error.strerror})."
        raise HomeError(message) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _damaged(path, f"{place}: {first['msg']}.") from error
    except DatasetError as error:
        raise _damaged(path, str(error)) from error
    return review


@settings.changes
def decide(
    dataset: Dataset, part: SplitName, index: int, decision: Decision | None
) -> Decision | None:
    """Save a decision about one image; all others stay as they are.

    Args:
        dataset: The data set.
        part: Its training or its test images.
        index: Position of the image in that split.
        decision: What was decided; None to take an earlier decision back.

    Returns:
        What was decided about the image before; None for nothing.

    Raises:
        DatasetError: If there is no such image or class, or a label stays as it is.
        DatasetFileError: If what was decided before is damaged.
        HomeError: If it cannot be saved.
    """
    _check(dataset, part, index, decision)
    with _changing(dataset.fingerprint):
        review = load(dataset)
        decisions = dict(review.of(part))
        before = decisions.pop(index, None)
        if decision is not None:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            decisions[index] = decision.model_copy(update={"decided": now})
        review = review.model_copy(update={part: dict(sorted(decisions.items()))})
        with files.creating_file(path_of(dataset.fingerprint)) as temporary:
            text = review.model_dump_json(indent=1, by_alias=True, exclude_none=True)
            temporary.write_text(text, "utf-8")
    return before


def made_by(dataset: Dataset, review: Review) -> DatasetSpec | None:
    """Return the newest version that follows just these decisions, if there is one."""
    if not review.changing:
        return None
    said = versions.sentences(dataset, review.changes(), reason=REASON)
    decided = max(each.decided for each in review.changing)
    found = [
        card
        for card in catalog.cards()
        if card.parent_fingerprint == dataset.fingerprint
        and card.changes == said
        and card.created >= decided
    ]
    return max(found, key=lambda card: card.created).spec if found else None


def as_csv(review: Review, dataset: Dataset) -> str:
    """Write decisions as a table with a line for each image, classes by their names."""
    classes = dataset.spec.classes
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in PARTS:
        labels = dataset.part(part).labels
        for index, decision in review.of(part).items():
            new = "" if decision.label is None else classes[decision.label]
            given = classes[labels[index]]
            writer.writerow((part, index, given, decision.verdict, new))
    return text.getvalue()


def path_of(fingerprint: str) -> Path:
    """Return the file of the decisions about a data set; it need not exist."""
    return settings.home() / FOLDER / f"{Path(fingerprint).name}.json"


def _damaged(path: Path, reason: str) -> DatasetFileError:
    message = (
        f"Expected decisions about labels in {path}, got: {reason} Use the version of "
        "Inklab that wrote it, or move the file away to begin anew."
    )
    return DatasetFileError(message)


def _change(decisions: Decisions) -> Change:
    removed = [index for index, each in decisions.items() if each.verdict == "remove"]
    relabelled = {
        index: each.label for index, each in decisions.items() if each.label is not None
    }
    return Change(remove=tuple(removed), relabel=relabelled)


def _check(
    dataset: Dataset, part: SplitName, index: int, decision: Decision | None
) -> None:
    labels, num_classes = dataset.part(part).labels, len(dataset.spec.classes)
    if not 0 <= index < len(labels):
        message = (
            f"Expected the position of one of {len(labels):,} images in the {part} "
            f"split of {dataset.spec.name}, got {index}. Choose another."
        )
        raise DatasetError(message)
    if decision is None or decision.label is None:
        return
    given = int(labels[index])
    if decision.label >= num_classes or decision.label == given:
        message = (
            f"Expected another class than {given}, from 0 to {num_classes - 1}, as the "
            f"new label of image {index}, got {decision.label}. Choose another class, "
            "or keep the label."
        )
        raise DatasetError(message)


@contextlib.contextmanager
def _changing(fingerprint: str) -> Iterator[None]:
    """Let nobody else change the decisions about a data set while the block runs.

    Raises:
        HomeError: If the folder cannot be written, or somebody else holds the file.
    """
    path = path_of(fingerprint)
    try:
        path.parent.mkdir(exist_ok=True)
        with files.waiting_lock(path.with_suffix(".lock"), seconds=_WAIT_SECONDS):
            yield
    except OSError as error:
        message = (
            f"Expected to write {path}, got: {error.strerror or error}. Free some "
            "space, try again, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error
