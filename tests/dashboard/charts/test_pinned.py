"""The curves of a pinned drawing."""

import numpy as np
import pytest

from dashboard.charts.pinned import NUM_NAMED, NUM_OTHERS, pinned_curves
from dashboard.charts.theme import DARK, LIGHT, Palette

CLASSES = tuple(str(digit) for digit in range(10))


def probabilities(num_epochs: int, num_classes: int) -> np.ndarray:
    """Make probabilities in which class 3 wins, and class 8 led at first."""
    made = np.full((num_epochs, num_classes), 0.01, np.float32)
    made[:, 3] = np.linspace(0.1, 0.9, num_epochs)
    made[:, 8] = np.linspace(0.8, 0.05, num_epochs)
    return made


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_likeliest_classes_are_named_and_the_others_grey(palette: Palette) -> None:
    """A class that led at first stays named."""
    figure = pinned_curves(
        probabilities(4, 10),
        epochs=(1, 2, 3, 4),
        classes=CLASSES,
        num_epochs=10,
        view="run",
        palette=palette,
    )

    named = [line for line in figure.data if line.showlegend]
    assert {"3", "8"} <= {line.name for line in named}
    assert len(named) == NUM_NAMED
    assert len(figure.data) == len(CLASSES)
    others = {line.line.color for line in figure.data if not line.showlegend}
    assert others == {palette.line}
    three = next(line for line in named if line.name == "3")
    assert three.x == (1, 2, 3, 4)
    assert three.y[-1] == pytest.approx(90.0)
    assert three.line.color == palette.classes[3]
    assert tuple(figure.layout.xaxis.range) == (0, 10)


def test_sixty_two_classes_are_not_sixty_two_lines() -> None:
    """What was never likely says nothing; a name cannot be read as markup."""
    classes = ("<b>", *(f"class {number}" for number in range(61)))

    figure = pinned_curves(
        probabilities(3, 62),
        epochs=(2, 3, 5),
        classes=classes,
        num_epochs=5,
        view="run",
        palette=LIGHT,
    )

    assert len(figure.data) == NUM_NAMED + NUM_OTHERS
    assert all("<b>" not in line.name for line in figure.data)


def test_before_the_first_epoch_there_is_nothing_to_draw() -> None:
    """It is no error either."""
    figure = pinned_curves(
        np.empty((0, 10), np.float32),
        epochs=(),
        classes=CLASSES,
        num_epochs=5,
        view="run",
        palette=LIGHT,
    )

    assert all(len(line.y) == 0 for line in figure.data)
