"""The order in which runs wait, and how people change it."""

from dataclasses import replace

import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import QueueError, UnknownRunError
from core.records import PLACE_TAG, Lane
from core.runs import queue_order
from core.runs.owner import Owner
from core.runs.store import RunStore

ELSEWHERE = str(replace(Owner.this_process(), host="elsewhere", pid=1))


def create(store: RunStore, *names: str) -> list[str]:
    """Ask for runs, one after the other."""
    return [store.create(TrainingConfig(), name=name) for name in names]


def order(store: RunStore) -> str:
    """Return the names of what waits for this process, the next one first."""
    ours = queue_order.waiting(store.runs(), owner=str(Owner.this_process()))
    return " ".join(run.name for run in ours)


def test_a_new_run_comes_last(run_store: RunStore) -> None:
    """Also behind one that was moved to the end."""
    first, *_ = create(run_store, "a", "b", "c")
    queue_order.move(run_store, first, place=3)

    create(run_store, "d")

    assert order(run_store) == "b c a d"


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("a", 1, "a b c d"),
        ("a", 2, "b a c d"),
        ("a", 4, "b c d a"),
        ("c", 1, "c a b d"),
        ("c", 2, "a c b d"),
        ("d", 3, "a b d c"),
    ],
)
def test_a_run_gets_the_place_that_is_asked_for(
    name: str, place: int, expected: str, run_store: RunStore
) -> None:
    """Counted among all that wait, so a move down passes as many as it says."""
    ids = dict(zip("abcd", create(run_store, *"abcd"), strict=True))

    queue_order.move(run_store, ids[name], place=place)

    assert order(run_store) == expected


@pytest.mark.parametrize(
    ("by", "expected"),
    [(-1, "b a c"), (1, "a c b"), (-9, "b a c"), (9, "a c b"), (0, "a b c")],
)
def test_a_run_is_moved_from_where_it_is_but_not_beyond_the_ends(
    by: int, expected: str, run_store: RunStore
) -> None:
    """The queue may have become shorter since somebody looked at it."""
    _, second, _ = create(run_store, "a", "b", "c")

    queue_order.shift(run_store, second, by=by)

    assert order(run_store) == expected


def test_between_two_runs_there_is_room_for_ever(run_store: RunStore) -> None:
    """Halving a number 60 times leaves nothing to halve: then all are numbered anew."""
    create(run_store, "a")
    run_ids = create(run_store, "b", "c")

    for turn in range(60):
        queue_order.move(run_store, run_ids[turn % 2], place=2)
        assert order(run_store) == ("a b c" if turn % 2 == 0 else "a c b")


def test_runs_asked_for_at_once_can_be_told_apart(run_store: RunStore) -> None:
    """Two threads may both take the same number, and a move must still be one."""
    ids = create(run_store, "a", "b", "c")
    for run_id in ids:
        run_store.annotate(run_id, tags={PLACE_TAG: "1.0"})
    assert order(run_store) == "a b c"

    queue_order.move(run_store, ids[2], place=2)

    assert order(run_store) == "a c b"


def test_each_process_has_a_queue_of_its_own(run_store: RunStore) -> None:
    """Two servers may share a home, and each has a worker."""
    _, theirs, last = create(run_store, "a", "theirs", "b")
    run_store.annotate(theirs, tags={"inklab.owner": ELSEWHERE})

    assert order(run_store) == "a b"
    assert queue_order.places(run_store.runs())[theirs] == queue_order.Place(1, 1)
    assert queue_order.places(run_store.runs())[last] == queue_order.Place(2, 2)


def test_what_does_not_wait_has_no_place(run_store: RunStore) -> None:
    """Only the runs that wait are counted."""
    handed, begun, stopped, deleted, waits = create(run_store, *"abcde")
    queue_order.hand_over(run_store, handed)
    run_store.start(begun)
    run_store.request_stop(stopped)
    run_store.delete(deleted)

    assert queue_order.places(run_store.runs()) == {waits: queue_order.Place(1, 1)}


def test_a_run_that_had_its_turn_comes_before_all_that_wait(
    run_store: RunStore,
) -> None:
    """Its worker died before it began with it."""
    _, second = create(run_store, "a", "b")
    queue_order.hand_over(run_store, second)

    todo = queue_order.not_begun(
        run_store.jobs(), owner=str(Owner.this_process()), lane=Lane.COMPUTE
    )

    assert [run.name for run in todo] == ["b", "a"]


@pytest.mark.parametrize("place", [-1, 0, 3])
def test_a_place_that_is_not_there_is_refused(place: int, run_store: RunStore) -> None:
    first, _ = create(run_store, "a", "b")

    with pytest.raises(QueueError, match=rf"place from 1 to 2, .* got {place}\."):
        queue_order.move(run_store, first, place=place)

    assert order(run_store) == "a b"


def test_a_run_that_has_begun_cannot_be_moved(run_store: RunStore) -> None:
    """It would be told that it waits again."""
    begun, _ = create(run_store, "a", "b")
    run_store.start(begun)

    with pytest.raises(QueueError, match=r"a queued run, but a \(.*\) is running"):
        queue_order.move(run_store, begun, place=1)


def test_a_run_that_is_about_to_start_cannot_be_moved(run_store: RunStore) -> None:
    """The worker has its name already, and would not notice."""
    handed, _ = create(run_store, "a", "b")
    queue_order.hand_over(run_store, handed)

    with pytest.raises(QueueError, match="is about to start"):
        queue_order.shift(run_store, handed, by=1)


def test_a_deleted_run_cannot_be_moved(run_store: RunStore) -> None:
    """Somebody else may have deleted it a moment ago."""
    first, _ = create(run_store, "a", "b")
    run_store.delete(first)

    with pytest.raises(UnknownRunError, match=first):
        queue_order.move(run_store, first, place=2)


@pytest.mark.parametrize("written", ["first", "nan", "inf", ""])
def test_a_place_that_is_no_number_does_no_harm(
    written: str, run_store: RunStore
) -> None:
    """MLflow's own pages let people write anything there."""
    first, _ = create(run_store, "a", "b")
    MlflowClient(settings.tracking_uri()).set_tag(first, PLACE_TAG, written)

    assert order(run_store) == "b"
    assert run_store.get(first).name == "a"
