"""What all sessions share: the run store, the data sets, the worker.

Everything here is read-only or safe to use from several threads. What finished
runs come to is in `dashboard.results`.
"""

import contextlib
import gc
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from core import settings
from core.config import TrainingConfig
from core.datasets import catalog, export
from core.datasets import store as datasets
from core.datasets.export import Form
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import (
    ArtifactError,
    InklabError,
    QueueError,
    SchemaError,
    UnknownDatasetError,
    UnknownRunError,
)
from core.handover import bundle
from core.insight.diagnosis import Remark, diagnose
from core.insight.expected_time import Expectation, expected_seconds
from core.jobs import executor, first_model, kinds, lanes
from core.jobs.cluster import ClusterState
from core.jobs.kinds import fine_tune, label_check
from core.jobs.kinds.label_check import CheckLabels
from core.jobs.tasks import DatasetTask, Task
from core.records import (
    TRIAL,
    Attachment,
    History,
    Job,
    Lane,
    LivePoints,
    Run,
    RunStatus,
)
from core.runs import (
    annotations,
    checkpoint_files,
    disk,
    logs,
    open_store,
    preload,
    queue_order,
    run_dataset,
    server,
    store_exists,
)
from core.runs.checkpoint import finished_epochs_in
from core.runs.curves import Curves
from core.runs.owner import Owner
from core.runs.queue_order import Place
from dashboard import words
from dashboard.charts.theme import Palette
from dashboard.charts.theme import palette as palette_of

if TYPE_CHECKING:
    from core.runs.store import RunStore

WARM_UP_DELAY_SECONDS: Final = 2.0
STOP_PATIENCE_SECONDS: Final = 1.0
START_PATIENCE_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 0.03
SERVER_SECONDS: Final = 10.0
"""A server that answered is not asked again by every click."""


def palette() -> Palette:
    """Return the chart colours of the theme that this viewer sees."""
    return palette_of(dark=st.context.theme.type == "dark")


