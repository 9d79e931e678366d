"""The feature map on Evaluate."""

from collections.abc import Callable

from core.jobs import worker
from core.runs.store import RunStore
from tests.dashboard.app import captions, figure, open_app


def test_the_map_is_made_once_and_its_images_can_be_chosen(
    store: RunStore, finish_run: Callable[..., str]
) -> None:
    """Asked for on the page, made by a worker, and then it is with the run."""
    run_id = finish_run()
    open_app("evaluate").button(key="make_projection").click().run()
    (job,) = (job for job in store.jobs() if job.subject == run_id)
    worker.perform(job.id)

    app = open_app("evaluate", points="3,5,x,123456")

    assert len(figure(app, "feature_map")["data"]) == 10
    assert len(captions(app, "chosen_images")) == 2
    assert app.button(key="remove_points").label == "2 selected images"
