"""Every kind of long work goes the same way: queue, report, stop, failure, result."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from mlflow.tracking import MlflowClient

from core.config import TrainingConfig
from core.errors import InklabError, RunStoreError, SchemaError
from core.handover import bundle
from core.jobs import executor, kinds, queue, worker
from core.jobs.kinds.ensemble import Combine
from core.jobs.kinds.projection import Project
from core.jobs.kinds.train import Train
from core.jobs.tasks import Task, TaskContext
from core.records import Lane, RunScores, RunStatus
from core.runs import logs, queue_order
from core.runs.store import RunStore
from tests.core.jobs.steps import Steps
from tests.small_data import predictions, write_predictions

ACTIONS: dict[str, Callable[[TaskContext], None]] = {}
"""What the task of a test does, by its name: a task itself is a plain value."""


class Count(Task):
    """A task for tests: it counts the images of a run, or what a test says."""

    kind: ClassVar[str] = "count"
    title: ClassVar[str] = "Count"

    action: str = "count"

    def work(self, context: TaskContext) -> None:
        """Do what the test says."""
        if self.action in ACTIONS:
            ACTIONS[self.action](context)
            return
        found = len(context.store.predictions(self.subject).labels)
        context.report(0.5, "writing the number", {"num_images": found})
        context.attach(
            self,
            write=lambda folder: (folder / "count.txt").write_text(str(found)),
            metrics={"images": found},
        )


class Fetch(Count):
    """The same as work of another lane."""

    kind: ClassVar[str] = "fetch"
    lane: ClassVar[Lane] = Lane.INPUT_OUTPUT


class Trial(Count):
    """The same as work that nobody waits for."""

    kind: ClassVar[str] = "trial"
    is_background: ClassVar[bool] = True


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process know the kinds of these tests."""
    known = {each.kind: each for each in (Count, Fetch, Trial)}
    monkeypatch.setattr(kinds, "KINDS", {**kinds.KINDS, **known})
    ACTIONS.clear()


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> dict[Lane, Steps]:
    """Put executors in the place of the real ones that do nothing by themselves."""
    made = {lane: Steps() for lane in Lane}
    monkeypatch.setattr(executor, "executor_of", made.__getitem__)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    return made


@pytest.fixture
def subject(run_store: RunStore, tmp_path: Path) -> str:
    """Put a run with predictions for three images into the store."""
    run_id = run_store.create(TrainingConfig(), name="subject")
    run_store.start(run_id)
    folder = tmp_path / "subject"
    write_predictions(folder, predictions())
    for name in ("config.json", "card.md", "model.keras", "model.tflite"):
        (folder / name).write_text(name)
    scores = RunScores(test_accuracy=0.5, test_size=3)
    run_store.save_results(run_id, scores=scores, files=folder)
    run_store.finish(run_id)
    return run_id


def done(store: RunStore, task: Task) -> str:
    """Do a task in this process, and return the id of its job."""
    job_id = task.create(store, name="a job")
    worker.perform(job_id)
    return job_id


@pytest.mark.parametrize(
    "task",
    [
        Train(config=TrainingConfig(epochs=3), parent="0" * 32),
        Combine(members=("a" * 32, "b" * 32)),
        Count(subject="c" * 32),
    ],
    ids=lambda task: task.kind,
)
def test_a_task_comes_back_from_its_document(task: Task) -> None:
    """The process that does it knows nothing else."""
    assert type(task).from_document(task.document()) == task
    assert json.loads(task.document())["schema"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"schema": 2}, "task of schema 1, got 2", id="newer"),
        pytest.param({"size": 3}, "It is damaged", id="another field"),
        pytest.param({"subject": 3}, "It is damaged", id="another type"),
    ],
)
def test_a_document_that_is_not_understood_is_refused(
    change: dict[str, object], message: str
) -> None:
    """A wrong analysis would be worse than none."""
    document = json.dumps(json.loads(Count().document()) | change)

    with pytest.raises(SchemaError, match=message):
        Count.from_document(document)


