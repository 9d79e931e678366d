"""A run is tested on another data set, and keeps the scores beside its own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import cli
from core.config import MlpConfig, TrainingConfig
from core.datasets import catalog, store
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec, write_spec
from core.errors import ArtifactError
from core.jobs import worker
from core.jobs.kinds import evaluate
from core.jobs.kinds.evaluate import Evaluate
from core.records import RunScores, RunStatus
from core.runs.store import RunStore
from tests.small_data import dimensions, predictions, write_predictions

RUN_CLASSES = ("C/c", "A", "a", "7")
STRIPES = (0, 1, 2, 3, 0, 0)
"""Which stripe is bright in each test image: the class that the model sees there."""
LABELS = (0, 1, 1, 2, 2, 2)

Make = Callable[..., Dataset]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a network that sees which of four stripes is the brightest."""
    from core.models import architectures, export  # noqa: PLC0415

    num_classes = len(RUN_CLASSES)
    model = architectures.build(MlpConfig(hidden=()), dimensions(num_classes))
    kernel = np.zeros((28, 28, num_classes), np.float32)
    for number in range(num_classes):
        kernel[number * 4 : number * 4 + 4, :, number] = 5 / 112
    model.get_layer("probabilities").set_weights(
        [kernel.reshape(784, num_classes), np.zeros(num_classes, np.float32)]
    )
    path = tmp_path_factory.mktemp("model") / "model.tflite"
    export.save_litert(model, path)
    return path


def spec_of(name: str, *classes: str, side: int = 28) -> DatasetSpec:
    """Describe a data set."""
    return DatasetSpec(
        name=name,
        title=name.title(),
        classes=classes,
        image_shape=(side, side),
        ink_style="emnist",
        num_train=1,
        num_test=1,
    )


@pytest.fixture
def run_id(run_store: RunStore, model_file: Path, tmp_path: Path) -> str:
    """Put a run into the store whose data set is not here any more."""
    config = TrainingConfig(dataset="gone")
    made = run_store.create(config, name="run")
    run_store.start(made)
    described = write_spec(spec_of("gone", *RUN_CLASSES))
    run_store.note_dataset(made, described, fingerprint="f00")
    files = tmp_path / "files"
    write_predictions(files, predictions())
    (files / "model.tflite").write_bytes(model_file.read_bytes())
    scores = RunScores(test_accuracy=0.5, test_size=3)
    run_store.save_results(made, scores=scores, files=files)
    run_store.finish(made)
    return made


@pytest.fixture
def make() -> Make:
    """Make a data set of stripes in the home."""

    def write(
        name: str = "other",
        classes: tuple[str, ...] = ("c", "A/a", "7"),
        *,
        side: int = 28,
        strength: int = 255,
    ) -> Dataset:
        images = np.zeros((len(STRIPES), side, side), np.uint8)
        for image, stripe in zip(images, STRIPES, strict=True):
            image[stripe * 4 : stripe * 4 + 4] = strength
        with store.create(spec_of(name, *classes, side=side)) as draft:
            for part in ("train", "test"):
                draft.content.append(part, images, np.array(LABELS, np.uint8))
        return store.load(name)

    return write


def perform(run_store: RunStore, task: Evaluate) -> str:
    """Do a task; return why it failed."""
    job_id = task.create(run_store, name="evaluate")
    worker.perform(job_id)
    return run_store.job(job_id).reason


def test_scores_and_predictions_are_kept_with_the_run(
    run_store: RunStore, run_id: str, make: Make
) -> None:
    """Four of six: a 7 is taken for C/c twice."""
    dataset = make()
    task = Evaluate.on(run_store.get(run_id), dataset)

    assert perform(run_store, task) == ""

    made = run_store.attachment(run_id, task.result_name, key=task.key)
    assert made is not None
    assert (made.metrics["accuracy"], made.metrics["n"]) == (pytest.approx(4 / 6), 6)
    found = evaluate.read(run_store, run_id, made)
    assert (found.scores.accuracy.successes, found.scores.accuracy.total) == (4, 6)
    assert found.scores.confusion[3].tolist() == [2, 0, 0, 1]
    assert (found.classes, found.dataset) == (RUN_CLASSES, dataset.spec)
    said = evaluate.predictions(run_store, run_id, made)
    assert said.labels.tolist() == [0, 1, 2, 3, 3, 3]
    assert said.probabilities.argmax(axis=1).tolist() == list(STRIPES)