def is_phone() -> bool:
    """Tell whether this viewer's browser says that it runs on a phone."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


@st.cache_resource(show_spinner=False)
def start() -> None:
    """Do once per server what makes every later page quick."""
    _spare_the_collector()
    # Importing TensorFlow takes both cores for seconds: the first page goes first.
    timer = threading.Timer(WARM_UP_DELAY_SECONDS, _get_ready)
    timer.daemon = True
    timer.start()


def _get_ready() -> None:
    if settings.is_read_only():
        preload()
        _spare_the_collector()
        return
    executor.warm_up()
    preload()
    _train_first_model()
    _preload_studies()
    _spare_the_collector()
    executor.adopt_on()


def _train_first_model() -> None:
    # What goes wrong with the store is seen on every page.
    with contextlib.suppress(InklabError):
        if first_model.is_due():
            first_model.train(open_store())


def awaits_first_model() -> bool:
    """Tell whether this server is about to train a first model by itself."""
    return first_model.is_coming() and not (store_exists() and store().has_had_runs())


def _preload_studies() -> None:
    """Import what Tune needs, which takes a second or two, if there may be studies."""
    if settings.may_have_studies():
        from core.tuning import importance  # noqa: PLC0415 - see above
        from dashboard.charts import studies  # noqa: PLC0415 - see above

        importance.preload()
        studies.preload()


def _spare_the_collector() -> None:
    # Streamlit collects garbage after every run of a page. Frozen objects are
    # not looked at, which saves a fifth of a second each time.
    gc.collect()
    gc.freeze()


@st.cache_data(ttl=SERVER_SECONDS, show_spinner=False)
def wait_for_server() -> None:
    """Wait for the server of the run store, if it is one, and say so.

    Raises:
        RunStoreError: If it does not answer.
    """
    uri = settings.named_store()
    if server.name_of(uri):
        with st.spinner(words.literal(server.waiting(uri))):
            server.wait_for(uri)


@st.cache_data(ttl=SERVER_SECONDS, show_spinner=False)
def cluster_state() -> ClusterState | None:
    """Return how the cluster is that computes; None if this machine does.

    Raises:
        SettingError: If the environment says something impossible.
    """
    cluster = lanes.cluster_of(Lane.COMPUTE)
    return None if cluster is None else cluster.state()


@st.cache_resource(show_spinner="Opening the run store")
def store() -> "RunStore":
    """Return the run store."""
    return open_store()


def dataset(name: str) -> Dataset:
    """Return a data set by name."""
    return _dataset(name, catalog.fingerprint_of(name))


@st.cache_resource(max_entries=20, show_spinner="Unpacking the data set, once")
def _dataset(
    name: str,
    fingerprint: str | None,  # noqa: ARG001 - another one may have the name of a deleted
) -> Dataset:
    return datasets.load(name)


def spec_of(run: Run) -> DatasetSpec:
    """Return the description of the data set of a run, even if that one is gone.

    Raises:
        UnknownDatasetError: If it is gone, and the run remembers nothing of it.
    """
    if run_dataset.is_here(run):
        return catalog.spec(run.config.dataset)
    return _remembered_spec(run.id, run)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _remembered_spec(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _run: Run,
) -> DatasetSpec:
    return run_dataset.spec_of(store(), _run)


def has_images(run: Run) -> bool:
    """Tell whether the images that a run learned from are here."""
    return run_dataset.is_here(run)


def images_of(run: Run) -> Dataset | None:
    """Return the data set that a run learned from; None if it is not here any more.

    Raises:
        DatasetFileError: If it is damaged.
    """
    return dataset(run.config.dataset) if run_dataset.is_here(run) else None


def expected_time(config: TrainingConfig, everything: Sequence[Run]) -> Expectation:
    """Expect the time of a training from the runs that there have been.

    Args:
        config: What would be trained.
        everything: All runs.
    """
    return expected_seconds(config, everything, spec=catalog.spec(config.dataset))


def expected_check(task: CheckLabels, run: Run) -> Expectation:
    """Expect the time of the trainings of a check of the training labels.

    Raises:
        ConfigError: If the run is an ensemble.
    """
    return label_check.expected_seconds(task, run, runs(), spec=spec_of(run))


def expected_fine_tuning(run: Run) -> float:
    """Expect the seconds in which a run learns the drawings of My handwriting.

    Raises:
        InklabError: If it cannot learn them.
    """
    task, _ = fine_tune.fine_tuning_of(store(), run.id)
    return fine_tune.expected_seconds(task, runs(), spec=spec_of(run)).seconds


def remarks(run: Run, history: History, live: LivePoints) -> tuple[Remark, ...]:
    """Say what looks wrong in the curves of a run, the worst first."""
    return diagnose(history, live, config=run.training, spec=spec_of(run))


def members(run: Run) -> tuple[Run, ...]:
    """Return the runs whose mean a run is, without those that were deleted since."""
    found = []
    for run_id in run.members:
        with contextlib.suppress(UnknownRunError):
            found.append(store().get(run_id))
    return tuple(found)


def runs() -> tuple[Run, ...]:
    """Return all runs of data sets that this version knows, newest first.

    It reads them from the store each time, because other programs change it too:
    a page asks once.
    """
    if not store_exists():
        # A new user: the store is made in the meantime.
        return ()
    return runs_of(store().jobs())


def sizes() -> Mapping[str, int]:
    """Return how many bytes the files of each run take, by its id.

    Returns:
        None of a store that is a server's: only the server knows.
    """
    return (disk.sizes(store()) or {}) if store_exists() else {}


def jobs() -> tuple[Job, ...]:
    """Return all jobs, newest first: the runs, and other work; see `runs`."""
    return store().jobs() if store_exists() else ()


def runs_of(everything: Sequence[Job]) -> tuple[Run, ...]:
    """Return those of some jobs that are runs whose data set is known.

    It is there, or the run remembers it. Runs of versions that noted none, of data
    sets that this one does not have, cannot be described.
    """
    return tuple(job for job in everything if isinstance(job, Run) and _is_known(job))


def _is_known(run: Run) -> bool:
    try:
        spec_of(run)
    except UnknownDatasetError:
        return False
    return True


def finished_runs(everything: Sequence[Run]) -> tuple[Run, ...]:
    """Return those of some runs that can be evaluated and used."""
    return tuple(run for run in everything if run.has_model)


def without_trials(everything: Sequence[Run]) -> tuple[Run, ...]:
    """Return those of some runs that are no trials, or were kept.

    A study may have left hundreds of trials since the last training of one's own.
    """
    return tuple(run for run in everything if run.kind != TRIAL or run.has_model)


def watched_run(everything: Sequence[Run], run_id: str | None) -> Run | None:
    """Return the run to watch: the named one, else the one at work, else the first."""
    named = [run for run in everything if run.id == run_id]
    at_work = [run for run in everything if run.status is RunStatus.RUNNING]
    own = without_trials(everything)
    return next(iter((*named, *at_work, *own, *everything)), None)


def is_under_way(run: Run) -> bool:
    """Tell whether a run is worked on, or is about to be by this server."""
    is_queued_here = run.status is RunStatus.QUEUED and run.owner == str(
        Owner.this_process()
    )
    return run.status is RunStatus.RUNNING or run.is_saving or is_queued_here


def waiting_jobs(everything: Sequence[Job]) -> tuple[Job, ...]:
    """Return those of some jobs that wait for this server, the next one first."""
    return queue_order.waiting(everything, owner=str(Owner.this_process()))


def place(run: Job) -> Place | None:
    """Return where a run stands in its queue; None if it does not wait."""
    return queue_order.places(jobs()).get(run.id) if run.place is not None else None


def move_run(run_id: str, *, by: int) -> None:
    """Let a waiting run have its turn earlier (by less than 0) or later.

    Nothing happens to one that somebody deleted, or whose turn has come meanwhile.
    """
    with contextlib.suppress(UnknownRunError, QueueError):
        queue_order.shift(store(), run_id, by=by)


def cancel_run(run_id: str) -> None:
    """Take a run out of the queue; its training is stopped if it has just begun."""
    with contextlib.suppress(UnknownRunError):
        store().request_stop(run_id)


def num_at_once() -> int:
    """Return how many trainings are done at the same time, as far as is known.

    A cluster may have no worker yet, or not answer.
    """
    with contextlib.suppress(InklabError):
        return max(1, lanes.num_slots(Lane.COMPUTE))
    return 1


def start_run(config: TrainingConfig, *, name: str) -> str:
    """Queue a training and return the id of its run."""
    return executor.train(store(), config, name=name)


def epochs_kept(run: Run) -> int | None:
    """Tell from where a run can go on.

    Returns:
        How many epochs were finished when its training ended, or when its state was
        kept last if it broke off; None if it is not over, or has no state.
    """
    if not run.status.is_over or run.is_saving:
        return None
    try:
        return finished_epochs_in(checkpoint_files.state_of(store(), run))
    except (ArtifactError, SchemaError):
        return None


def continue_run(run_id: str, *, epochs: int) -> str:
    """Queue more epochs of a run as a new one, and return its id.

    Raises:
        RunStoreError: If the run was deleted, or where it stood is lost.
        ConfigError: If there are too many epochs then.
    """
    return executor.go_on(store(), run_id, epochs=epochs)


def combine_runs(run_ids: Sequence[str]) -> str:
    """Queue that runs become one, and return the id of the new run.

    Raises:
        RunStoreError: If one was deleted or has no model.
        ConfigError: If they do not go together.
    """
    return executor.combine(store(), run_ids)


def archive(run_id: str) -> bytes:
    """Return the zip of a run that has a model; see `core.handover.bundle`.

    Raises:
        RunStoreError: If the run was deleted, or a file of it is lost.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.zip"
        bundle.write_bundle(store(), run_id, path)
        return path.read_bytes()


