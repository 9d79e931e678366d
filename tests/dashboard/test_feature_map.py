"""The feature map on Evaluate."""

from collections.abc import Callable

import numpy as np
import pytest

from core.jobs import worker
from core.runs.store import RunStore
from dashboard import state
from dashboard.figure import Selection
from dashboard.widgets.common import chosen_images
from tests.dashboard.app import captions, figure, open_app


def test_the_map_is_made_once_and_its_images_can_be_chosen(
    store: RunStore, finish_run: Callable[..., str]
) -> None:
    """Asked for on the page, made by a worker, and then it is with the run."""
    run_id = finish_run()
    page = open_app("evaluate", analysis="Feature map")
    page.button(key="make_projection").click().run()
    (job,) = (job for job in store.jobs() if job.subject == run_id)
    worker.perform(job.id)

    app = open_app("evaluate", analysis="Feature map", points="3,5,x,123456")

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
