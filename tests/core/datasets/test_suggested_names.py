"""Names that are suggested for new data sets."""

import pytest

from core.datasets import store
from core.datasets.suggested_names import suggested_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("EMNIST ByMerge", "emnist-bymerge"),
        ("EMNIST Letters, other files", "emnist-letters-other-files"),
        ("Mes lettres é_1", "mes-lettres-é_1"),
        ("文字 2", "文字-2"),
        ("MNIST", "mnist-2"),
        ("../..", "data-set"),
        ("<b>@3</b>", "b-3-b"),
        ("", "data-set"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_title_becomes_a_name_that_is_free(title: str, name: str) -> None:
    """MNIST's own is taken, and what is no letter or digit cannot be in a name."""
    assert suggested_name(title) == name
    assert store.check_free(name) == name
