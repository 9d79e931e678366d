"""Draw: whether an answer is given, and what several runs say of one drawing."""

from collections.abc import Callable

import numpy as np
import pytest

from core.errors import ArtifactError
from core.evaluation import novelty
from core.evaluation.novelty import Reference
from core.imaging.strokes import Strokes
from dashboard import canvas, image_results, results
from dashboard.widgets.draw import verdict
from tests.dashboard.app import figure, open_app, text

Make = Callable[[str], None]
UNITS = 16


@pytest.fixture(autouse=True)
def vertical_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stroke on the canvas, which needs a browser otherwise."""
    path = np.array([(140, 60), (140, 220)], np.float32)
    drawn = Strokes((path,), (20.0,), (canvas.SIDE, canvas.SIDE))
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: drawn)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Compare drawings with made-up images, of which the network is that confident."""

    def compare(*, where: str, confidence: float) -> None:
        known, given = np.eye(UNITS)[:1], np.eye(UNITS)[0 if where == "near" else 1]
        made = novelty.fit(
            known, np.tile(known, (100, 1)), np.full(100, confidence), is_held_out=True
        )
        monkeypatch.setattr(results, "reference", lambda _: made)
        monkeypatch.setattr(image_results, "_features_of", lambda *_, **__: given)

    return compare


@pytest.mark.usefixtures("usable_run")
@pytest.mark.parametrize(
    ("where", "confidence", "expected"),
    [
        ("near", 0.01, ""),
        (
            "near",
            1.01,
            "**Not sure**: for an answer, the confidence has to be at least",
        ),
        ("far", 0.01, "**This looks like none of the classes**: its distance"),
    ],
    ids=["answered", "not sure", "none of the classes"],
)
def test_the_verdict_is_told_beside_the_answer(
    compared: Callable[..., None], where: str, confidence: float, expected: str
) -> None:
    """The predicted class and all probabilities stay visible with each."""
    compared(where=where, confidence=confidence)

    app = open_app("draw", drawing=verdict.WHERE)

    assert [each.value[: len(expected)] for each in app.warning] == [expected] * bool(
        expected
    )
    assert "Answers 97 % of its validation images." in text(app)
    assert app.metric[0].value == "1"
    assert "; next " in app.metric[0].delta
    assert len(figure(app, "answer_bars")["data"][0]["x"]) == 10


@pytest.mark.usefixtures("usable_run")
def test_a_run_without_thresholds_offers_to_compute_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of an earlier version, or an ensemble; damaged ones are no reason to fail."""
    monkeypatch.setattr(verdict.results, "reference", _raise)

    app = open_app("draw", drawing=verdict.WHERE)

    assert "not known yet when this run should not answer" in text(app)
    assert app.metric[0].value == "1"
    assert not app.exception


def _raise(_: object) -> Reference:
    message = "damaged"
    raise ArtifactError(message)


def test_several_runs_answer_the_same_drawing(usable_run: str) -> None:
    """That of the page is among them, whatever a link says."""
    app = open_app("draw", drawing="Several runs", answers_of=["gone"])

    assert app.multiselect(key="answers_of").options
    table = app.table[0].value
    assert table["Predicted class"].tolist() == ["1"]
    assert figure(app, "several_bars_0")["data"][0]["y"][0] is not None
    assert not app.exception
    assert usable_run
