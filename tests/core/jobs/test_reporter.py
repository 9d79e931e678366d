"""Telling the run store how a training goes, in the background."""

import threading
from collections.abc import Callable, Sequence

import pytest

from core.errors import RunStoreError, TrainingStopped
from core.jobs import reporter as reporter_module
from core.jobs.reporter import Reporter
from core.records import Progress, Requests
from tests.small_data import progress, wait_until

WAIT = 10.0
STEPS = [progress(number / 8) for number in range(1, 9)]


class FakeStore:
    """A run store that remembers what it was told, and can be made to fail."""

    is_server = False

    def __init__(self) -> None:
        self.written: list[Progress] = []
        self.failing_log = 0
        self.failing_question = 0
        self.stop_requested = False
        self.pinned = ""
        self.asked = threading.Event()
        self.calls = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def log(self, _: str, reports: Sequence[Progress]) -> None:
        """Keep reports, unless this call is to fail; a mere sign of life does not."""
        self.calls += 1
        if self.failing_log > 0 and reports:
            self.failing_log -= 1
            self.meanwhile()
            raise RunStoreError
        self.written.extend(reports)

    def requests(self, _: str) -> Requests:
        """Answer, unless this call is to fail."""
        if self.failing_question > 0:
            self.failing_question -= 1
            raise RunStoreError
        if self.stop_requested:
            self.asked.set()
        return Requests(stop=self.stop_requested, pinned=self.pinned)


@pytest.fixture
def store() -> FakeStore:
    """Make a store that answers."""
    return FakeStore()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as often as possible."""
    monkeypatch.setattr(reporter_module, "INTERVAL_SECONDS", 0.001)


def test_everything_is_written_once_and_in_order(store: FakeStore) -> None:
    """Leaving the block waits for it."""
    with Reporter(store, "run") as report:
        for step in STEPS:
            report(step)

    assert store.written == STEPS


def test_what_is_reported_is_written_while_the_training_goes_on(
    store: FakeStore,
) -> None:
    """A page that shows it only at the end shows nothing."""
    with Reporter(store, "run") as report:
        report(STEPS[0])
        wait_until(lambda: store.written == STEPS[:1], seconds=WAIT)
        report(STEPS[1])
        wait_until(lambda: store.written == STEPS[:2], seconds=WAIT)

    assert store.written == STEPS[:2]


def test_the_store_hears_of_it_even_when_nothing_is_new(store: FakeStore) -> None:
    """The heartbeat of a large network goes on while it learns a chunk."""
    with Reporter(store, "run"):
        wait_until(lambda: store.calls >= 3, seconds=WAIT)

    assert store.written == []


def test_a_stop_request_ends_the_training(store: FakeStore) -> None:
    """The next report raises, and is written all the same."""
    store.stop_requested = True
    with Reporter(store, "run") as report:
        assert store.asked.wait(WAIT)
        wait_until(lambda: store.calls >= 1, seconds=WAIT)
        with pytest.raises(TrainingStopped, match="stopped on request"):
            report(STEPS[0])

    assert store.written == STEPS[:1]


@pytest.mark.parametrize("failing", ["failing_log", "failing_question"])
def test_what_could_not_be_written_is_written_later(
    store: FakeStore, failing: str
) -> None:
    """A network drive may be away for seconds: nothing lost, nothing twice."""
    setattr(store, failing, 3)
    with Reporter(store, "run") as report:
        for step in STEPS:
            report(step)
        wait_until(lambda: store.written == STEPS, seconds=WAIT)

    assert store.written == STEPS


def test_what_comes_up_during_a_failure_is_written_after_it(store: FakeStore) -> None:
    """Points in another order would draw a curve that goes back."""
    store.failing_log = 1
    with Reporter(store, "run") as report:
        store.meanwhile = lambda: report(STEPS[1])
        report(STEPS[0])
        wait_until(lambda: len(store.written) == 2, seconds=WAIT)

    assert store.written == STEPS[:2]


def test_a_store_that_stays_away_fails_the_training(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better than to train for hours what cannot be kept."""
    monkeypatch.setattr(reporter_module, "PATIENCE_SECONDS", 0.0)
    store.failing_log = 1_000_000

    with Reporter(store, "run") as report:

        def is_refused() -> bool:
            try:
                report(STEPS[0])
            except RunStoreError:
                return True
            return False

        wait_until(is_refused, seconds=WAIT)

    assert store.written == []


def test_whoever_else_listens_hears_it_at_once(store: FakeStore) -> None:
    """The bar in a terminal does not wait for the store."""
    heard: list[Progress] = []
    with Reporter(store, "run", on_report=heard.append) as report:
        for step in STEPS:
            report(step)
            assert heard[-1] is step

    assert heard == STEPS


def test_an_error_of_the_training_is_passed_on(store: FakeStore) -> None:
    """What was reported before it is written first."""

    def fail() -> None:
        with Reporter(store, "run") as report:
            report(STEPS[0])
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert store.written == STEPS[:1]
