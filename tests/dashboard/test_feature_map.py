"""The feature map on Evaluate."""

from collections.abc import Callable

import numpy as np
import pytest
import streamlit as st

from core.datasets.exploring import maps
from core.jobs import worker
from core.runs.store import RunStore
from dashboard import state
from dashboard.charts.feature_map import (
    Points,
    View,
    add_glyphs,
    by_correctness,
    right_inks,
)
from dashboard.charts.theme import LIGHT
from dashboard.figure import Selection
from dashboard.widgets.common import chosen_images
from tests.dashboard.app import captions, figure, open_app


def test_the_map_is_made_once_and_its_images_can_be_chosen(
    store: RunStore,
    finish_run: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asked for on the page, made by a worker, and then it is with the run."""
    run_id = finish_run()
    monkeypatch.setattr(maps, "tsne", lambda features, **_: features[:, [0, 0]])
    page = open_app("evaluate", analysis="Feature map", projection="t-SNE")
    page.button(key="make_projection").click().run()
    (job,) = (job for job in store.jobs() if job.subject == run_id)
    worker.perform(job.id)

    app = open_app(
        "evaluate",
        analysis="Feature map",
        projection="t-SNE",
        points="3,5,x,123456",
    )

    assert len(figure(app, "feature_map")["data"]) == 10
    assert len(captions(app, "chosen_images")) == 2
    assert app.button(key="remove_points").label == "2 selected images"

    app.session_state[state.LASSO] = ((3, 5), 4321)
    app.run()
    assert app.button(key="remove_points").label == "2 of 4,321 selected images"


@pytest.mark.parametrize(("num", "shown"), [(0, 0), (7, 7), (201, 200), (9999, 200)])
def test_of_a_large_lasso_an_even_sample_is_shown(
    monkeypatch: pytest.MonkeyPatch, num: int, shown: int
) -> None:
    """And how many there were is told: the sample alone would be a wrong number."""
    told: list[tuple[list[int], int]] = []
    monkeypatch.setattr(
        state, "choose_points", lambda chosen, *, of: told.append((chosen, of))
    )

    chosen_images.choose(Selection((0,) * num, tuple(range(num))))

    ((chosen, of),) = told
    assert (len(chosen), of) == (shown, num)
    assert set(np.diff(chosen)) <= {num // max(shown, 1), num // max(shown, 1) + 1}


@pytest.mark.usefixtures("finished_run")
@pytest.mark.parametrize(
    ("colour", "names"),
    [
        ("Predicted class", list("0123456789")),
        ("Correctness", ["Right (9,750)", "Wrong (250)"]),
        ("Confidence", [None]),
    ],
)
def test_components_are_there_at_once_in_any_colours(
    colour: str, names: list[str | None]
) -> None:
    """Without a task."""
    app = open_app("evaluate", analysis="Feature map", colour=colour)

    shown = figure(app, "feature_map")
    assert [each.get("name") for each in shown["data"]] == names
    assert "images" not in shown["layout"]
    assert "make_projection" not in {each.key for each in app.button}


def test_zoomed_axes_are_kept_until_they_are_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A zoom may be along one axis; one in another map is none in this."""
    monkeypatch.setattr(st, "session_state", {})

    state.keep_map_view("map", {"xaxis.range[0]": 3, "xaxis.range[1]": 1.5})
    state.keep_map_view("map", {"yaxis.range[0]": 0, "yaxis.range[1]": 1})
    both = state.map_view("map")
    state.keep_map_view("map", {"yaxis.autorange": True, "dragmode": "zoom"})

    assert both == {"x": (1.5, 3), "y": (0, 1)}
    assert state.map_view("map") == {"x": (1.5, 3)}
    assert state.map_view("other") == {}


def test_points_in_view_become_glyphs_in_their_colours() -> None:
    """Where they are, and as large at any zoom."""
    points = Points(
        places=np.array([[0, 0], [2, 1], [8, 8]], np.float32),
        indices=np.array([7, 8, 9]),
        labels=np.array([0, 1, 1], np.uint8),
        predicted=np.array([0, 0, 1], np.uint8),
        confidences=np.array([0.9, 0.8, 0.7], np.float32),
        classes=("a", "b"),
    )
    view = View.of({"x": (-1, 4)}, points.places)
    chosen = view.inside(points.places)
    drawn = by_correctness(points, axis_titles=("x", "y"), palette=LIGHT)
    inks = right_inks(points, chosen, LIGHT)

    add_glyphs(
        drawn,
        points,
        np.full((2, 28, 28), 255, np.uint8),
        chosen=chosen,
        inks=inks,
        view=view,
    )

    assert chosen.tolist() == [0, 1]
    assert inks == [LIGHT.text, LIGHT.accent]
    assert [(each.x, each.y) for each in drawn.layout.images] == [(0, 0), (2, 1)]
    assert drawn.layout.images[0].sizex == pytest.approx(5 * 30 / 1000)
    assert drawn.layout.images[0].sizey == pytest.approx(8 * 30 / 440)
