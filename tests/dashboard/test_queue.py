"""The queue on the Train page: what waits, in which order, and how it is changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from core.config import EnsembleConfig, MlpConfig, TrainingConfig, presets
from core.records import RunStatus
from core.runs import queue_order
from core.runs.owner import Owner
from core.runs.store import RunStore
from dashboard import words
from dashboard.widgets.train import queue
from tests.dashboard.app import open_app, text


def create(store: RunStore, *names: str) -> list[str]:
    """Have runs wait."""
    return [store.create(TrainingConfig(), name=name) for name in names]


def order(store: RunStore) -> str:
    """Return the names of what waits, the next one first."""
    ours = queue_order.waiting(store.runs(), owner=str(Owner.this_process()))
    return " ".join(run.name for run in ours)


def rows(app: AppTest) -> list[str]:
    """Read the rows of the queue."""
    assert not app.exception
    return [each.value for each in app.markdown if each.value[:1].isdecimal()]


@pytest.mark.usefixtures("running_run")
def test_nothing_is_shown_when_nothing_waits() -> None:
    app = open_app("train")

    assert "Queue" not in text(app)
    assert rows(app) == []


@pytest.mark.usefixtures("running_run")
def test_waiting_runs_are_listed_in_their_order(store: RunStore) -> None:
    """Not those of another server, which has a worker of its own."""
    _, theirs, last = create(store, "first", "theirs", "1. *last*")
    store.annotate(theirs, tags={"inklab.owner": "elsewhere 1 1.0"})

    app = open_app("train")

    assert rows(app) == [
        "1\\. **first** (784-128-64-10), 10 epochs",
        "2\\. **1\\. \\*last\\*** (784-128-64-10), 10 epochs",
    ]
    assert app.menu_button(key=f"move_{last}").help == "Move 1\\. \\*last\\*"


def test_a_row_says_the_same_once_and_what_an_ensemble_combines(
    store: RunStore,
) -> None:
    """A run without a preset is called like its network."""
    create(store, "784-128-64-10")
    pair = EnsembleConfig(members=(MlpConfig(), MlpConfig()))
    store.create(pair, name="pair", members=["a" * 32, "b" * 32])

    assert rows(open_app("train")) == [
        "1\\. **784-128-64-10**, 10 epochs",
        "2\\. **pair**, ensemble of 2 runs",
    ]


def test_runs_of_one_name_are_told_apart(store: RunStore) -> None:
    """Who tries a setting has several runs of the same network wait."""
    usual = TrainingConfig()
    changes = ({"learning_rate": 0.01}, {"seed": 3, "patience": 2}, {"epochs": 5})
    for change in changes:
        store.create(replace(usual, **change), name="784-128-64-10")
    store.create(replace(usual, seed=9), name="another")

    stop = "early stopping patience"
    assert rows(open_app("train")) == [
        f"1\\. **784-128-64-10**, 10 epochs, learning rate 0.01, {stop} 0, seed 0",
        f"2\\. **784-128-64-10**, 10 epochs, learning rate 0.001, {stop} 2, seed 3",
        f"3\\. **784-128-64-10**, 5 epochs, learning rate 0.001, {stop} 0, seed 0",
        "4\\. **another** (784-128-64-10), 10 epochs",
    ]


def test_of_many_differences_some_are_told(store: RunStore) -> None:
    """The row of a run that was given another's name would fill the page."""
    for name in ("classic-mlp", "fast-mlp"):
        store.create(presets.preset(name).config, name="mine")

    assert rows(open_app("train"))[1] == (
        "2\\. **mine** (784-128-64-10), 5 epochs, batch size 128, optimizer adamw, "
        "learning rate 0.008, learning rate schedule one-cycle, ..."
    )


def test_an_ensemble_differs_from_no_recipe(store: RunStore) -> None:
    pair = EnsembleConfig(members=(MlpConfig(), MlpConfig()))
    store.create(pair, name="mine", members=["a" * 32, "b" * 32])
    store.create(TrainingConfig(), name="mine")

    assert rows(open_app("train")) == [
        "1\\. **mine**, ensemble of 2 runs",
        "2\\. **mine** (784-128-64-10), 10 epochs",
    ]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (queue.FIRST, "c a b d"),
        (queue.EARLIER, "a c b d"),
        (queue.LATER, "a b d c"),
        (queue.LAST, "a b d c"),
    ],
)
def test_a_run_is_moved(where: str, expected: str, store: RunStore) -> None:
    _, _, third, _ = create(store, "a", "b", "c", "d")
    app = open_app("train")

    app.menu_button(key=f"move_{third}").set_value(where).run()

    assert order(store) == expected
    assert [row.split("**")[1] for row in rows(app)] == expected.split()


