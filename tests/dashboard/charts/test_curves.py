"""Learning curves."""

import math

import plotly.graph_objects as go
import pytest

from dashboard.charts.curves import Quantity, Series, learning_curves
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
    return learning_curves(
        quantity, series, epochs=epochs, best_epoch=best_epoch, palette=LIGHT
    )


def test_accuracy_is_in_percent_and_each_role_has_its_colour() -> None:
    """Blue is training and vermilion is validation on every page."""
    training, validation = draw("Accuracy", TRAINING, VALIDATION).data

    assert training.y == pytest.approx((91, 95, 97.5))
    assert training.line.color == LIGHT.training
    assert validation.x == (1.0, 2.0)
    assert validation.line.color == LIGHT.validation
    assert validation.hovertemplate == "Validation: %{y:.2f} %<extra></extra>"


def test_loss_is_drawn_as_it_is() -> None:
    (line,) = draw("Loss", Series("Training", (1.0,), (2.3,), "training")).data

    assert line.y == (2.3,)
    assert line.hovertemplate == "Training: %{y:.4f}<extra></extra>"


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=["nan", "infinite"])
def test_loss_that_is_no_number_leaves_a_gap(bad: float) -> None:
    """A line drawn across would hide that training diverged."""
    figure = draw("Loss", Series("Training", (1.0, 2.0, 3.0), (1, bad, 2), "training"))

    assert figure.data[0].y == (1, None, 2)
    assert figure.data[0].connectgaps is False
    assert "NaN" not in figure.to_json()


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
    assert figure.layout.height == draw(quantity, TRAINING).layout.height


def test_epoch_axis_is_as_long_as_the_run_from_the_start() -> None:
    assert draw("Loss", TRAINING, epochs=10).layout.xaxis.range == (0, 10)
    assert draw("Loss", TRAINING).layout.xaxis.title.text == "Epoch"


def test_best_epoch_is_marked_and_named() -> None:
    """The last epoch shown instead of the best is a known complaint."""
    figure = draw("Accuracy", TRAINING, best_epoch=2)

    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (2, 2)
    assert figure.layout.shapes[0].line.dash == "dash"
    assert figure.layout.annotations[0].text == "Lowest validation loss: epoch 2"


@pytest.mark.parametrize(("best", "anchor"), [(2, "left"), (9, "right")])
def test_label_of_the_best_epoch_stays_inside(best: int, anchor: str) -> None:
    figure = draw("Accuracy", TRAINING, best_epoch=best)

    assert figure.layout.annotations[0].xanchor == anchor


def test_no_best_epoch_no_mark() -> None:
    assert not draw("Accuracy", TRAINING).layout.shapes


def test_live_line_is_thin_and_shares_the_legend_of_its_thick_one() -> None:
    live, thick = draw("Accuracy", LIVE, TRAINING).data

    assert live.x == (0.25, 0.5)
    assert live.line.width < thick.line.width
    assert live.showlegend is False
    assert thick.showlegend is True


def test_live_line_alone_is_named() -> None:
    """In the first epoch there is no other."""
    (live,) = draw("Accuracy", LIVE).data

    assert live.showlegend is True


def test_zoom_survives_new_points() -> None:
    """Plotly keeps it while this value stays the same and the figure is kept."""
    assert (
        draw("Loss", TRAINING).layout.uirevision
        == draw("Loss", TRAINING, VALIDATION).layout.uirevision
        is not None
    )
