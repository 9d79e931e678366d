"""The curves of several runs at once: those that MLflow gives one by one."""

import math

import pytest
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import RunStoreError
from core.records import History
from core.runs.curves import SCORES, Curves, curves_of
from core.runs.store import RunStore
from tests import small_data


def history_of(*losses: float) -> History:
    num_epochs = len(losses)
    return History(
        loss=losses,
        accuracy=(0.5,) * num_epochs,
        val_loss=(0.75,) * num_epochs,
        val_accuracy=(0.25,) * num_epochs,
    )


@pytest.fixture
def run_ids(run_store: RunStore) -> list[str]:
    """Put runs with no epoch, with two, and with one that diverged into the store."""
    ids = [run_store.create(TrainingConfig(), name="run") for _ in range(3)]
    for run_id, losses in zip(ids[1:], [(0.5, 0.25), (math.nan,)], strict=True):
        run_store.start(run_id)
        for epoch in range(1, len(losses) + 1):
            reached = history_of(*losses[:epoch])
            progress = small_data.progress(float(epoch), history=reached)
            run_store.log(run_id, [progress])
    return ids


def test_tables_say_what_mlflow_says(run_store: RunStore, run_ids: list[str]) -> None:
    client = MlflowClient(tracking_uri=settings.tracking_uri())

    found = run_store.curves(run_ids)

    for run_id in run_ids:
        one_by_one = curves_of(
            {key: client.get_metric_history(run_id, key) for key in SCORES}
        )
        assert repr(found[run_id]) == repr(one_by_one)
        assert repr(found[run_id].history) == repr(run_store.history(run_id))
    assert [found[each].history.loss[:1] for each in run_ids[:2]] == [(), (0.5,)]
    assert len(found[run_ids[1]].moments) == 2


def test_run_that_does_not_exist_has_no_epochs(run_store: RunStore) -> None:
    """Somebody may delete one for good while another looks."""
    assert run_store.curves(["0" * 32]) == {"0" * 32: Curves()}


def test_no_runs_are_asked_for(run_store: RunStore) -> None:
    assert run_store.curves([]) == {}


def test_points_are_put_in_the_order_of_their_epochs() -> None:
    """A clock may be set back, and validation be written while one reads."""
    points = {
        "loss": [Metric("loss", 0.25, 1_000, 2), Metric("loss", 0.5, 2_000, 1)],
        "val_loss": [Metric("val_loss", value, 0, 3 - value) for value in (0, 1, 2)],
    }

    found = curves_of(points)

    assert found.history.loss == (0.5, 0.25)
    assert found.history.val_loss == (2, 1)
    assert found.moments == (2.0, 1.0)


def test_store_that_is_gone_says_so(run_store: RunStore, run_ids: list[str]) -> None:
    settings.home().joinpath("runs.db").unlink()

    with pytest.raises(RunStoreError, match="Expected the run store to answer"):
        run_store.curves(run_ids)
