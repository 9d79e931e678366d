"""A drawing that is pinned to a training."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import ConfigError
from core.records import History
from core.runs.mlflow_mapping import PINNED_TAG
from core.runs.store import RunStore
from tests.small_data import SMALL, progress

IMAGE = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)


@pytest.fixture
def running(run_store: RunStore) -> str:
    """Start a training."""
    run_id = run_store.create(SMALL, name="run")
    run_store.start(run_id)
    return run_id


def end_epoch(store: RunStore, run_id: str, epoch: int, *said: float) -> None:
    """Report the end of an epoch, with what was said of the pinned drawing."""
    history = History(loss=(0.5,) * epoch, accuracy=(0.5,) * epoch)
    report = replace(progress(float(epoch), history=history), pinned=said)
    store.log(run_id, [report])


def test_what_was_pinned_comes_back_with_what_was_said_of_it(
    run_store: RunStore, running: str
) -> None:
    """An epoch without an answer leaves a gap, not a shift."""
    assert run_store.pinned(running) is None
    run_store.pin(running, IMAGE)
    end_epoch(run_store, running, 1, 0.1, 0.9)
    end_epoch(run_store, running, 2)
    end_epoch(run_store, running, 3, 0.3, 0.7)

    found = run_store.pinned(running)

    assert found is not None
    np.testing.assert_array_equal(found.image, IMAGE)
    assert found.epochs == (1, 3)
    np.testing.assert_allclose(found.probabilities, [[0.1, 0.9], [0.3, 0.7]])


def test_another_drawing_begins_anew(run_store: RunStore, running: str) -> None:
    """What was said before is about the first one."""
    run_store.pin(running, IMAGE)
    end_epoch(run_store, running, 1, 0.1, 0.9)

    run_store.pin(running, 255 - IMAGE)
    end_epoch(run_store, running, 2, 0.4, 0.6)

    found = run_store.pinned(running)
    assert found is not None
    assert found.epochs == (2,)


def test_a_run_that_goes_on_keeps_what_was_said(
    run_store: RunStore, running: str
) -> None:
    """Its curves begin with those of the run before, and so does this one."""
    run_store.pin(running, IMAGE)
    for epoch in (1, 2):
        end_epoch(run_store, running, epoch, 0.1, 0.9)
    child = run_store.create(SMALL, name="child", parent=running)

    run_store.inherit(
        child, running, history=History(loss=(1.0,), accuracy=(0.5,)), epochs_done=1.0
    )

    found = run_store.pinned(child)
    assert found is not None
    assert found.epochs == (1,)


def test_the_list_of_runs_does_not_read_the_probabilities(
    run_store: RunStore, running: str
) -> None:
    """62 numbers of each run would make it slow."""
    run_store.pin(running, IMAGE)
    end_epoch(run_store, running, 1, 0.1, 0.9)

    assert run_store.runs()[0].scores.epochs_done == 1.0


@pytest.mark.parametrize("tag", ["", "x", "0|", "0|2x2:AAAA", "9" * 5000 + "|"])
def test_a_damaged_pin_is_none(run_store: RunStore, running: str, tag: str) -> None:
    """MLflow's own pages let people write anything there."""
    run_store.annotate(running, tags={PINNED_TAG: tag})

    assert run_store.pinned(running) is None


def test_a_run_that_is_over_takes_no_pin(run_store: RunStore, running: str) -> None:
    """Nobody would ever ask it."""
    run_store.stop(running)

    with pytest.raises(ConfigError, match="going on"):
        run_store.pin(running, IMAGE)


def test_a_drawing_that_no_tag_can_hold_is_refused(
    run_store: RunStore, running: str
) -> None:
    """MLflow would cut it off."""
    large = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)

    with pytest.raises(ConfigError, match="128 x 128"):
        run_store.pin(running, large)
