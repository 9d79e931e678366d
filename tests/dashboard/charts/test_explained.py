"""What explains an answer: ink that matters, pixels that decide."""

import numpy as np
import pytest

from dashboard.charts.explained import decisive_view, mark_point, worth_view
from dashboard.charts.scatter import class_scatter
from dashboard.charts.theme import DARK, LIGHT, Palette


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_ink_for_a_class_is_blue_and_ink_against_it_vermilion(palette: Palette) -> None:
    """On one scale with 0 in the middle, named by the classes."""
    image = np.zeros((28, 28), np.float32)
    image[4, 5], image[6, 7] = 1, 0.5
    worth = np.full((28, 28), 9, np.float32)
    worth[4, 5], worth[6, 7] = 0.4, -0.2

    _, film = worth_view(image, worth, names=("<4>", "9"), palette=palette).data

    assert (film.z[4][5], film.z[6][7]) == (np.float32(0.4), np.float32(-0.2))
    assert np.isnan(film.z[0][0])
    assert -film.zmin == film.zmax == np.float32(0.4)
    assert film.colorbar.ticktext == ("for 9", "neither", "for &lt;4>")
    red, blue = film.colorscale[0][1], film.colorscale[-1][1]
    for shown, colour in ((red, palette.validation), (blue, palette.training)):
        parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert shown.startswith(f"rgba({parts[0]},{parts[1]},{parts[2]},")


def test_only_the_pixels_that_decide_are_marked() -> None:
    changed = np.zeros((28, 28), bool)
    changed[3, 4] = True

    _, marks = decisive_view(np.ones((28, 28), np.float32), changed, palette=LIGHT).data

    assert np.argwhere(~np.isnan(marks.z)).tolist() == [[3, 4]]


def test_one_image_stands_out_among_the_points() -> None:
    figure = class_scatter(
        np.zeros((2, 2), np.float32),
        np.zeros(2, np.uint8),
        classes=("a", "b"),
        indices=np.arange(2),
        axis_titles=("x", "y"),
        palette=LIGHT,
    )

    mark_point(figure, np.array([3, 4], np.float32), name="This image")

    star = figure.data[-1]
    assert (list(star.x), list(star.y), star.name) == ([3], [4], "This image")
