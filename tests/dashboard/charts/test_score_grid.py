"""The heat map of two settings."""

import plotly.graph_objects as go
import pytest

from dashboard.charts.score_grid import Axis, Cell, score_grid
from dashboard.charts.theme import DARK, LIGHT, Palette, contrast

RATES = Axis(title="Learning rate", values=("0.001", "0.01", "0.1"))
DROPOUTS = Axis(title="Dropout <b>", values=("off", "a value longer than that"))
SCORES = {(0, 0): 0.97, (0, 1): 0.98, (1, 0): 0.99, (2, 1): 0.95}


def draw(*, is_low_good: bool = False, palette: Palette = LIGHT) -> go.Figure:
    """Draw three rates by two dropouts, of which two have no score yet."""
    cells = {
        (row, column): Cell(
            score=SCORES.get((row, column)),
            text=f"{row}{column}",
            caption=f"row {row}, column {column}",
        )
        for row in range(3)
        for column in range(2)
    }
    return score_grid(
        RATES,
        DROPOUTS,
        cells=cells,
        best=(1, 0),
        is_low_good=is_low_good,
        palette=palette,
    )


def test_rows_go_down_and_columns_across() -> None:
    """A transposed grid looks just as convincing."""
    figure = draw()

    (heat,) = figure.data
    shades = [list(row) for row in heat.z]
    assert [[shade is None for shade in row] for row in shades] == [
        [False, False],
        [False, True],
        [True, False],
    ]
    assert figure.layout.xaxis.title.text == "Dropout &lt;b>"
    assert figure.layout.yaxis.ticktext == RATES.values
    assert figure.layout.meta["cells"]["captions"][3] == "row 1, column 1"
    written = {(note.y, note.x): note.text for note in figure.layout.annotations}
    assert written[2, 1] == "21"


@pytest.mark.parametrize(("is_low_good", "best"), [(False, (1, 0)), (True, (2, 1))])
def test_the_better_the_more_ink(is_low_good: bool, best: tuple[int, int]) -> None:  # noqa: FBT001
    (heat,) = draw(is_low_good=is_low_good).data

    shades = {place: heat.z[place[0]][place[1]] for place in SCORES}
    assert max(shades, key=shades.__getitem__) == best
    assert min(shades.values()) > 0


def test_the_best_is_outlined_and_the_keyboard_begins_there() -> None:
    figure = draw()

    (shape,) = figure.layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (-0.5, 0.5, 0.5, 1.5)
    assert figure.layout.meta["cells"]["start"] == 2


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read_on_their_cells(palette: Palette) -> None:
    figure = draw(palette=palette)
    (heat,) = figure.data
    last = len(palette.sequential) - 1

    for note in figure.layout.annotations:
        shade = heat.z[note.y][note.x]
        colour = (
            palette.line if shade is None else palette.sequential[round(shade * last)]
        )
        assert contrast(note.font.color, colour) >= 4.5


def test_a_single_score_is_drawn() -> None:
    """There is no range to spread over."""
    cells = {(0, 0): Cell(score=0.5, text="50", caption="")}
    axis = Axis(title="x", values=("1",))

    figure = score_grid(
        axis, axis, cells=cells, best=(0, 0), is_low_good=False, palette=LIGHT
    )

    assert 0 < figure.data[0].z[0][0] < 1
