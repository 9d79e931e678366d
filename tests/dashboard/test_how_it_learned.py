"""How a run learned, on Evaluate."""

import numpy as np
import pytest

from core.datasets.store import Dataset
from core.predictions import VALIDATION, Validation
from core.runs.store import RunStore
from dashboard import state
from tests.dashboard.app import captions, figure, open_app, text


@pytest.fixture
def run_with_epochs(store: RunStore, finished_run: str, mnist: Dataset) -> str:
    """Keep predictions of 20 validation images after three epochs."""
    labels = np.array(mnist.train.labels[:20])
    by_epoch = np.stack([labels, labels, labels])
    by_epoch[0, :3] = by_epoch[2, 4] = by_epoch[:, 5] = (labels[0] + 1) % 10
    said = Validation(
        indices=np.arange(20),
        labels=labels,
        probabilities=np.full((20, 10), 0.1, np.float32),
        by_epoch=by_epoch,
    )
    said.save(store.artifact(finished_run, "predictions.npz").parent / VALIDATION)
    return finished_run


@pytest.mark.usefixtures("finished_run")
def test_run_that_kept_no_epochs_says_why() -> None:
    """Runs of earlier versions have none."""
    app = open_app("evaluate", analysis="How it learned")

    assert "kept no predictions after its epochs" in text(app)


@pytest.mark.usefixtures("run_with_epochs")
def test_playing_goes_from_epoch_to_epoch_and_ends() -> None:
    app = open_app("evaluate", analysis="How it learned")
    app.button(key="play_epochs").click().run()
    shown = [app.session_state[state.SHOWN_EPOCH]]
    while app.session_state[state.PLAYING]:
        shown.append(app.run().session_state[state.SHOWN_EPOCH])

    assert sorted({*shown}) == [1, 2, 3]
    assert shown == sorted(shown)


@pytest.mark.usefixtures("run_with_epochs")
def test_images_are_listed_by_how_they_were_learned() -> None:
    app = open_app("evaluate", analysis="How it learned", learned="Forgotten")

    assert len(captions(app, "learned_images")) == 1
    assert len(figure(app, "class_curves")["data"]) > 0


@pytest.mark.usefixtures("run_with_epochs")
def test_cell_of_an_epoch_shows_its_images(mnist: Dataset) -> None:
    """The first three are wrong only after the first epoch, the sixth in all."""
    true, wrong = int(mnist.train.labels[5]), (int(mnist.train.labels[0]) + 1) % 10

    app = open_app(
        "evaluate", analysis="How it learned", learned_cell=f"{true}-{wrong}"
    )

    assert captions(app, "learned_cell") == ["training image 5"]
