"""What the name of a file says that its picture shows."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from core.cli.predict import answer
from core.datasets import catalog
from core.inference import Predictor

SPEC = replace(catalog.spec("mnist"), classes=("7", "C/c", "a"))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("c__1.png", "C/c"),
        ("C__1.png", "C/c"),
        ("a__1.png", "a"),
        ("A__1.png", None),
        ("c.png", None),
    ],
)
def test_any_character_of_a_merged_class_is_a_label(
    tmp_path: Path, name: str, label: str | None
) -> None:
    """A file cannot be called C/c."""
    path = tmp_path / name
    path.write_text("no picture")

    record = answer(Mock(Predictor), path, SPEC, labelled=True)

    assert record["label"] == label
