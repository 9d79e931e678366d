"""The catalog of data sets."""

import pytest

from core.datasets import catalog
from core.errors import UnknownDatasetError


def test_mnist_is_known_by_its_name() -> None:
    """A run stores only the name of its data set."""
    spec = catalog.spec("mnist")

    assert spec.title == "MNIST"
    assert spec.classes == tuple("0123456789")
    assert (spec.num_train, spec.num_test) == (60_000, 10_000)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    """A typing mistake in a link or a terminal must be easy to correct."""
    with pytest.raises(UnknownDatasetError, match=r"got 'mnits'\. There are: mnist"):
        catalog.spec("mnits")


def test_names_are_unique() -> None:
    """A name chooses one data set, and one folder of decoded files."""
    names = [spec.name for spec in catalog.specs()]

    assert "mnist" in names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("spec", catalog.specs(), ids=lambda spec: spec.name)
def test_each_data_set_says_under_which_licence_it_comes(
    spec: catalog.DatasetSpec,
) -> None:
    """Data that is passed on without its licence is passed on illegally."""
    assert spec.licence
    assert spec.citation


def test_mnist_comes_under_its_own_licence() -> None:
    """MNIST asks for attribution and the same licence."""
    licence = catalog.spec("mnist").licence

    assert licence.startswith("CC BY-SA 3.0")
    assert "LeCun" in licence
