"""Find a few pixels without which, or with which, a model gives another answer.

The search is greedy: of the pixels that alone weaken the answer most, the one is taken
that weakens it most together with those taken before, until the answer changes. Then
each pixel is given back that was not needed. There may be fewer pixels that do it; a
search through all sets of them would take years.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.evaluation.occlusion import SMALLEST, Predict
from core.types import GrayImage, Indices, Probabilities

Way = Literal["without", "with"]
"""Whether ink was taken away or added."""

MAX_TAKEN: Final = 24
"""After so many pixels the search gives up: it is another image then."""

NUM_TRIED: Final = 12
"""So many pixels are tried at each step."""

MAX_CANDIDATES: Final = 240
"""Of more pixels than this, larger ones are made, two or more on a side."""

INKED: Final = 0.2
"""Pixels with less ink are not worth taking away."""


Changed = Callable[[Sequence[Sequence[int]]], NDArray[np.float32]]
"""From sets of pixels to the image changed in each of them."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Counterfactual:
    """A few pixels that decide the answer.

    Attributes:
        way: Whether they lose their ink or get ink.
        changed: Which they are, bool of shape (height, width).
        num_taken: How many they are; large ones count as one.
        side: Pixels on a side of one of them; 1 unless the image is large.
        image: The image after the change, float32 of shape (height, width).
        answer: The class that the model predicts then.
        confidence: Its probability, 0 to 1.
    """

    way: Way
    changed: NDArray[np.bool_]
    num_taken: int
    side: int
    image: GrayImage
    answer: int
    confidence: float


def find(predict: Predict, image: GrayImage) -> Counterfactual | None:
    """Find a few pixels that change the answer: ink to take away, or else to add.

    Args:
        predict: The model; it is asked about some hundred images at most.
        image: Ink, float32 of shape (height, width), values in [0, 1].

    Returns:
        What changes the answer; None if `MAX_TAKEN` pixels do not.
    """
    return _search(predict, image, "without") or _search(predict, image, "with")


def _search(predict: Predict, image: GrayImage, way: Way) -> Counterfactual | None:
    blocks, side = _candidates(image, way)
    target = np.float32(0 if way == "without" else 1)
    if not len(blocks):
        return None

    def changed(sets: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        images = np.repeat(image[np.newaxis], len(sets), axis=0)
        for one, numbers in zip(images, sets, strict=True):
            one[blocks[numbers].any(axis=0)] = target
        return images

    before = predict(image[np.newaxis])
    answer = int(before[0].argmax())
    alone = _lead(predict(changed([[each] for each in range(len(blocks))])), answer)
    taken = _take(predict, changed, order=np.argsort(alone), answer=answer)
    if taken is None:
        return None
    needed = _needed(predict, changed, taken, answer)
    (after,) = changed([needed])
    (said,) = predict(after[np.newaxis])
    return Counterfactual(
        way=way,
        changed=np.logical_or.reduce(blocks[needed]),
        num_taken=len(needed),
        side=side,
        image=after,
        answer=int(said.argmax()),
        confidence=float(said.max()),
    )


def _take(
    predict: Predict, changed: Changed, *, order: Indices, answer: int
) -> list[int] | None:
    """Take pixels until the answer changes; None if it does not."""
    taken: list[int] = []
    waiting = order.tolist()
    while waiting and len(taken) < MAX_TAKEN:
        tried = waiting[:NUM_TRIED]
        leads = _lead(predict(changed([[*taken, each] for each in tried])), answer)
        ranked = [tried[place] for place in np.argsort(leads, kind="stable")]
        taken.append(ranked[0])
        if leads.min() < 0:
            return taken
        # The better half is tried again, beside others that have not been tried yet.
        half = NUM_TRIED // 2
        again, last = ranked[1 : half + 1], ranked[half + 1 :]
        waiting = [*again, *waiting[NUM_TRIED:], *last]
    return None


def _needed(
    predict: Predict, changed: Changed, taken: list[int], answer: int
) -> list[int]:
    """Give pixels back, the least important first, as long as the answer differs."""
    needed = list(taken)
    while len(needed) > 1:
        fewer = [
            [*needed[:place], *needed[place + 1 :]] for place in range(len(needed))
        ]
        leads = _lead(predict(changed(fewer)), answer)
        if leads.min() >= 0:
            break
        needed = fewer[int(leads.argmin())]
    return needed


def _lead(probabilities: Probabilities, answer: int) -> NDArray[np.float32]:
    """Tell how far a class is ahead of the best other one, in nats.

    Returns:
        float32 of shape (n,); negative where another class is more probable.
    """
    logs = np.log(np.maximum(probabilities, SMALLEST))
    others = np.delete(logs, answer, axis=1).max(axis=1)
    lead: NDArray[np.float32] = logs[:, answer] - others
    return lead


def _candidates(image: GrayImage, way: Way) -> tuple[NDArray[np.bool_], int]:
    """Return the pixels to try, bool of shape (n, height, width), and their side."""
    ink = image > INKED
    if way == "without":
        worth = ink
    else:
        # Ink far from the stroke would be a blot, not another way to write.
        worth = ndimage.binary_dilation(ink, iterations=2) & (image < 1 - INKED)
    side = 1
    while True:
        blocks = _blocks(worth, side)
        if len(blocks) <= MAX_CANDIDATES:
            return blocks, side
        side += 1


def _blocks(worth: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    height, width = worth.shape
    columns = -(-width // side)
    numbers = np.arange(height)[:, np.newaxis] // side * columns
    numbers = numbers + np.arange(width) // side
    used = np.unique(numbers[worth])
    blocks: NDArray[np.bool_] = (numbers == used[:, np.newaxis, np.newaxis]) & worth
    return blocks
