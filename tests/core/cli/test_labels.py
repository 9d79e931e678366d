"""Which class the name of a file means."""

from pathlib import Path

import pytest

from core.cli import predict
from core.inference import Predictor

CLASSES = ("1", "C/c", "A", "a")


class Unused(Predictor):
    """A model that is asked nothing, because there is no picture."""

    def __init__(self) -> None:
        """Need no file."""


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *(("c__1.png", "C/c"), ("C__1.png", "C/c"), ("a__1.png", "a")),
        *(("A__1.png", "A"), ("x__1.png", None), ("1.png", None)),
    ],
)
def test_any_character_of_a_merged_class_is_its_label(
    name: str, label: str | None
) -> None:
    """A file cannot be called `C/c__1.png`, and the writer wrote one of the two."""
    record = predict.answer(Unused(), Path("nowhere") / name, CLASSES, labelled=True)

    assert record["label"] == label
