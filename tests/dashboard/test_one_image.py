"""The sample card: why a run predicts an image as it does."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.config import MlpConfig, TrainingConfig
from core.datasets.store import Dataset
from core.jobs.kinds.training_images import PredictTraining
from core.predictions import Predictions
from core.records import ARRAYS, Attachment, RunScores
from core.runs.store import RunStore
from dashboard import canvas
from tests import small_data
from tests.dashboard.app import alerts, captions, figure, open_app, text
from tests.dashboard.test_draw_page import bar

STEP = 49
"""Each 49th pixel is kept as a feature: the network has no hidden layer."""


@pytest.fixture
def run(
    store: RunStore,
    made_up: Predictions,
    mnist: Dataset,
    trained_model: Path,
    tmp_path: Path,
) -> str:
    """Put a run into the store whose model and features are those of its recipe."""
    files = tmp_path / "files"
    pixels = mnist.test.images.reshape(-1, 784)[:, ::STEP] / np.float32(255)
    small_data.write_predictions(
        files,
        Predictions(
            labels=made_up.labels,
            probabilities=made_up.probabilities,
            features=pixels.astype(np.float32),
        ),
    )
    shutil.copy(trained_model, files)
    run_id = store.create(TrainingConfig(network=MlpConfig(hidden=())), name="flat")
    store.start(run_id)
    store.log(run_id, [small_data.progress(10.0)])
    scores = RunScores(test_accuracy=0.975, test_size=10_000, train_seconds=1.0)
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
    return run_id


@pytest.mark.usefixtures("run")
def test_ink_is_shown_for_the_predicted_class_and_for_any_other() -> None:
    """Of a wrong answer, the rival is the true class; a class is not its own."""
    app = open_app("evaluate", image="40")

    shown = text(app)
    assert "Test image 40: 1 predicted as 6" in shown
    assert "Blue ink speaks for **6**, red ink for **1**" in shown
    assert len(figure(app, "card_worth")["data"]) == 2

    app = open_app("evaluate", image="40", **{"for": "4", "against": "9"})
    assert "Blue ink speaks for **4**, red ink for **9**" in text(app)

    app.selectbox(key="against").select("4").run()
    assert any("cannot be its own rival" in each for each in alerts(app))


@pytest.mark.usefixtures("run")
def test_an_empty_choice_in_an_address_is_the_first_one() -> None:
    app = open_app("evaluate", image="40", card="", analysis="Feature map", colour="")
    assert not app.exception
    assert "Blue ink speaks for" in text(app)

    app = open_app("evaluate", analysis="")
    assert not app.exception
    assert "Scores" in text(app)


@pytest.mark.usefixtures("run")
def test_small_changes_and_decisive_pixels_are_told_in_words() -> None:
    app = open_app("mistakes", card="Small changes")
    assert len(captions(app, "card_variants")) == 18
    assert "of 18 (" in text(app)

    app = open_app("mistakes", card="What would change it")
    assert "it is predicted as" in text(app)
    assert len(figure(app, "card_decisive")["data"]) == 2


def test_similar_training_images_are_there_by_pixels_and_then_by_features(
    run: str, store: RunStore, mnist: Dataset, tmp_path: Path
) -> None:
    """The features of the training images are a task; the pixels need none."""
    task = PredictTraining(subject=run)
    features = mnist.train.images.reshape(-1, 784)[:, ::STEP] / np.float32(255)
    app = open_app("evaluate", image="0", card="Similar images")
    assert len(captions(app, "card_by_pixels")) == 8
    assert app.button(key="make_training-images")
    assert "of 8 have its label, 7" in text(app)

    folder = tmp_path / "made"
    folder.mkdir()
    np.savez(folder / ARRAYS, features=features.astype(np.float16))
    made = Attachment(name=task.result_name, title=task.title, key=task.key)
    store.attach(run, made, folder)

    app = open_app("evaluate", image="0", card="Similar images")
    found = captions(app, "card_by_features")
    query = mnist.test.images[0].reshape(-1)[::STEP] / 255
    nearest = np.linalg.norm(features - query, axis=1).argmin()
    assert f"training image {nearest:,}" in found[0]


@pytest.mark.usefixtures("run")
def test_the_image_is_marked_on_the_feature_map_and_layers_are_shown() -> None:
    """Below that, Evaluate shows the weights of the first layer."""
    app = open_app("evaluate", image="3", card="Feature map")
    assert figure(app, "card_place")["data"][-1]["name"] == "This image"

    app = open_app("evaluate", image="3", analysis="Inside the network")
    assert len(captions(app, "first_weights")) == 10
    assert "Only rectified units" in text(app)
    assert "How test image 3 flows through it" in text(app)


@pytest.mark.usefixtures("run")
def test_a_drawing_flows_through_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if somebody chooses it: it would be computed at each stroke."""
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: bar())
    app = open_app("draw")
    assert "Output, 10 classes" not in text(app)

    app.session_state["drawing"] = "Inside the network"
    app.run()

    assert "**Output, 10 classes**: predicted as 1, to which the softmax gives" in text(
        app
    )


@pytest.mark.usefixtures("finished_run")
def test_without_its_model_the_card_shows_pixels_and_probabilities() -> None:
    """And says in plain words what is missing."""
    app = open_app("evaluate", image="0")

    assert figure(app, "card_bars")
    assert figure(app, "card_pixels")
    assert any("model.tflite" in each for each in alerts(app))