@pytest.mark.parametrize(
    ("number", "where"),
    [(0, queue.FIRST), (0, queue.EARLIER), (1, queue.LATER), (1, queue.LAST)],
)
def test_what_is_at_an_end_moves_no_further(
    number: int, where: str, store: RunStore
) -> None:
    run_id = create(store, "a", "b")[number]
    app = open_app("train")

    app.menu_button(key=f"move_{run_id}").set_value(where).run()

    assert order(store) == "a b"
    assert not app.error


def test_a_run_that_waits_alone_cannot_be_moved(store: RunStore) -> None:
    (run_id,) = create(store, "a")

    assert open_app("train").menu_button(key=f"move_{run_id}").disabled


@pytest.mark.parametrize(
    "press",
    [
        lambda app, run_id: app.menu_button(key=f"move_{run_id}").set_value(
            queue.FIRST
        ),
        lambda app, run_id: app.menu_button(key=f"move_{run_id}").set_value(
            queue.LATER
        ),
        lambda app, run_id: app.button(key=f"cancel_{run_id}").click(),
    ],
    ids=["first", "later", "cancel"],
)
@pytest.mark.parametrize("happened", [RunStore.delete, RunStore.start, RunStore.stop])
def test_somebody_else_was_quicker(
    press: Callable[[AppTest, str], Widget],
    happened: Callable[[RunStore, str], None],
    store: RunStore,
) -> None:
    """What this viewer sees is up to two seconds old."""
    _, second, _ = create(store, "a", "b", "c")
    app = open_app("train")
    happened(store, second)

    press(app, second).run()

    assert order(store) == "a c"
    assert not app.exception
    assert not app.error


def test_a_waiting_run_is_cancelled(store: RunStore) -> None:
    _, second, _ = create(store, "a", "b", "c")
    app = open_app("train")

    app.button(key=f"cancel_{second}").click().run()

    assert order(store) == "a c"
    assert [row.split("**")[1] for row in rows(app)] == ["a", "c"]


def test_cancelling_a_run_that_has_just_begun_stops_it(store: RunStore) -> None:
    """Whoever presses the button does not want it trained."""
    (run_id,) = create(store, "a")
    app = open_app("train")
    store.start(run_id)

    app.button(key=f"cancel_{run_id}").click().run()

    assert store.is_stop_requested(run_id)


def test_the_last_one_that_is_cancelled_leaves_nothing(store: RunStore) -> None:
    (run_id,) = create(store, "a")
    app = open_app("train")

    app.button(key=f"cancel_{run_id}").click().run()

    assert store.get(run_id).status is RunStatus.STOPPED
    assert "Queue" not in text(app)


def test_many_waiting_runs_do_not_hide_the_page(store: RunStore) -> None:
    """What comes next is shown; the rest when it is asked for."""
    ids = create(store, *(f"run {number}" for number in range(12)))
    app = open_app("train")
    assert len(rows(app)) == 5
    assert "7 more" in [each.label for each in app.expander]

    app.session_state["more_waiting"] = True
    app.run()

    assert [row.split("**")[1] for row in rows(app)[-1:]] == ["run 11"]
    app.menu_button(key=f"move_{ids[11]}").set_value(queue.EARLIER).run()
    assert order(store).endswith("run 11 run 10")


def test_the_watched_run_says_its_place(store: RunStore) -> None:
    create(store, "first")
    (second,) = create(store, "lenet")
    create(store, "third")

    app = open_app("train", watch=second)

    assert app.progress[0].text == "lenet is queued: 2nd of 3"


def test_a_run_that_has_its_turn_is_about_to_start(store: RunStore) -> None:
    """Its worker may have to be started, which takes seconds."""
    first, _ = create(store, "lenet", "next")
    queue_order.hand_over(store, first)

    app = open_app("train", watch=first)

    assert app.progress[0].text == "lenet is starting"
    assert len(rows(app)) == 1


def test_the_queue_of_another_server_is_its_own(store: RunStore) -> None:
    """Its run says the place that it has there."""
    create(store, "ours")
    elsewhere = str(replace(Owner.this_process(), host="elsewhere", pid=1))
    (theirs,) = create(store, "theirs")
    store.annotate(theirs, tags={"inklab.owner": elsewhere})

    app = open_app("train", watch=theirs)

    assert app.progress[0].text == "theirs is queued: 1st of 1"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th")),
        *((13, "13th"), (21, "21st"), (102, "102nd"), (111, "111th")),
        (1003, "1,003rd"),
    ],
)
def test_places_are_written_as_people_say_them(number: int, expected: str) -> None:
    assert words.ordinal(number) == expected
