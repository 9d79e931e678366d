"""What a page shows of an analysis that is not there yet, by the example of one."""

from collections.abc import Callable

import pytest

from core.jobs.kinds.projection import Project
from core.records import Report
from core.runs.store import RunStore
from dashboard import services
from tests.dashboard.app import open_app, text

MakeRun = Callable[..., str]


@pytest.fixture
def job(store: RunStore, finish_run: MakeRun) -> str:
    """Put a finished run into the store, and an analysis of it that waits."""
    task = Project(subject=finish_run())
    return task.create(store, name="Feature map of fast-mlp")


@pytest.mark.usefixtures("finished_run")
def test_an_analysis_is_offered() -> None:
    """With what one gets, and about how long it takes."""
    app = open_app("evaluate", analysis="Feature map", projection="t-SNE")

    assert "It takes a minute or two" in text(app)
    assert app.button(key="make_projection").label == "Compute the feature map"


@pytest.mark.usefixtures("job")
def test_one_that_waits_says_so_and_is_not_offered_again() -> None:
    app = open_app("evaluate", analysis="Feature map", projection="t-SNE")

    assert not [button for button in app.button if button.key == "make_projection"]
    assert app.get("progress")[0].proto.text == "Queued: 1st of 1"


def test_one_that_is_being_made_says_what_is_done(store: RunStore, job: str) -> None:
    store.start(job)
    store.log(job, [Report(share=0.25, text="finding directions")])

    app = open_app("evaluate", analysis="Feature map", projection="t-SNE")

    assert app.get("progress")[0].proto.text == "Finding directions"
    assert app.get("progress")[0].proto.value == 25


def test_one_that_waits_can_be_cancelled(store: RunStore, job: str) -> None:
    app = open_app("evaluate", analysis="Feature map", projection="t-SNE")

    app.button(key=f"cancel_{job}").click().run()

    assert store.job(job).status.is_over
    assert app.button(key="make_projection")


def test_one_that_failed_says_why_and_is_offered_again(
    store: RunStore, job: str
) -> None:
    store.start(job)
    store.fail(job, "The *disk* is full.")

    app = open_app("evaluate", analysis="Feature map", projection="t-SNE")

    assert app.error[0].value == "The \\*disk\\* is full."
    assert app.button(key="make_projection")


def test_what_waits_is_in_the_queue_on_train(job: str) -> None:
    """Whoever waits for a training sees what is before it."""
    app = open_app("train")

    rows = [each.value for each in app.markdown if each.value[:1].isdecimal()]
    assert rows == ["1\\. **Feature map of fast-mlp**"]
    assert app.button(key=f"cancel_{job}")


def test_what_is_worked_on_is_seen_on_train(store: RunStore, job: str) -> None:
    """It has no curves, but it keeps the worker busy."""
    store.start(job)
    store.log(job, [Report(share=0.5, text="finding directions")])

    app = open_app("train")

    texts = [each.proto.text for each in app.get("progress")]
    assert "Feature map of fast-mlp, finding directions" in texts


def test_train_says_that_what_waited_goes_on(store: RunStore, job: str) -> None:
    """After a restart of the server, and how to end it."""
    store.annotate(job, tags={"inklab.adopted": "1.0"})

    assert "1 task was queued when Inklab was closed" in text(open_app("train"))

    services.cancel_run(job)
    assert "queued when" not in text(open_app("train"))


def test_a_run_says_what_was_found_out_about_it(store: RunStore, job: str) -> None:
    """And what could not be."""
    store.start(job)
    store.fail(job, "The disk is full.")
    run_id = store.job(job).subject

    app = open_app("runs", runs=run_id)
    app.session_state[f"analyses_{run_id}"] = True
    app.run()

    assert "- Feature map of fast-mlp (failed), requested" in text(app)