def exported(dataset: Dataset, form: Form) -> bytes:
    """Return a data set as a file; see `core.datasets.export`.

    Raises:
        DatasetError: If it cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data"
        export.write(dataset, form, path)
        return path.read_bytes()


def log_of(run_id: str) -> str | None:
    """Return what was said while a run was worked on, or None if it has no log."""
    try:
        return logs.read(store(), run_id)
    except ArtifactError:
        return None


def stop_run(run_id: str) -> None:
    """Stop a run, and wait a moment until it has stopped.

    A run that trains looks several times a second whether it shall stop.

    Raises:
        UnknownRunError: If it was deleted in the meantime.
    """
    store().request_stop(run_id)
    _wait(run_id, lambda run: run.status.is_over, seconds=STOP_PATIENCE_SECONDS)


def wait_for_first_point(run_id: str) -> None:
    """Wait a moment until a run that was just started has something to show.

    Raises:
        UnknownRunError: If it was deleted in the meantime.
    """
    _wait(
        run_id,
        lambda run: run.status.is_over or bool(run.scores.epochs_done),
        seconds=START_PATIENCE_SECONDS,
    )


def jobs_about(run: Run) -> tuple[Job, ...]:
    """Return the work that was asked for about a run, newest first."""
    return tuple(job for job in jobs() if job.subject == run.id)


def attachments(run: Run) -> tuple[Attachment, ...]:
    """Return what work about a run has left with it."""
    return store().attachments(run.id)


def analysis(run: Run, task: Task) -> Attachment | Job | None:
    """Return what there is of an analysis.

    Args:
        run: The run that it is about.
        task: What makes it now.

    Returns:
        Its result, if such a task has left it; else the newest job that is to make
        it or has failed to; None if nobody has asked for it.
    """
    made = store().attachment(run.id, task.result_name, key=task.key)
    if made is not None:
        return made
    return next((job for job in jobs_about(run) if job.key == task.key), None)


def dataset_result(task: DatasetTask) -> Path | Job | None:
    """Return what there is of work about a data set.

    Returns:
        The folder of its result, if such work has left it; else the newest job that
        is to make it or has failed to; None if nobody has asked for it.
    """
    return task.result() or newest_job(task)


def newest_job(task: Task) -> Job | None:
    """Return the newest job that comes to the same as a task, if there is one."""
    return next((job for job in jobs() if job.key == task.key), None)


def submit(task: Task, *, name: str) -> str:
    """Queue work and return the id of its job; the same is not done twice."""
    return executor.submit(store(), task, name=name[: annotations.MAX_NAME])


def submit_again(job_id: str) -> str:
    """Queue what a job was to do once more, and return the id of the new job.

    Raises:
        UnknownRunError: If the job was deleted.
        SchemaError: If this version does not know such work.
    """
    job = store().job(job_id)
    return submit(kinds.task_of(store(), job), name=job.name)


def _wait(run_id: str, has_come: Callable[[Run], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not has_come(store().get(run_id)) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


def history(run: Run) -> History:
    """Return the scores of a run by epoch."""
    # More may be written until the model is.
    return _history(run.id) if run.has_model else store().history(run.id)


@st.cache_resource(max_entries=100, show_spinner=False)
def _history(run_id: str) -> History:
    return store().history(run_id)


def curves(chosen: Sequence[Run]) -> Mapping[str, Curves]:
    """Return the scores by epoch of several runs, with when each epoch ended."""
    done = tuple(run.id for run in chosen if run.has_model)
    others = [run.id for run in chosen if not run.has_model]
    return {**_curves(done), **store().curves(others)}


@st.cache_resource(max_entries=20, show_spinner=False)
def _curves(run_ids: tuple[str, ...]) -> Mapping[str, Curves]:
    return store().curves(run_ids)
