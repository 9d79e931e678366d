"""What a network learned when: from its predictions after each epoch.

An image is learned for good in the epoch from which on it is classified correctly to
the end. It is forgotten each time it goes from correct to wrong (M. Toneva et al., "An
Empirical Study of Example Forgetting during Deep Neural Network Learning", ICLR 2019;
there while training on the images, here on images held out).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks
from core.types import Counts, Indices, Labels

Kind = Literal["learned late", "forgotten", "never learned"]
KINDS: tuple[Kind, ...] = ("learned late", "forgotten", "never learned")


@dataclass(frozen=True, eq=False, kw_only=True)
class Learning:
    """How the classification of each image went, over E epochs.

    Attributes:
        learned_at: Number (from 0) of the epoch from which on each image is classified
            correctly, int64 of shape (n,); E if it is wrong in the last one.
        num_forgotten: How often each went from correct to wrong, int64 of shape (n,).
        num_correct: In how many epochs each is correct, int64 of shape (n,).
        num_epochs: E.
    """

    learned_at: Indices
    num_forgotten: Counts
    num_correct: Counts
    num_epochs: int

    def of(self, kind: Kind) -> Indices:
        """Return positions of images, the most striking first; int64.

        Args:
            kind: "learned late" are all that were learned for good after the first
                epoch, the latest first; "forgotten" all that were correct at some time
                and are wrong in the end, the most often forgotten first; "never
                learned" all that were wrong after each epoch.
        """
        is_wrong = self.learned_at == self.num_epochs
        if kind == "learned late":
            chosen, rank = ~is_wrong & (self.learned_at > 0), self.learned_at
        elif kind == "forgotten":
            chosen, rank = is_wrong & (self.num_correct > 0), self.num_forgotten
        else:
            chosen, rank = self.num_correct == 0, self.num_forgotten
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-rank[indices], kind="stable")]


def follow(labels: Labels, by_epoch: Labels) -> Learning:
    """Follow each image over the epochs.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        by_epoch: Predicted classes after each epoch, uint8 of shape (epochs, n), for
            one epoch or more.

    Raises:
        ValueError: If the two do not belong together.
    """
    _check(labels, by_epoch)
    right = by_epoch == labels
    num_epochs = len(by_epoch)
    wrong_backwards = ~right[::-1]
    since_wrong = wrong_backwards.argmax(axis=0)
    learned_at = np.where(right.all(axis=0), 0, num_epochs - since_wrong)
    return Learning(
        learned_at=learned_at.astype(np.int64),
        num_forgotten=(right[:-1] & ~right[1:]).sum(axis=0, dtype=np.int64),
        num_correct=right.sum(axis=0, dtype=np.int64),
        num_epochs=num_epochs,
    )


def class_accuracy(
    labels: Labels, by_epoch: Labels, *, num_classes: int
) -> NDArray[np.float64]:
    """Return the accuracy on each class after each epoch.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        by_epoch: Predicted classes after each epoch, uint8 of shape (epochs, n).
        num_classes: Number of classes.

    Returns:
        float64 of shape (epochs, classes), 0.0 to 1.0; NaN for a class without images.

    Raises:
        ValueError: If these do not belong together.
    """
    _check(labels, by_epoch, num_classes=num_classes)
    counts = np.bincount(labels, minlength=num_classes)
    hits = np.array(
        [
            np.bincount(labels[each == labels], minlength=num_classes)
            for each in by_epoch
        ]
    )
    return np.where(counts > 0, hits / np.maximum(counts, 1), np.nan)


def _check(
    labels: Labels, by_epoch: Labels, *, num_classes: int = checks.MAX_CLASSES
) -> None:
    if by_epoch.ndim != 2 or not len(by_epoch):  # noqa: PLR2004 - epochs and images
        message = (
            "Expected predicted classes of shape (epochs, n) for at least one epoch, "
            f"got {by_epoch.shape}. Train the run again to keep them."
        )
        raise ValueError(message)
    for each in (labels, *by_epoch):
        checks.check_labels(each, num_images=len(labels), num_classes=num_classes)
