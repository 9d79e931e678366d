"""All runs at once: read from the tables, and through MLflow, the two agree."""

from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import RunStoreError
from core.records import RunScores
from core.runs import annotations, sql_listing
from core.runs.mlflow_mapping import job_of
from core.runs.store import RunStore
from tests import small_data

CONFIG = TrainingConfig()


@pytest.fixture
def client(run_store: RunStore) -> MlflowClient:
    """Return MLflow's own client of the same store."""
    assert run_store
    return MlflowClient(tracking_uri=settings.tracking_uri())


@pytest.fixture
def experiment(client: MlflowClient) -> str:
    """Return the id of our experiment."""
    return client.get_experiment_by_name("inklab").experiment_id


def test_tables_say_what_mlflow_says(
    run_store: RunStore, client: MlflowClient, experiment: str, tmp_path: Path
) -> None:
    """In every state that a run can be in, and whatever is written to it."""
    waiting, at_work, finished, failed, stopped, deleted = (
        run_store.create(CONFIG, name=f"{name} \u00e4 '\"") for name in "abcdef"
    )
    for run_id in (at_work, finished, failed, stopped):
        run_store.start(run_id)
        run_store.log(run_id, [small_data.progress(0.5), small_data.progress(1.0)])
    scores = RunScores(test_accuracy=0.75, test_size=100, best_epoch=2)
    (tmp_path / "files").mkdir()
    run_store.save_results(
        finished, scores=scores, files=tmp_path / "files", compiler="XLA"
    )
    run_store.finish(finished)
    run_store.fail(failed, "It broke.\nTwice.")
    run_store.stop(stopped, saving=True)
    run_store.delete(deleted)
    annotations.note(run_store, waiting, "A note.")
    annotations.star(run_store, waiting, is_starred=True)
    elsewhere = client.create_experiment("another", artifact_location=str(tmp_path))
    client.create_run(elsewhere, tags={"inklab.config": CONFIG.to_json()})

    read = sql_listing.active_runs(client, settings.tracking_uri(), experiment)

    expected = sql_listing.page_by_page(client, experiment)
    assert [job_of(run) for run in read] == [job_of(run) for run in expected]
    assert [run.data.tags for run in read] == [run.data.tags for run in expected]
    assert {run.info.run_id for run in read} == {
        *(waiting, at_work, finished, failed, stopped)
    }


def test_score_that_is_no_number_is_read_as_such(
    run_store: RunStore, client: MlflowClient, experiment: str
) -> None:
    """SQL knows no NaN."""
    run_id = run_store.create(CONFIG, name="diverged")
    client.log_metric(run_id, "loss", float("nan"))
    client.log_metric(run_id, "val_loss", float("inf"))

    (read,) = sql_listing.active_runs(client, settings.tracking_uri(), experiment)
    (expected,) = sql_listing.page_by_page(client, experiment)

    assert str(read.data.metrics) == str(expected.data.metrics)
    assert str(read.data.metrics["loss"]) == "nan"


def test_file_that_is_gone_is_an_error_and_stays_gone(
    run_store: RunStore, home: Path
) -> None:
    """An empty file in its place could never be opened again."""
    (home / "runs.db").rename(home / "away.db")

    with pytest.raises(RunStoreError, match="run store to answer"):
        run_store.runs()

    assert not (home / "runs.db").exists()


def test_more_runs_than_a_page_are_all_listed(
    run_store: RunStore,
    client: MlflowClient,
    experiment: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server gives a thousand at once; the others were missing."""
    ids = {run_store.create(CONFIG, name=f"run {number}") for number in range(5)}
    monkeypatch.setattr(sql_listing, "PAGE_SIZE", 2)

    for uri in ("http://somewhere", settings.tracking_uri()):
        read = sql_listing.active_runs(client, uri, experiment)

        assert {run.info.run_id for run in read} == ids
        assert len(read) == 5


@pytest.mark.parametrize("place", ["tables", "server"])
def test_only_what_is_not_over_is_asked_for_where_the_queue_needs_no_more(
    place: str, run_store: RunStore, client: MlflowClient, experiment: str
) -> None:
    """Among a hundred thousand runs a few wait."""
    waiting, at_work, finished, deleted = (
        run_store.create(CONFIG, name=name) for name in "abcd"
    )
    run_store.start(at_work)
    run_store.start(finished)
    run_store.finish(finished)
    run_store.delete(deleted)
    uri = settings.tracking_uri() if place == "tables" else "http://somewhere"

    read = sql_listing.active_runs(client, uri, experiment, are_under_way=True)

    assert {run.info.run_id for run in read} == {waiting, at_work}
    assert all("inklab.config" in run.data.tags for run in read)
    assert {job.id for job in run_store.open_jobs()} == {waiting, at_work}