def test_work_of_an_unknown_kind_says_so(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version of Inklab may have queued it."""
    job_id = Count().create(run_store, name="of the future")
    monkeypatch.setattr(kinds, "KINDS", {"train": Train})

    worker.perform(job_id)

    job = run_store.job(job_id)
    assert job.status is RunStatus.FAILED
    assert "got 'count'. It comes from another version" in job.reason


def test_a_run_of_the_first_version_is_a_training(run_store: RunStore) -> None:
    """It has a configuration, but neither a kind nor a document."""
    run_id = run_store.create(TrainingConfig(epochs=7), name="old", parent="1" * 32)

    task = kinds.task_of(run_store, run_store.job(run_id))

    assert task == Train(config=TrainingConfig(epochs=7), parent="1" * 32)


def test_a_result_lies_with_its_subject(run_store: RunStore, subject: str) -> None:
    """Whoever has the run has it, whatever becomes of the job."""
    task = Count(subject=subject)

    job_id = done(run_store, task)

    assert run_store.job(job_id).status is RunStatus.FINISHED
    (found,) = run_store.attachments(subject)
    assert found == run_store.attachment(subject, "count", key=task.key)
    assert (found.title, found.files) == ("Count", ("count.txt",))
    assert found.metrics == {"images": 3}
    path = run_store.artifact(subject, found.path_of("count.txt"))
    assert path.read_text() == "3"
    assert "process" in logs.read(run_store, job_id)


def test_a_result_of_other_code_is_made_anew(
    run_store: RunStore, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number from before a defect was mended must not stay on the page."""
    done(run_store, Count(subject=subject))
    monkeypatch.setattr(Count, "version", 2)
    task = Count(subject=subject)
    assert run_store.attachment(subject, "count", key=task.key) is None

    done(run_store, task)

    assert run_store.attachment(subject, "count", key=task.key) is not None
    assert len(run_store.attachments(subject)) == 1


def test_a_result_is_in_the_zip_of_its_subject(
    run_store: RunStore, subject: str, tmp_path: Path
) -> None:
    """Without a word about it where the zip is made."""
    done(run_store, Count(subject=subject))

    bundle.write_bundle(run_store, subject, tmp_path / "run.zip")

    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert archive.read("analyses/count/count.txt") == b"3"
        card = archive.read("card.md").decode()
    assert "| `analyses/count/count.txt` | analysis: Count |" in card


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"files": ["../../../secret.txt"]}, id="a file outside"),
        pytest.param({"files": ["/etc/hostname"]}, id="from the root"),
        pytest.param({"files": [7]}, id="no name"),
        pytest.param({"metrics": [1]}, id="numbers without names"),
        pytest.param({"metrics": {"images": "many"}}, id="a word as number"),
        pytest.param([], id="no record"),
        pytest.param("[" * 200_000, id="too deep"),
    ],
)
def test_a_record_of_somebody_else_opens_no_other_file(
    run_store: RunStore, subject: str, tmp_path: Path, about: object
) -> None:
    """A home can be a copy: its records name what goes into archives."""
    task = Count(subject=subject)
    done(run_store, task)
    path = run_store.artifact(subject, "analyses/count/about.json")
    (path.parents[3] / "secret.txt").write_text("secret")
    whole = json.loads(path.read_text())
    changed = about if isinstance(about, list | str) else whole | about
    path.write_text(changed if isinstance(changed, str) else json.dumps(changed))

    assert run_store.attachment(subject, "count", key=task.key) is None
    bundle.write_bundle(run_store, subject, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert not [name for name in archive.namelist() if "/" in name]


@pytest.mark.parametrize("damage", ["lost", "cut off"])
def test_a_result_that_is_damaged_is_made_anew(
    run_store: RunStore, subject: str, damage: str
) -> None:
    """Its run could not be looked at otherwise, and would have to be trained again."""
    task = Project(subject=subject)
    done(run_store, task)
    path = run_store.artifact(subject, "analyses/projection/arrays.npz")
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-30])

    assert run_store.attachment(subject, task.kind, key=task.key) is None
    done(run_store, task)
    made = run_store.attachment(subject, task.kind, key=task.key)
    assert made is not None
    assert run_store.arrays(subject, made)["points"].shape == (3, 2)


def test_a_lost_result_does_not_keep_a_run_from_being_given_away(
    run_store: RunStore, subject: str, tmp_path: Path
) -> None:
    """It can be made anew; the model is what people want."""
    done(run_store, Count(subject=subject))
    run_store.artifact(subject, "analyses/count/count.txt").unlink()

    bundle.write_bundle(run_store, subject, tmp_path / "run.zip")

    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert "count.txt" not in archive.read("card.md").decode()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 200_000, b"7"])
def test_a_job_whose_record_is_garbage_says_so(
    run_store: RunStore, subject: str, content: bytes
) -> None:
    """The process that meets it must go on with others."""
    job_id = Count(subject=subject).create(run_store, name="a job")
    run_store.artifact(job_id, "task.json").write_bytes(content)

    worker.perform(job_id)

    assert run_store.job(job_id).status is RunStatus.FAILED
    assert "It is damaged" in run_store.job(job_id).reason


def test_what_cannot_be_written_down_is_not_asked_for(
    run_store: RunStore, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk; it would seem to run as long as this process lives."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MlflowClient, "log_text", refuse)

    with pytest.raises(RunStoreError, match="No space left"):
        Count(subject=subject).create(run_store, name="a job")

    assert [job.id for job in run_store.jobs()] == [subject]


def test_other_work_is_no_run(run_store: RunStore, subject: str) -> None:
    """The list of runs shows what makes a model."""
    job_id = done(run_store, Count(subject=subject))

    assert [run.id for run in run_store.runs()] == [subject]
    assert [job.id for job in run_store.jobs()] == [job_id, subject]


def test_the_latest_report_can_be_seen(run_store: RunStore) -> None:
    """Where it stands, in the words of the task."""
    ACTIONS["report"] = lambda context: context.report(0.25, "sorting")

    job = run_store.job(done(run_store, Count(action="report")))

    assert (job.share, job.activity) == (0.25, "sorting")


def test_a_stop_request_ends_a_task(run_store: RunStore) -> None:
    """At its next report or check."""

    def go_on_for_ever(context: TaskContext) -> None:
        context.store.request_stop(context.job_id)
        while True:
            context.check()

    ACTIONS["long"] = go_on_for_ever

    job = run_store.job(done(run_store, Count(action="long")))

    assert job.status is RunStatus.STOPPED


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(InklabError("Expected more."), "Expected more.", id="expected"),
        pytest.param(MemoryError(), "Memory ran out on this machine", id="memory"),
    ],
)
def test_a_task_that_fails_says_why(
    run_store: RunStore, error: Exception, reason: str
) -> None:
    """In plain words, where a person looks for its result."""

    def fail(_: TaskContext) -> None:
        raise error

    ACTIONS["fail"] = fail

    job = run_store.job(done(run_store, Count(action="fail")))

    assert job.status is RunStatus.FAILED
    assert reason in job.reason


