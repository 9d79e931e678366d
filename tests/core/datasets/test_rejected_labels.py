"""The rejected test labels, against the data set that comes with Inklab."""

from core.datasets import arrays, bundled, rejected_labels
from core.datasets.bundled import MNIST


def test_the_rejected_labels_are_those_of_the_bundled_mnist(home: object) -> None:  # noqa: ARG001 - MNIST is decoded into it
    """A wrong index or fingerprint would set aside images that nobody rejected."""
    dataset = bundled.load(MNIST)

    found = rejected_labels.of_test_images(dataset.fingerprint)

    given = {index: each.given for index, each in found.items()}
    assert len(found) == 15
    assert list(found) == sorted(found)
    assert given == {index: int(dataset.test.labels[index]) for index in found}
    assert all(each.seen != each.given for each in found.values())
    assert arrays.fingerprint(dataset) == rejected_labels.MNIST_FINGERPRINT


def test_another_data_set_of_that_name_has_no_rejected_labels() -> None:
    """They are known by fingerprint; old runs may have noted none."""
    assert rejected_labels.of_test_images("") == {}
    assert rejected_labels.of_test_images("0" * 64) == {}
