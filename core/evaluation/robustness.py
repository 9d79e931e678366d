"""How much of its accuracy a model keeps when images become harder to read.

Two things are measured on the same test images: nine sweeps, each a change from none to
a lot, and the 15 corruptions of MNIST-C at one strength each. The mean accuracy over
these 15 is the robustness score: one number, by which runs can be compared.
"""

import itertools
import json
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.exploring.chunks import Report, silent
from core.evaluation.corrupting import mnist_c, sweeps
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS
from core.evaluation.corrupting.warps import Images
from core.files import DAMAGED
from core.proportion import Proportion
from core.types import ByteImages, Labels, Probabilities

Predict = Callable[[Images], Probabilities]

_CHUNK_VALUES: Final = 2**21
_MIN_CHUNK: Final = 500
_Z: Final = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Accuracy against the strength of a change.

    Attributes:
        key: Which sweep.
        strengths: Rising; 0 is the images as they are.
        accuracies: At each strength.
    """

    key: str
    strengths: tuple[float, ...]
    accuracies: tuple[Proportion, ...]


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """What was measured.

    Attributes:
        clean: Accuracy on the images as they are.
        corrupted: Accuracy under each corruption of MNIST-C, by its key.
        curves: One for each sweep.
        score: Mean accuracy over the corruptions, 0 to 1.
        half_width: Of the 95 % interval of the score: how far it may differ on other
            images of this kind.
        num_test: How many test images there are; those measured may be fewer.
    """

    clean: Proportion
    corrupted: dict[str, Proportion]
    curves: tuple[Curve, ...]
    score: float
    half_width: float
    num_test: int

    @property
    def low(self) -> float:
        """Lower end of the interval of the score."""
        return max(self.score - self.half_width, 0.0)

    @property
    def high(self) -> float:
        """Upper end of the interval of the score."""
        return min(self.score + self.half_width, 1.0)

    @property
    def worst_first(self) -> tuple[tuple[str, Proportion], ...]:
        """The corruptions, the one with the lowest accuracy first."""
        return tuple(sorted(self.corrupted.items(), key=lambda pair: pair[1].value))

    def document(self) -> str:
        """Write it as JSON text."""
        facts: dict[str, Any] = {
            "n": self.clean.total,
            "num_test": self.num_test,
            "score": self.score,
            "half_width": self.half_width,
            "right": self.clean.successes,
            "corruptions": {
                key: share.successes for key, share in self.corrupted.items()
            },
            "sweeps": {
                each.key: {
                    "strengths": each.strengths,
                    "right": [share.successes for share in each.accuracies],
                }
                for each in self.curves
            },
        }
        return json.dumps(facts, indent=2)

    @classmethod
    def from_document(cls, text: str) -> "Robustness":
        """Read what `document` wrote.

        Raises:
            ValueError: If it is something else.
        """
        try:
            facts = json.loads(text)
            total = int(facts["n"])
            return cls(
                clean=Proportion(int(facts["right"]), total),
                corrupted={
                    str(key): Proportion(int(right), total)
                    for key, right in facts["corruptions"].items()
                },
                curves=tuple(
                    Curve(
                        key=str(key),
                        strengths=tuple(map(float, each["strengths"])),
                        accuracies=tuple(
                            Proportion(int(right), total) for right in each["right"]
                        ),
                    )
                    for key, each in facts["sweeps"].items()
                ),
                score=float(facts["score"]),
                half_width=float(facts["half_width"]),
                num_test=int(facts["num_test"]),
            )
        except (*DAMAGED, RecursionError) as error:
            message = (
                f"Expected what a robustness sweep has measured, got {text[:60]!r}."
            )
            raise ValueError(message) from error


@dataclass(frozen=True, kw_only=True)
class _Condition:
    """One way to change all images: a corruption, or a sweep at a strength."""

    key: str
    strength: float | None
    apply: Callable[[Images, np.random.Generator], Images]


def measure(
    images: ByteImages,
    labels: Labels,
    is_right: NDArray[np.bool_],
    *,
    predictors: Sequence[Predict],
    seed: int,
    report: Report = silent,
) -> NDArray[np.bool_]:
    """Tell which images a model reads right under each condition.

    Args:
        images: uint8 of shape (n, height, width).
        labels: uint8 of shape (n,).
        is_right: bool of shape (n,): which it reads right as they are.
        predictors: Copies of the model, each for a thread of its own.
        seed: Chooses all that is random; the result does not depend on the threads.
        report: Is told the share that is done; it may raise to end the work.

    Returns:
        bool of shape (conditions, n), in the order that `summarise` takes: the
        corruptions, then each sweep with its strengths.
    """
    found = np.zeros((len(_conditions()), len(labels)), bool)
    idle: queue.SimpleQueue[Predict] = queue.SimpleQueue()
    for predictor in predictors:
        idle.put(predictor)

    def work(number: int, condition: _Condition, piece: slice) -> None:
        generator = np.random.default_rng((seed, number, piece.start))
        ink = np.multiply(images[piece], np.float32(1 / 255), dtype=np.float32)
        changed = condition.apply(ink, generator)
        predictor = idle.get()
        try:
            said = predictor(changed)
        finally:
            idle.put(predictor)
        found[number, piece] = said.argmax(axis=1) == labels[piece]

    with ThreadPoolExecutor(max_workers=len(predictors)) as pool:
        pending: list[Future[None]] = []
        for number, condition in enumerate(_conditions()):
            if condition.strength == 0:
                found[number] = is_right
                continue
            pending += [
                pool.submit(work, number, condition, piece) for piece in _pieces(images)
            ]
        try:
            for done, future in enumerate(pending):
                report(done / len(pending))
                future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return found


def summarise(
    found: NDArray[np.bool_], is_right: NDArray[np.bool_], *, num_test: int
) -> Robustness:
    """Count what `measure` has found.

    Args:
        found: bool of shape (conditions, n).
        is_right: bool of shape (n,): of the images as they are.
        num_test: How many test images there are.
    """
    total = len(is_right)
    shares = [Proportion(int(row.sum()), total) for row in found]
    num_corruptions = len(CORRUPTIONS)
    places = iter(shares[num_corruptions:])
    # The conditions share their images, so what varies is the mean of each image.
    of_each = found[:num_corruptions].mean(axis=0)
    spread = float(of_each.std(ddof=1)) if total > 1 else 0.0
    return Robustness(
        clean=Proportion(int(is_right.sum()), total),
        corrupted={
            each.key: share for each, share in zip(CORRUPTIONS, shares, strict=False)
        },
        curves=tuple(
            Curve(
                key=each.key,
                strengths=each.strengths,
                accuracies=tuple(itertools.islice(places, len(each.strengths))),
            )
            for each in SWEEPS
        ),
        score=float(of_each.mean()),
        half_width=_Z * spread / total**0.5,
        num_test=num_test,
    )


def example(
    images: ByteImages, key: str, *, seed: int, strength: float | None = None
) -> ByteImages:
    """Change a few images, to look at.

    Args:
        images: uint8 of shape (n, height, width).
        key: Of a corruption; of a sweep if there is a strength.
        seed: Chooses all that is random.
        strength: Of the sweep.

    Returns:
        uint8 of the same shape.
    """
    (condition,) = (
        each for each in _conditions() if each.key == key and each.strength == strength
    )
    ink = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
    changed = condition.apply(ink, np.random.default_rng(seed))
    return np.rint(changed * 255).astype(np.uint8)


def strengths_of(key: str) -> tuple[float, ...]:
    """Return the strengths of a sweep."""
    return next(each.strengths for each in SWEEPS if each.key == key)


def _conditions() -> tuple[_Condition, ...]:
    corruptions = [
        _Condition(key=each.key, strength=None, apply=each.apply)
        for each in mnist_c.CORRUPTIONS
    ]
    changes = [
        _Condition(key=each.key, strength=strength, apply=_at(each, strength))
        for each in SWEEPS
        for strength in each.strengths
    ]
    return (*corruptions, *changes)


def _at(
    sweep: sweeps.Sweep, strength: float
) -> Callable[[Images, np.random.Generator], Images]:
    return lambda images, generator: sweeps.changed(sweep, images, strength, generator)


def _pieces(images: ByteImages) -> Iterator[slice]:
    size = max(_CHUNK_VALUES // max(int(np.prod(images.shape[1:])), 1), _MIN_CHUNK)
    for start in range(0, len(images), size):
        yield slice(start, min(start + size, len(images)))
