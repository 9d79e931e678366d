"""Ensembles on the pages: a result like any other, but without curves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import EnsembleConfig, MlpConfig
from core.records import RunScores, RunStatus
from core.runs.store import RunStore
from tests.dashboard.app import alerts, open_app, text

CONFIG = EnsembleConfig(members=(MlpConfig(), MlpConfig()))


@pytest.fixture
def ensemble(store: RunStore, finish_run: Callable[..., str]) -> str:
    """Put an ensemble of two finished runs into the store; it waits."""
    members = [finish_run(name="first"), finish_run(name="second")]
    return store.create(CONFIG, name="pair", members=members)


@pytest.fixture
def finished_ensemble(
    store: RunStore, ensemble: str, result_files: Path, trained_model: Path
) -> str:
    """Finish it, with the made-up predictions of the other tests."""
    store.start(ensemble)
    scores = RunScores(test_accuracy=0.975, test_size=10_000)
    store.save_results(ensemble, scores=scores, files=result_files)
    store.finish(ensemble)
    folder = store.artifact(ensemble, "predictions.npz").parent
    (folder / "model.tflite").write_bytes(trained_model.read_bytes())
    return ensemble


@pytest.mark.parametrize("page", ["evaluate", "mistakes", "draw", "overview"])
def test_page_shows_an_ensemble_like_any_run(page: str, finished_ensemble: str) -> None:
    app = open_app(page, run=finished_ensemble)

    assert alerts(app) is not None
    assert not app.error
    assert not app.warning
    if page == "overview":
        networks = list(app.table[0].value["Network"])
        assert networks[0] == "2 x 784-128-64-10"


@pytest.mark.parametrize("page", ["train", "runs"])
def test_ensemble_deleted_while_it_was_saved_and_restored_can_be_looked_at(
    page: str, store: RunStore, ensemble: str, result_files: Path
) -> None:
    """It is stopped then, and has a model, but no epoch of its own."""
    store.start(ensemble)
    scores = RunScores(test_accuracy=0.975, test_size=10_000)
    store.save_results(ensemble, scores=scores, files=result_files)
    store.delete(ensemble)
    store.restore(ensemble)

    app = open_app(page, watch=ensemble, runs=ensemble)

    assert store.get(ensemble).status is RunStatus.STOPPED
    assert not app.error
    assert "97.50 %" in text(app)


def test_train_page_names_the_members_instead_of_curves(finished_ensemble: str) -> None:
    """Empty curves and dashes look like a defect."""
    app = open_app("train", watch=finished_ensemble)

    shown = text(app)
    assert "the mean of 2 networks" in shown
    assert "- first, today" in shown
    assert "- second, today" in shown
    assert list(app.metric) == []
    with pytest.raises(KeyError):
        app.get_by_key("curve_accuracy")
    assert app.success[0].value == (
        "97.50 % of 10,000 test images (97.2 to 97.8), ensemble of 2."
    )


def test_members_that_were_deleted_are_counted(
    store: RunStore, finished_ensemble: str
) -> None:
    store.delete(store.get(finished_ensemble).members[0])

    shown = text(open_app("train", watch=finished_ensemble))

    assert "- 1 deleted since" in shown
    assert "- second, today" in shown


def test_ensemble_at_work_says_so(store: RunStore, ensemble: str) -> None:
    store.start(ensemble)

    app = open_app("train", watch=ensemble)

    assert app.progress[0].text == "pair is being built, tested and saved"
    assert any("when the ensemble is made" in each.value for each in app.caption)


def test_ensemble_that_waits_can_be_stopped(store: RunStore, ensemble: str) -> None:
    app = open_app("train", watch=ensemble)
    assert app.progress[0].text == "pair is queued: 1st of 1"

    app.button(key="stop").click().run()

    assert store.get(ensemble).status is RunStatus.STOPPED
    assert "Stopped on request, without a model" in alerts(app)[0]


def test_failed_ensemble_says_why(store: RunStore, ensemble: str) -> None:
    store.start(ensemble)
    store.fail(ensemble, "Expected model.keras among the files.")

    app = open_app("train", watch=ensemble)

    assert app.error[0].value == "Expected model.keras among the files."
