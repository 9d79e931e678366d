"""Suspecting images that lie transposed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets import store
from core.datasets.importing import orientation
from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions
from core.datasets.store import Split
from core.types import GrayImage


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """Return the bundled training images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(tmp_path_factory.mktemp("home")))
        return store.load("mnist").train


def means_of(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> list[GrayImage]:
    return list(orientation.class_means([(images, labels)], 10))


@pytest.mark.parametrize("is_turned", [False, True], ids=["upright", "transposed"])
def test_mnist_is_told_from_mnist_transposed(mnist: Split, *, is_turned: bool) -> None:
    """Two halves of MNIST by other hands are enough to know."""
    known = means_of(mnist.images[:5000], mnist.labels[:5000])
    images = mnist.images[5000:6000]
    turned = images.swapaxes(1, 2) if is_turned else images
    means = means_of(turned, mnist.labels[5000:6000])

    suspicion = orientation.suspect(
        dict(zip("0123456789", means, strict=True)),
        dict(zip("0123456789", known, strict=True)),
    )

    assert suspicion is not None
    assert suspicion.looks_transposed is is_turned
    assert suspicion.confidence > 0.9
    assert suspicion.num_classes == 10
    assert ("transposed" in str(suspicion)) is is_turned


def test_a_merged_class_is_compared_with_its_members(mnist: Split) -> None:
    """C/c of one set is C of another."""
    means = means_of(mnist.images[:2000], mnist.labels[:2000])

    suspicion = orientation.suspect({"C/c": means[2].T}, {"c": means[2]})

    assert suspicion is not None
    assert suspicion.looks_transposed


def test_other_sizes_are_compared_too(mnist: Split) -> None:
    """Sets of one's own may have 40 x 40 pixels."""
    means = means_of(mnist.images[:2000], mnist.labels[:2000])
    larger = np.pad(means[4], 6)

    suspicion = orientation.suspect({"4": larger}, {"4": means[4]})

    assert suspicion is not None
    assert not suspicion.looks_transposed


@pytest.mark.parametrize(
    "means",
    [
        {"x": np.eye(28, dtype=np.float32)},
        {"5": np.eye(28, dtype=np.float32)},
        {"x": np.zeros((28, 28), np.float32)},
        {},
    ],
    ids=["symmetric", "unknown", "no images", "no classes"],
)
def test_where_nothing_can_be_known_nothing_is_said(
    means: dict[str, GrayImage],
) -> None:
    """A suspicion without evidence would alarm for nothing."""
    known = {"x": np.fliplr(np.eye(28, dtype=np.float32))}

    assert orientation.suspect(means, known) is None


def test_a_source_that_was_turned_twice_is_suspected(
    tmp_path: Path, mnist: Split, write_emnist: Callable[..., None]
) -> None:
    """Files that are named like EMNIST's but lie upright are turned by mistake."""
    images, labels = mnist.images[:1000], mnist.labels[:1000]
    write_emnist(tmp_path, "digits", images.swapaxes(1, 2), labels)
    known = means_of(mnist.images[1000:4000], mnist.labels[1000:4000])
    by_name = dict(zip("0123456789", known, strict=True))

    turned, upright = (
        orientation.suspect_source(
            recognise([tmp_path], ImportOptions(transposed=transposed)), by_name
        )
        for transposed in (None, False)
    )

    assert turned is not None
    assert turned.looks_transposed
    assert upright is not None
    assert not upright.looks_transposed
