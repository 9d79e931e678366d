"""What a run keeps of its fine-tuning: which drawings, and what came of it."""

from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from core.errors import ArtifactError
from core.evaluation import paired
from core.evaluation.paired import Difference
from core.proportion import Proportion
from core.records import FINE_TUNE, HANDWRITING, Run
from core.types import Labels

if TYPE_CHECKING:
    from core.runs.store import RunStore

SCHEMA: Final = 1


class BeforeAfter(BaseModel):
    """How many images were classified correctly before and after.

    Attributes:
        both: Before and after.
        only_before: Only before.
        only_after: Only after.
        neither: Neither before nor after.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    both: NonNegativeInt = 0
    only_before: NonNegativeInt = 0
    only_after: NonNegativeInt = 0
    neither: NonNegativeInt = 0

    @classmethod
    def of(cls, labels: Labels, before: Labels, after: Labels) -> Self:
        """Count.

        Args:
            labels: True classes, uint8 of shape (n,).
            before: Predicted classes before, uint8 of the same shape.
            after: Predicted classes after, uint8 of the same shape.
        """
        was, is_now = before == labels, after == labels
        return cls(
            both=int((was & is_now).sum()),
            only_before=int((was & ~is_now).sum()),
            only_after=int((~was & is_now).sum()),
            neither=int((~was & ~is_now).sum()),
        )

    @property
    def total(self) -> int:
        """How many images there were."""
        return self.both + self.only_before + self.only_after + self.neither

    @property
    def before(self) -> Proportion | None:
        """The accuracy before; None without images."""
        return self._proportion(self.both + self.only_before)

    @property
    def after(self) -> Proportion | None:
        """The accuracy after; None without images."""
        return self._proportion(self.both + self.only_after)

    @property
    def difference(self) -> Difference | None:
        """The accuracy after less that before, with its interval; None without any."""
        if not self.total:
            return None
        return paired.difference(
            both_right=self.both,
            only_first=self.only_before,
            only_second=self.only_after,
            both_wrong=self.neither,
        )

    def _proportion(self, hits: int) -> Proportion | None:
        return Proportion(hits, self.total) if self.total else None


class FineTuned(BaseModel):
    """What came of a fine-tuning.

    Attributes:
        learned: Ids of the drawings that it learned from.
        held_out: Ids of those that it was only tested with.
        drawings: What it says of the latter.
        test: What it says of the test images of its data set.
        num_rehearsed: How many of the original training images each pass had.
        num_repeats: How often each drawing was in a pass.
        way: How much of the way from the old weights to the new ones was gone, 0 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = SCHEMA
    learned: tuple[str, ...]
    held_out: tuple[str, ...]
    drawings: BeforeAfter
    test: BeforeAfter
    num_rehearsed: int
    num_repeats: int
    way: float


def read(store: "RunStore", run: Run) -> FineTuned | None:
    """Return what came of the fine-tuning that made a run.

    Returns:
        None if the run was not made by one, or it is not over.

    Raises:
        ArtifactError: If the record is missing or damaged.
    """
    if run.kind != FINE_TUNE or not run.has_model:
        return None
    try:
        text = store.artifact(run.id, HANDWRITING).read_text("utf-8")
        return FineTuned.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        message = (
            f"Expected the record of the fine-tuning of {run.name} ({run.id}), but it "
            "is damaged. Fine-tune the run before it again."
        )
        raise ArtifactError(message) from error
