"""Learning curves."""

import math
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from dashboard.charts.curves import (
    MAX_LIVE_POINTS,
    Quantity,
    Series,
    learning_curves,
)
from dashboard.charts.theme import LIGHT

TRAINING = Series("Training", (1.0, 2.0, 3.0), (0.91, 0.95, 0.975), "training")
VALIDATION = Series("Validation", (1.0, 2.0), (0.94, 0.96), "validation")
LIVE = Series("Training, live", (0.25, 0.5), (0.5, 0.7), "training", live=True)


def draw(
    quantity: Quantity,
    *series: Series,
    epochs: int = 10,
    best_epoch: int | None = None,
) -> go.Figure:
    best = None if best_epoch is None else (best_epoch, "Lowest validation loss")
    return learning_curves(
        quantity, series, epochs=epochs, best=best, view="run", palette=LIGHT
    )


def test_accuracy_is_in_percent_and_each_role_has_its_colour() -> None:
    """Blue is training and vermilion is validation on every page."""
    figure = draw("Accuracy", TRAINING, VALIDATION)
    training, validation = figure.data

    assert training.y == pytest.approx((91, 95, 97.5))
    assert training.line.color == LIGHT.training
    assert validation.x == (1.0, 2.0)
    assert validation.line.color == LIGHT.validation
    assert figure.layout.yaxis.ticksuffix == " %"


def test_loss_is_drawn_as_it_is() -> None:
    figure = draw("Loss", Series("Training", (1.0,), (2.3,), "training"))

    assert figure.data[0].y == (2.3,)
    assert figure.layout.yaxis.rangemode == "tozero"
    assert figure.layout.yaxis.title.text == "Loss (nats)"


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=["nan", "infinite"])
def test_loss_that_is_no_number_leaves_a_gap(bad: float) -> None:
    """A line drawn across would hide that training diverged."""
    figure = draw("Loss", Series("Training", (1.0, 2.0, 3.0), (1, bad, 2), "training"))

    assert figure.data[0].y == (1, None, 2)
    assert figure.data[0].connectgaps is False


@pytest.mark.parametrize(
    ("quantity", "top"), [("Accuracy", 100), ("Loss", 1)], ids=["accuracy", "loss"]
)
def test_nothing_yet_is_empty_axes_of_the_right_range(
    quantity: Quantity, top: int
) -> None:
    """The space is kept, and the first point moves nothing."""
    figure = draw(quantity, epochs=30)

    assert not figure.data
    assert figure.layout.xaxis.range == (0, 30)
    assert figure.layout.yaxis.range == (0, top)
    assert figure.layout.yaxis.autorange is True


def test_epoch_axis_is_as_long_as_the_run_from_the_start() -> None:
    axis = draw("Loss", TRAINING, epochs=10).layout.xaxis

    assert (axis.range, axis.title.text) == ((0, 10), "Epoch")


@pytest.mark.parametrize("quantity", ["Accuracy", "Loss"])
def test_more_points_leave_zoom_and_legend_as_somebody_chose_them(
    quantity: Quantity,
) -> None:
    """What a viewer changed is kept only where the figure says the same as before."""
    layouts = [
        draw(quantity, replace(TRAINING, x=TRAINING.x[:n], y=TRAINING.y[:n])).layout
        for n in (1, 2, 3)
    ]

    assert all(layout.uirevision == "run" for layout in layouts)
    for axis in ("xaxis", "yaxis"):
        assert layouts[0][axis] == layouts[1][axis] == layouts[2][axis]


def test_axis_of_accuracy_ends_at_100_percent() -> None:
    """An axis to 102 % lets nobody trust the rest."""
    limits = draw("Accuracy", TRAINING).layout.yaxis.autorangeoptions

    assert (limits.clipmin, limits.clipmax) == (0, 100)


def test_best_epoch_is_marked_and_named() -> None:
    """The last epoch shown instead of the best is a known complaint."""
    layout = draw("Accuracy", TRAINING, best_epoch=2).layout
    (line,), (label,) = layout.shapes, layout.annotations

    assert line.x0 == line.x1 == label.x == 2
    assert line.line.dash == "dash"
    assert label.text == "Lowest validation loss: epoch 2"


@pytest.mark.parametrize(("best", "anchor"), [(2, "left"), (9, "right")])
def test_label_of_the_best_epoch_stays_inside(best: int, anchor: str) -> None:
    (label,) = draw("Accuracy", TRAINING, best_epoch=best).layout.annotations

    assert label.xanchor == anchor


def test_no_best_epoch_no_mark() -> None:
    assert not draw("Loss", TRAINING).layout.shapes


def test_live_line_is_thin_and_shares_the_legend_of_its_thick_one() -> None:
    live, thick = draw("Accuracy", LIVE, TRAINING).data

    assert live.x == (0.25, 0.5)
    assert live.line.width < thick.line.width
    assert live.opacity < thick.opacity
    assert live.legendgroup == thick.legendgroup
    assert (live.showlegend, thick.showlegend) == (False, True)


@pytest.mark.parametrize(
    ("num_points", "mode"), [(1, "lines+markers"), (2, "lines")], ids=["one", "two"]
)
def test_the_first_point_within_an_epoch_can_be_seen(
    num_points: int, mode: str
) -> None:
    """A line through one point has no length."""
    line = replace(LIVE, x=LIVE.x[:num_points], y=LIVE.y[:num_points])

    assert draw("Accuracy", line).data[0].mode == mode


def test_live_line_alone_is_named() -> None:
    """In the first epoch there is no other."""
    assert draw("Accuracy", LIVE).data[0].showlegend is True


def test_long_live_line_is_thinned_but_ends_where_it_is() -> None:
    """Points stay where they are while more come, or the line would tremble."""

    def shown(number: int) -> tuple[float, ...]:
        x = tuple(float(i) for i in range(number))
        return draw("Loss", replace(LIVE, x=x, y=x), epochs=number).data[0].x

    assert len(shown(5000)) <= MAX_LIVE_POINTS + 1
    assert shown(5000)[-1] == 4999
    assert set(shown(4990)[:-1]) <= set(shown(5000))
