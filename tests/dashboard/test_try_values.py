"""Try several values on Train: what is offered, what is started, what came of it."""

from collections.abc import Sequence
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from core.config import TrainingConfig
from core.datasets.splits import num_validation
from core.records import History
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from dashboard import state
from tests import small_data
from tests.dashboard.app import alerts, alt_of, captions, figure, open_app, text

RECIPE = "fast-mlp~learning_rate~0.00137~epochs~2"


def opened(**address: str) -> AppTest:
    """Open Train with the offer unfolded."""
    app = open_app("train", **{"recipe": RECIPE, **address})
    app.session_state["try_values"] = True
    return app.run()


def values_of(app: AppTest, key: str) -> list[str]:
    (found,) = (each for each in app.multiselect if str(each.key).startswith(key))
    return found.value


@pytest.mark.usefixtures("store")
def test_values_around_that_of_the_recipe_are_proposed() -> None:
    app = opened()

    assert values_of(app, "try_learning_rate") == [
        *("0.0005", "0.001", "0.00137", "0.002", "0.003"),
    ]
    assert "**5 trainings**, about" in text(app)


@pytest.mark.usefixtures("tasks")
def test_one_button_starts_a_grid_of_all_combinations(store: RunStore) -> None:
    app = opened()
    app.multiselect(key="try_settings").set_value(["learning_rate", "dropout"]).run()
    assert "**25 trainings** (5 x 5), about" in text(app)
    app.multiselect(key="try_dropout_0").set_value(["0", "0.25"])
    app.multiselect(key="try_learning_rate_0.00137").set_value(["0.00137", "0.003"])
    app.run()

    app.button(key="start_values").click().run()

    (study,) = storage.load_all()
    assert study.name.startswith("learning rate x dropout, ")
    assert study.spec.base.epochs == 2
    assert (study.spec.sampler, study.spec.prunes) == ("grid", False)
    assert len(study.trials()) == 4
    assert study.spec.space.varied == {
        "learning_rate": Choices(values=(0.00137, 0.003)),
        "dropout": Choices(values=(0.0, 0.25)),
    }
    (run,) = store.runs()
    assert (run.study, run.trial) == (study.name, 0)
    assert app.progress[0].text.endswith(": 0 of 4 trainings")


@pytest.mark.usefixtures("tasks", "store")
def test_two_grids_of_one_minute_have_different_names() -> None:
    app = opened()

    app.button(key="start_values").click().run()
    app.button(key="start_values").click().run()

    assert not alerts(app)
    first, second = (study.name for study in storage.load_all())
    assert first != second


@pytest.mark.usefixtures("store")
def test_a_typed_value_that_cannot_be_is_told() -> None:
    app = opened()

    app.multiselect(key="try_learning_rate_0.00137").set_value(["0.001", "7"]).run()

    assert "Expected a number from 1e-06 to 1 as learning rate" in alerts(app)[0]
    assert "start_values" not in [each.key for each in app.button]


@pytest.mark.usefixtures("store")
def test_without_a_validation_split_nothing_can_be_compared() -> None:
    app = opened(recipe="classic-mlp~validation_percent~0")

    assert "Expected a validation split" in alerts(app)[0]
    assert "start_values" not in [each.key for each in app.button]


def finished_grid(
    store: RunStore, scores: Sequence[float], **varied: tuple[float, ...]
) -> Study:
    """Make a grid study whose first trials have scored."""
    spec = StudySpec(
        base=TrainingConfig(),
        space=SearchSpace(
            varied={key: Choices(values=values) for key, values in varied.items()}
        ),
        sampler="grid",
        prunes=False,
        num_trials=None,
    )
    study = storage.create("a <b>grid</b>", spec)
    for score in scores:
        asked = study.ask()
        assert asked is not None
        run_id = store.create(asked.config, name="x", trial=(study.name, asked.number))
        store.start(run_id)
        for epoch, val_accuracy in enumerate(((0.9,), (0.9, score)), start=1):
            others = dict.fromkeys(("loss", "accuracy", "val_loss"), (0.5,) * epoch)
            history = History(val_accuracy=val_accuracy, **others)
            store.log(run_id, [small_data.progress(float(epoch), history=history)])
        store.finish(run_id)
        study.note_run(asked.number, run_id)
        study.tell(asked.number, [score])
    return study


def test_the_study_of_a_session_is_told_with_its_result(store: RunStore) -> None:
    """Of 6,000 images, 98.1 % may be as good as 98.2, and 97 % is not."""
    study = finished_grid(store, (0.97, 0.982, 0.981), learning_rate=(0.1, 0.2, 0.3))
    assert num_validation(60_000, 0.1) == 6_000
    app = open_app("train")
    app.session_state[state.TRIED] = study.name

    app.run()

    assert (
        "**0.2** is best of 3 learning rates: 98.20 % of 6,000 validation images "
        "(97.8 to 98.5); 0.3 is within chance." in text(app)
    )
    assert app.progress[0].text.endswith("3 of 3 trainings, done")


def test_a_study_that_was_deleted_leaves_the_page_as_it_was(store: RunStore) -> None:
    study = finished_grid(store, (0.97,), learning_rate=(0.1, 0.2))
    app = open_app("train")
    app.session_state[state.TRIED] = study.name
    storage.delete(study.name)

    app.run()

    assert not app.exception
    assert not app.error


GRID_PAGE = """
from core.tuning import storage
from dashboard.widgets.tune import grid_view

(study,) = storage.load_all()
grid_view.show(study, study.trials())
"""


def test_two_settings_are_a_heat_map_with_curves_beside_each_other(
    store: RunStore,
) -> None:
    finished_grid(
        store, (0.97, 0.98, 0.99), learning_rate=(0.1, 0.2), batch_size=(32, 64, 128)
    )

    app = AppTest.from_string(GRID_PAGE, default_timeout=30).run()

    assert not app.exception
    assert "is best of 3 of 6 combinations: 99.00 %" in text(app)
    assert "the same 6,000 validation images" in text(app)
    told = captions(app, "grid_heat_map")
    assert len(told) == 6
    assert sum("validation images" in each for each in told) == 3
    assert sum("not tried" in each for each in told) == 3
    assert "batch size 64 with learning rate 0.1 99 %" in alt_of(app, "grid_heat_map")
    lines = figure(app, "grid_curves_0")["data"]
    assert [line["name"] for line in lines] == ["32", "64", "128"]
    assert lines[1]["y"] == [90, 99]


def test_tune_shows_a_grid_first_and_a_link_to_each_recipe(store: RunStore) -> None:
    study = finished_grid(store, (0.97, 0.98), learning_rate=(0.00137, 0.2))

    app = open_app("tune", study=study.name)

    assert not app.exception
    assert "**0.2** is best of 2 learning rates" in text(app)
    assert len(figure(app, "grid_scores")["data"][0]["x"]) == 2
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert "learning_rate~0.2" in unquote(links["Open in Train"])


def test_one_setting_is_points_with_intervals_and_curves(store: RunStore) -> None:
    finished_grid(store, (0.97, 0.98), learning_rate=(0.2, 0.1, 0.3))

    app = AppTest.from_string(GRID_PAGE, default_timeout=30).run()

    assert not app.exception
    (points,) = figure(app, "grid_scores")["data"]
    assert points["x"] == [0, 1]
    assert points["y"] == [98, 97]
    assert points["error_y"]["array"][0] == pytest.approx(0.324, abs=0.01)
    assert [line["name"] for line in figure(app, "grid_curves")["data"]] == [
        *("0.1", "0.2", "0.3"),
    ]