def test_a_subject_that_was_deleted_is_named(run_store: RunStore, subject: str) -> None:
    """It may be deleted while the work waits."""
    job_id = Count(subject=subject).create(run_store, name="late")
    run_store.delete(subject)

    worker.perform(job_id)

    job = run_store.job(job_id)
    assert job.status is RunStatus.FAILED
    assert subject in job.reason


def test_what_a_task_needs_only_while_it_works_is_removed(
    run_store: RunStore, home: Path
) -> None:
    """Also when it fails."""

    def fill(context: TaskContext) -> None:
        with context.scratch() as folder:
            (folder / "large").write_bytes(b"large")
            message = "It does not fit."
            raise InklabError(message)

    ACTIONS["fill"] = fill

    done(run_store, Count(action="fill"))

    assert list(home.glob(".run-*")) == []


def test_who_asks_twice_gets_one_job(
    run_store: RunStore, subject: str, lanes: dict[Lane, Steps]
) -> None:
    """Two people look at one run, or one clicks twice."""
    first = executor.submit(run_store, Count(subject=subject), name="first")

    assert executor.submit(run_store, Count(subject=subject), name="again") == first
    run_store.start(first)
    assert executor.submit(run_store, Count(subject=subject), name="again") == first
    run_store.fail(first, "The disk is full.")
    assert executor.submit(run_store, Count(subject=subject), name="anew") != first
    assert len(lanes[Lane.COMPUTE].tasks) == 1


def test_other_work_about_the_same_run_is_another_job(
    run_store: RunStore, subject: str, lanes: dict[Lane, Steps]
) -> None:
    assert lanes
    first = executor.submit(run_store, Count(subject=subject), name="first")

    other = Count(subject=subject, action="other")

    assert executor.submit(run_store, other, name="other") != first


def test_two_trainings_of_one_recipe_are_two_runs(
    run_store: RunStore, lanes: dict[Lane, Steps]
) -> None:
    """Whoever starts the same twice means it."""
    assert lanes
    asked = [executor.train(run_store, TrainingConfig(), name=name) for name in "ab"]

    assert len(set(asked)) == 2


def test_a_download_does_not_wait_for_a_training(
    run_store: RunStore, lanes: dict[Lane, Steps]
) -> None:
    """Each lane has a process and a queue of its own."""
    training = executor.train(run_store, TrainingConfig(), name="long")
    fetches = [executor.submit(run_store, Fetch(), name=name) for name in "ab"]

    assert lanes[Lane.COMPUTE].tasks == [("perform_queued", training)]
    assert lanes[Lane.INPUT_OUTPUT].tasks == [("perform_queued", fetches[0])]
    lanes[Lane.INPUT_OUTPUT].finish(run_store)
    assert lanes[Lane.INPUT_OUTPUT].tasks[1:] == [("perform_queued", fetches[1])]


def test_places_are_counted_in_each_lane(
    run_store: RunStore, lanes: dict[Lane, Steps]
) -> None:
    assert lanes
    for name in ("works", "first", "second"):
        executor.train(run_store, TrainingConfig(), name=name)
    for name in ("fetches", "next"):
        executor.submit(run_store, Fetch(), name=name)

    places = queue_order.places(run_store.jobs())

    told = {job.name: places[job.id] for job in run_store.jobs() if job.id in places}
    assert told == {
        "first": queue_order.Place(1, 2),
        "second": queue_order.Place(2, 2),
        "next": queue_order.Place(1, 1),
    }


def test_what_a_person_asked_for_goes_before_trials(
    run_store: RunStore, lanes: dict[Lane, Steps]
) -> None:
    """A search of hours must not keep anybody from trying a recipe."""
    names = {}
    for name, task in (
        ("trial 1", Trial()),
        ("trial 2", Trial(action="2")),
        ("trial 3", Trial(action="3")),
        ("mine", Count()),
        ("mine too", Count(action="too")),
    ):
        names[executor.submit(run_store, task, name=name)] = name
    for _ in range(4):
        lanes[Lane.COMPUTE].finish(run_store)

    order = [names[job_id] for _, job_id in lanes[Lane.COMPUTE].tasks]

    assert order == ["trial 1", "mine", "mine too", "trial 2", "trial 3"]