def test_each_data_set_has_a_place_of_its_own(
    run_store: RunStore, run_id: str, make: Make
) -> None:
    """The run's own scores stay what they are."""
    run = run_store.get(run_id)
    for name, strength in (("other", 255), ("weak@2", 90)):
        task = Evaluate.on(run, make(name, strength=strength))
        assert perform(run_store, task) == ""

    found = run_store.attachments(run_id)

    titles = {each.title for each in found}
    assert titles == {"Evaluation on other", "Evaluation on weak@2"}
    assert run_store.get(run_id).scores.test_accuracy == 0.5


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"classes": ("c", "B", "7")}, "does not know 1 of 3: B"),
        (
            {"side": 32},
            "Expected images of 28 x 28 pixels, which the run takes, got 32",
        ),
    ],
    ids=["classes", "size"],
)
def test_a_data_set_that_does_not_fit_is_refused(
    run_store: RunStore,
    run_id: str,
    make: Make,
    changed: dict[str, object],
    told: str,
) -> None:
    task = Evaluate.on(run_store.get(run_id), make(**changed))

    assert told in perform(run_store, task)
    assert run_store.attachments(run_id) == ()


def test_another_data_set_of_that_name_is_not_tested(
    run_store: RunStore, run_id: str, make: Make
) -> None:
    task = Evaluate.on(run_store.get(run_id), make())
    store.delete("other")
    make(strength=80)

    assert "another data set now" in perform(run_store, task)


@pytest.mark.parametrize("style", ["mnist", "emnist"])
def test_another_ink_style_is_remarked(
    run_store: RunStore, run_id: str, make: Make, style: str
) -> None:
    """It explains a low accuracy better than the network does."""
    dataset = make()
    path = catalog.folder_of("other") / catalog.CARD
    card = json.loads(path.read_text())
    card["spec"]["ink_style"] = style
    path.write_text(json.dumps(card))
    task = Evaluate.on(run_store.get(run_id), dataset)

    perform(run_store, task)

    (made,) = run_store.attachments(run_id)
    remarks = evaluate.read(run_store, run_id, made).remarks
    assert len(remarks) == (1 if style == "mnist" else 0)


def test_damaged_scores_are_told(run_store: RunStore, run_id: str, make: Make) -> None:
    perform(run_store, Evaluate.on(run_store.get(run_id), make()))
    (made,) = run_store.attachments(run_id)
    run_store.artifact(run_id, made.path_of(evaluate.SCORES)).write_text("{}")

    with pytest.raises(ArtifactError, match="Evaluate it again"):
        evaluate.read(run_store, run_id, made)


def test_the_terminal_tests_a_run_once(
    run_store: RunStore,
    run_id: str,
    make: Make,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The second time the scores are there already."""
    fingerprint = make().fingerprint
    words = ["evaluate", "--run", run_id, "--dataset", "other"]

    for _ in range(2):
        assert cli.main([*words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert cli.main(words) == 0

    assert printed["run_id"] == run_id
    assert printed["fingerprint"] == fingerprint
    assert (printed["accuracy"], printed["n"]) == (pytest.approx(4 / 6), 6)
    assert printed["accuracy_low"] < 4 / 6 < printed["accuracy_high"]
    assert "confusion" not in capsys.readouterr().out
    jobs = [job for job in run_store.jobs() if job.kind == "evaluate"]
    assert [job.status for job in jobs] == [RunStatus.FINISHED]


def test_the_terminal_says_why_it_cannot(
    run_store: RunStore,
    run_id: str,
    make: Make,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(classes=("c", "B", "7"))

    assert cli.main(["evaluate", "--run", run_id, "--dataset", "other"]) == 1

    assert "does not know 1 of 3: B" in capsys.readouterr().err
    assert run_store.get(run_id).status is RunStatus.FINISHED


def test_a_task_is_read_back_as_it_was_written() -> None:
    task = Evaluate(subject="1", dataset="letters@2", fingerprint="f00")

    assert Evaluate.from_document(task.document()) == task
