"""What a model card says of the classes."""

import dataclasses

import numpy as np

from core.datasets import catalog
from core.handover.class_rows import describe_classes
from core.types import Counts


def describe(classes: tuple[str, ...], matrix: Counts) -> list[str]:
    """Return the lines about classes of which nothing else is known."""
    spec = dataclasses.replace(catalog.spec("mnist"), classes=classes)
    return describe_classes(spec, matrix).splitlines()


def test_few_classes_stay_in_order() -> None:
    lines = describe(("0", "1"), np.array([[9, 1], [5, 5]]))

    assert [line.split()[1] for line in lines[-2:]] == ["0", "1"]
    assert lines[-1] == "| 1 | 50.00 % (23.66 % to 76.34 %) | 10 |"


def test_many_classes_come_the_lowest_first_with_the_confused_pairs() -> None:
    """Of sixty-two rows nobody reads more than the first few."""
    matrix = np.diag([10] * 62)
    matrix[24, [24, 0]] = 4, 6

    lines = describe(tuple(f"c{at}" for at in range(62)), matrix)

    assert "n, the lowest first:" in " ".join(lines)
    assert lines[lines.index("|---|---|---|") + 1].startswith("| c24 | 40.00 %")
    assert lines[-1] == "| c24 | c0 | 6 of 10 (60.00 %) |"


def test_many_classes_without_a_mistake_have_no_pairs() -> None:
    lines = describe(tuple(f"c{at}" for at in range(13)), np.diag([10] * 13))

    assert not any("confused" in line for line in lines)


def test_names_are_data() -> None:
    """A class called `|` would make a row of four columns."""
    lines = describe(("|", "<b>"), np.diag([1, 1]))

    assert lines[-2].startswith("| \\| | 100.00 %")
    assert "\\<b" in lines[-1]
