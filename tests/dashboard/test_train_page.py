"""Train: what the controls say is what is trained, and how a run is shown."""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.config import MlpConfig, TrainingConfig, presets
from core.jobs import executor
from core.records import History, Progress, RunScores, RunStatus
from core.runs import checkpoint_files
from core.runs.store import RunStore
from dashboard import state
from dashboard.widgets.common import clock
from dashboard.widgets.train import live_run, recipe_form
from tests import small_data
from tests.dashboard.app import alerts, alt_of, figure, go_to, key_in, open_app, text
from tests.small_data import dimensions

HALF_WAY = small_data.progress(1.5)


def started(store: RunStore) -> TrainingConfig:
    """Return the configuration of the only run of a store."""
    (run,) = store.runs()
    return run.config


def widgets(app: AppTest) -> dict[str, WidgetState]:
    """Return what a browser says of all controls, by their names there."""
    return {each.id: each for each in app._tree.get_widget_states().widgets}  # noqa: SLF001


def send(app: AppTest, before: dict[str, WidgetState], *, click: str) -> None:
    """Click a button in a browser that has not drawn the page since some moment."""
    button = app.button(key=click).click()
    now = widgets(app)
    sent = {name: now.get(name, old) for name, old in before.items()}
    sent[button.id] = now[button.id]
    app._run(WidgetStates(widgets=sent.values()))  # noqa: SLF001


@pytest.mark.usefixtures("store")
def test_page_says_what_will_be_here() -> None:
    assert "the curves of the first one appear here" in alerts(open_app("train"))[0]


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
@pytest.mark.usefixtures("tasks")
def test_preset_is_trained_exactly_as_it_is_defined(
    preset: presets.Preset, store: RunStore
) -> None:
    """The accuracy that a preset claims holds for its own settings only."""
    app = open_app("train")
    app.pills(key="preset").select(preset.name).run()

    app.button(key="start").click().run()

    assert started(store) == preset.config
    assert store.runs()[0].name == preset.name


@pytest.mark.usefixtures("store")
def test_choosing_a_preset_moves_the_sliders() -> None:
    app = open_app("train")
    app.slider(key="epochs").set_value(33).run()

    app.pills(key="preset").select("fast-mlp").run()

    assert app.slider(key=key_in(app, "epochs")).value == 5
    assert app.select_slider(key=key_in(app, "batch_size")).value == 128
    assert app.select_slider(key=key_in(app, "learning_rate")).value == 8e-3
    assert app.selectbox(key=key_in(app, "schedule")).value == "one-cycle"


@pytest.mark.parametrize("presets_clicked", [1, 2])
@pytest.mark.usefixtures("tasks")
def test_hasty_start_trains_the_preset_that_was_clicked(
    store: RunStore, presets_clicked: int
) -> None:
    """The browser sends all settings with the click, as it had them before."""
    app = open_app("train")
    before = widgets(app)
    for name in ("best-cnn", "fast-mlp")[-presets_clicked:]:
        app.pills(key="preset").select(name).run()

    send(app, before, click="start")

    assert started(store) == presets.preset("fast-mlp").config


@pytest.mark.usefixtures("tasks")
def test_hasty_start_after_a_reset_trains_what_it_says(store: RunStore) -> None:
    app = open_app("train")
    app.slider(key="epochs").set_value(33).run()
    before = widgets(app)
    app.button(key="reset_epochs").click().run()

    send(app, before, click="start")

    assert started(store).epochs == 10


@pytest.mark.usefixtures("store")
def test_setting_can_be_set_back_after_a_preset() -> None:
    """However soon: it is another control that the viewer moves then."""
    app = open_app("train")
    app.pills(key="preset").select("fast-mlp").run()

    app.select_slider(key=key_in(app, "batch_size")).set_value(32).run()

    assert app.select_slider(key=key_in(app, "batch_size")).value == 32
    assert app.query_params["recipe"] == "fast-mlp~batch_size~32"


@pytest.mark.usefixtures("store")
def test_the_lowest_value_of_a_setting_is_in_the_address() -> None:
    """A link with one epoch, or without augmentation, shows just that."""
    app = open_app("train", recipe="lenet")
    app.slider(key="epochs").set_value(1)
    app.select_slider(key="rotation").set_value(0.0)
    app.slider(key="layers").set_value(0).run()

    address = app.query_params["recipe"]

    assert address == "lenet~epochs~1~layers~0~rotation~0"
    again = open_app("train", recipe=address)
    assert again.slider(key="epochs").value == 1
    assert again.select_slider(key="rotation").value == 0.0
    assert "28x28-16C5-P2-32C5-P2-10" in text(again)


@pytest.mark.usefixtures("store")
def test_another_address_on_the_same_page_is_another_recipe() -> None:
    """As after a step back: nothing stays of what the later one had."""
    app = open_app("train", recipe="fast-mlp")
    app.pills(key="preset").select("best-cnn").run()
    app.slider(key=key_in(app, "epochs")).set_value(3).run()

    app.query_params["recipe"] = "fast-mlp~seed~7"
    app.run()

    assert app.slider(key=key_in(app, "epochs")).value == 5
    assert app.number_input(key=key_in(app, "seed")).value == 7
    assert "**784-128-64-10**, 109,386 parameters" in text(app)
    assert app.query_params["recipe"] == "fast-mlp~seed~7"


@pytest.mark.usefixtures("tasks")
def test_score_of_the_best_epoch_is_said_also_without_patience(store: RunStore) -> None:
    """A stop keeps the best epoch by it, so it is part of what is trained."""
    app = open_app("train", recipe="classic-mlp~patience~3~monitor~val_accuracy")

    app.button(key="reset_patience").click().run()

    assert app.query_params["recipe"] == "classic-mlp~monitor~val_accuracy"
    app.button(key="reset_monitor").click().run()
    app.button(key="start").click().run()
    assert started(store) == presets.preset("classic-mlp").config


@pytest.mark.usefixtures("store")
def test_back_to_an_address_that_meant_the_default_shows_the_default() -> None:
    """Also after a visit whose bare address meant what was left before it."""
    app = open_app("train", recipe="lenet")
    go_to(app, "explore")
    app.query_params.clear()
    go_to(app, "train")
    app.pills(key=key_in(app, "preset")).select("classic-mlp").run()
    assert "recipe" not in app.query_params
    app.slider(key=key_in(app, "epochs")).set_value(12).run()

    app.query_params.clear()
    app.run()

    assert "109,386 parameters" in text(app)
    assert app.slider(key=key_in(app, "epochs")).value == 10


@pytest.mark.usefixtures("store")
def test_bare_address_after_a_link_is_the_default_recipe() -> None:
    """As after a click on Train in the sidebar by somebody who came with a link."""
    app = open_app("train", recipe="lenet")

    app.query_params.clear()
    app.run()

    assert not app.exception
    assert "109,386 parameters" in text(app)


@pytest.mark.usefixtures("store")
def test_recipe_outlives_a_visit_to_another_page_and_comes_into_the_address() -> None:
    app = open_app("train")
    app.pills(key="preset").select("lenet").run()
    go_to(app, "explore")
    app.query_params.clear()

    go_to(app, "train")

    assert "80,202 parameters" in text(app)
    assert app.query_params["recipe"] == "lenet"
    app.query_params.clear()
    assert "80,202 parameters" in text(app.run())


@pytest.mark.usefixtures("tasks")
def test_start_counts_though_the_next_click_interrupts_the_page(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While libraries are still imported, a page takes seconds to its button."""
    app = open_app("train", recipe="fast-mlp")
    monkeypatch.setattr(recipe_form, "recipe", st.stop)

    app.button(key="start").click().run()

    assert started(store) == presets.preset("fast-mlp").config


@pytest.mark.usefixtures("store")
def test_number_of_parameters_is_that_of_the_classic_network() -> None:
    """784 x 128 + 128, 128 x 64 + 64, 64 x 10 + 10."""
    assert "**784-128-64-10**, 109,386 parameters" in text(open_app("train"))


@pytest.mark.usefixtures("store")
def test_number_of_parameters_follows_the_sliders() -> None:
    """784 x 8 + 8, 8 x 10 + 10; with batch normalisation 2 x 8 more."""
    app = open_app("train")
    app.slider(key="layers").set_value(1).run()
    app.select_slider(key="units_0").set_value(8).run()
    assert "**784-8-10**, 6,370 parameters" in text(app)

    app.toggle(key="batch_norm").set_value(True).run()

    assert "6,386 parameters" in text(app)


@pytest.mark.usefixtures("tasks")
def test_run_has_exactly_the_settings_that_are_chosen(store: RunStore) -> None:
    app = open_app("train")
    app.slider(key="layers").set_value(3).run()
    app.select_slider(key="units_2").set_value(16)
    app.slider(key="epochs").set_value(7)
    app.select_slider(key="dropout").set_value(0.25)
    app.select_slider(key="learning_rate").set_value(2e-3)
    app.select_slider(key="batch_size").set_value(256)
    app.selectbox(key="schedule").select("one-cycle")
    app.selectbox(key="activation").select("gelu")
    app.toggle(key="batch_norm").set_value(True)
    app.slider(key="validation_percent").set_value(25)
    app.number_input(key="seed").set_value(42)

    app.button(key="start").click().run()

    assert started(store) == TrainingConfig(
        preset="classic-mlp",
        network=MlpConfig(
            hidden=(128, 64, 16), activation="gelu", dropout=0.25, batch_norm=True
        ),
        epochs=7,
        batch_size=256,
        learning_rate=2e-3,
        schedule="one-cycle",
        validation_fraction=0.25,
        seed=42,
    )
    assert store.runs()[0].name == "784-128-64-16-10"


@pytest.mark.usefixtures("tasks")
def test_address_sets_what_it_names_and_the_preset_the_rest(store: RunStore) -> None:
    app = open_app("train", recipe="fast-mlp~epochs~3~seed~7")

    app.button(key="start").click().run()

    config = started(store)
    assert (config.preset, config.epochs, config.seed) == ("fast-mlp", 3, 7)
    assert (config.batch_size, config.learning_rate) == (128, 8e-3)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", "9999"),
        ("epochs", "many"),
        ("layers", "9"),
        ("units_0", "7.5"),
        ("units_0", "2049"),
        ("dropout", "nan"),
        ("learning_rate", "7"),
        ("batch_size", "-1"),
        ("schedule", "later"),
        ("activation", ""),
        ("batch_norm", "perhaps"),
        ("validation_percent", "99"),
        ("seed", "-1"),
        ("seed", "inf"),
        ("seed", "9" * 5000),
        ("preset", "nonsense"),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.usefixtures("tasks")
def test_impossible_setting_in_the_address_is_that_of_the_preset(
    key: str, value: str, store: RunStore
) -> None:
    """It was the lowest possible one: a link with a slip trained one epoch."""
    app = open_app("train", recipe=f"classic-mlp~{key}~{value}")

    app.button(key="start").click().run()

    assert started(store) == presets.preset(presets.DEFAULT).config
    assert not app.exception


@pytest.mark.usefixtures("store")
def test_what_differs_from_the_preset_is_marked_and_set_back_by_a_click() -> None:
    app = open_app("train")
    app.slider(key="epochs").set_value(33)
    app.select_slider(key="rotation").set_value(10.0).run()
    assert "\u25cf" in app.slider(key="epochs").label
    assert app.button(key="reset_rotation").label == "Rotation: 10\u00b0"

    app.button(key="reset_epochs").click().run()

    assert app.slider(key=key_in(app, "epochs")).value == 10
    assert "\u25cf" not in app.slider(key=key_in(app, "epochs")).label
    assert app.select_slider(key="rotation").value == 10.0


@pytest.mark.usefixtures("store")
def test_all_changes_are_set_back_at_once() -> None:
    lenet = presets.preset("lenet").config
    app = open_app("train", recipe="lenet~epochs~3~dropout~0.5")

    app.button(key="reset_all").click().run()

    assert app.slider(key=key_in(app, "epochs")).value == lenet.epochs
    assert app.select_slider(key=key_in(app, "dropout")).value == 0.0
    assert [each for each in app.button if "reset" in str(each.key)] == []


@pytest.mark.usefixtures("store")
def test_a_network_that_cannot_be_is_explained_and_not_started() -> None:
    """Three blocks of 9 x 9 pixels leave nothing of 28."""
    app = open_app("train", recipe="lenet~blocks~3~kernel_1~9")

    assert "leave nothing" in app.error[0].value
    assert [each for each in app.button if each.key == "start"] == []
    assert not app.exception


@pytest.mark.usefixtures("tasks")
def test_a_dense_preset_can_be_made_convolutional(store: RunStore) -> None:
    app = open_app(
        "train", recipe="classic-mlp~kind~convolutional~filters_0~8~convolutions_1~2"
    )

    app.button(key="start").click().run()

    network = started(store).network
    assert network.describe(dimensions(10)) == ("28x28-8C5-P2-32C5-32C5-P2-128-64-10")


@pytest.mark.usefixtures("store")
def test_settings_outlive_a_visit_to_another_page() -> None:
    app = open_app("train")
    app.slider(key="epochs").set_value(33).run()

    go_to(go_to(app, "explore"), "train")

    assert app.slider(key="epochs").value == 33


def test_another_run_in_the_place_of_a_deleted_one_is_named(
    store: RunStore, running_run: str
) -> None:
    """Or its curve would be taken for that of the run that was asked for."""
    deleted = store.create(TrainingConfig(), name="deleted")
    store.delete(deleted)

    named = "does not exist, or no longer does. This is"
    assert f"{named} long-run." in alerts(open_app("train", watch=deleted))[0]
    assert named not in text(open_app("train", watch=running_run))
    assert named not in text(open_app("train"))


@pytest.mark.usefixtures("tasks")
def test_started_run_is_watched_and_in_the_address(store: RunStore) -> None:
    app = open_app("train")

    app.button(key="start").click().run()

    (run,) = store.runs()
    assert app.query_params["watch"] == run.id
    assert app.progress[0].text == "classic-mlp is starting"


def test_second_start_waits_behind_the_first(
    store: RunStore, tasks: list[object]
) -> None:
    """Who clicks twice gets two runs, one after the other, and sees the second."""
    app = open_app("train")
    app.button(key="start").click().run()

    app.button(key="start").click().run()

    second, first = store.runs()
    assert tasks == [("perform_queued", (first.id,))]
    assert app.query_params["watch"] == second.id
    assert app.progress[0].text == "classic-mlp is queued: 1st of 1"


@pytest.mark.usefixtures("running_run")
def test_run_at_work_shows_where_it_stands() -> None:
    app = open_app("train")

    assert app.progress[0].text == "long-run, epoch 5 of 20, chunk 4 of 4, 3 s left"
    assert app.progress[0].value == 22
    assert app.button(key="stop").label == "Stop"
    assert [metric.value for metric in app.metric] == ["\u2013"] * 3 + ["1,000"]
    assert app.session_state["stage"] == "under way"


def test_stop_asks_the_run_to_stop(store: RunStore, running_run: str) -> None:
    app = open_app("train")

    app.button(key="stop").click().run()

    assert store.is_stop_requested(running_run)
    assert app.session_state[state.STAGE] == "stopping"
    assert not app.exception


def test_stop_of_a_run_that_waits_ends_it_at_once(store: RunStore) -> None:
    run_id = store.create(TrainingConfig(), name="classic-mlp")
    app = open_app("train")

    app.button(key="stop").click().run()

    assert store.get(run_id).status is RunStatus.STOPPED
    assert app.progress[0].text == "classic-mlp has stopped"
    assert "Stopped on request" in alerts(app)[0]


@pytest.mark.parametrize("happened", ["finished", "deleted"])
def test_stop_that_comes_too_late_does_no_harm(
    happened: str, store: RunStore, running_run: str
) -> None:
    """The button is still there for half a second."""
    app = open_app("train")
    if happened == "finished":
        store.fail(running_run, "The disk is full.")
    else:
        store.delete(running_run)

    app.button(key="stop").click().run()

    assert not app.exception


def test_curves_have_a_point_for_each_epoch(store: RunStore, running_run: str) -> None:
    history = History(
        loss=(0.5,), accuracy=(0.8,), val_loss=(0.3,), val_accuracy=(0.9,)
    )
    store.log(running_run, [small_data.progress(5.0, history=history)])

    app = open_app("train")

    (validation,) = (
        line
        for line in figure(app, "curve_accuracy")["data"]
        if line["name"] == "Validation"
    )
    assert (validation["x"], validation["y"]) == ([1], [90])
    assert [m.value for m in app.metric] == ["90.00 %", "0.3000", "0.5000", "1,000"]


def running(store: RunStore, epochs: int, *, progress: Progress = HALF_WAY) -> str:
    """Put a run at work into the store."""
    run_id = store.create(TrainingConfig(epochs=epochs), name=f"of {epochs}")
    store.start(run_id)
    store.log(run_id, [progress])
    return run_id


@pytest.mark.parametrize(
    ("done", "chunk", "text"),
    [
        (0.998, 4, "epoch 2 of 20, chunk 1 of 4"),
        (1.25, 1, "epoch 2 of 20, chunk 2 of 4"),
    ],
    ids=["between two epochs", "within an epoch"],
)
def test_the_part_that_is_learned_is_named(
    store: RunStore, done: float, chunk: int, text: str
) -> None:
    """An epoch ends with a full batch: of 54,000 images a little before its end."""
    report = replace(small_data.progress(done), chunk=chunk)
    run_id = running(store, 20, progress=report)

    app = open_app("train", watch=run_id)

    assert app.progress[0].text == f"of 20, {text}, 3 s left"


def test_a_stopped_run_shows_that_it_is_being_saved(
    store: RunStore, running_run: str
) -> None:
    """Its model comes a second later; until then nothing is said to be lost."""
    store.stop(running_run, saving=True)

    app = open_app("train")

    assert alerts(app) == ["Stopped. The model is being tested and saved."]


@pytest.mark.usefixtures("tasks")
def test_continue_queues_the_rest_of_a_stopped_run(
    store: RunStore, running_run: str, tmp_path: Path
) -> None:
    """19 of 20 epochs are offered after one; the new run is then watched."""
    history = History(
        loss=(0.5,), accuracy=(0.8,), val_loss=(0.3,), val_accuracy=(0.9,)
    )
    store.log(running_run, [small_data.progress(1.0, history=history)])
    (tmp_path / "files").mkdir()
    state = small_data.checkpoint(num_epochs=1)
    state.save(tmp_path / "files" / "checkpoint.npz")
    scores = RunScores(test_accuracy=0.9, test_size=10_000, train_seconds=1.0)
    store.stop(running_run, saving=True)
    store.save_results(running_run, scores=scores, files=tmp_path / "files")
    app = open_app("train")
    assert app.number_input(key=f"more_{running_run}").value == 19

    app.button(key="continue").click().run()

    child = store.runs()[0]
    assert (child.parent, child.config.epochs) == (running_run, 20)
    assert app.query_params["watch"] == child.id
    assert app.progress[0].text == "long-run, to epoch 20 is starting"


@pytest.mark.usefixtures("finished_run")
def test_a_run_whose_state_was_not_kept_offers_no_continuation() -> None:
    """A button that can only fail is worse than none."""
    app = open_app("train")

    assert [button.key for button in app.button if button.key == "continue"] == []


@pytest.mark.usefixtures("finished_run")
def test_result_has_n_interval_and_time() -> None:
    """9,750 of 10,000, and Wilson's interval of it, worked out by hand."""
    app = open_app("train")

    assert app.success[0].value == (
        "97.50 % of 10,000 test images (97.2 to 97.8), trained in 3 s."
    )
    assert app.progress[0].text == "fast-mlp has finished"


@pytest.mark.usefixtures("tasks")
def test_a_run_that_broke_off_goes_on_from_what_was_kept(
    store: RunStore, running_run: str
) -> None:
    """It had finished three epochs by then, and its state was kept in the third."""
    for number in (1, 2, 3):
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        history = History(**dict.fromkeys(names, (0.5,) * number))
        store.log(running_run, [small_data.progress(float(number), history=history)])
    kept = checkpoint_files.file_of(running_run)
    kept.parent.mkdir()
    small_data.checkpoint(num_epochs=2).save(kept)
    store.fail(running_run, "Its process was killed.")
    app = open_app("train")
    assert app.error[0].value == (
        "Its process was killed. Its state in epoch 3 of 20 was saved: Continue, "
        "on Train, resumes from there."
    )
    assert app.number_input(key=f"more_{running_run}").value == 18

    app.button(key="continue").click().run()

    child = store.runs()[0]
    assert (child.parent, child.config.epochs) == (running_run, 20)


def test_failed_run_says_why(store: RunStore, running_run: str) -> None:
    store.fail(running_run, "The loss is no longer a number. Lower the learning rate.")

    app = open_app("train")

    assert app.error[0].value.startswith("The loss is no longer a number.")
    assert app.progress[0].text == "long-run has failed"
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert links["Show the log"] == f"runs={running_run}"
    with pytest.raises(KeyError):
        app.button(key="stop")


def test_link_shows_its_run_and_not_the_newest(
    finish_run: Callable[..., str],
) -> None:
    older, _ = finish_run(name="older"), finish_run(name="newer")

    assert "older has finished" in open_app("train", watch=older).progress[0].text
    assert "newer has finished" in open_app("train").progress[0].text


@pytest.mark.usefixtures("finished_run")
def test_link_to_no_run_shows_the_newest() -> None:
    app = open_app("train", watch="nonsense")

    assert app.progress[0].text == "fast-mlp has finished"
    assert not app.exception


def test_cost_of_the_network_is_known_before_it_is_trained() -> None:
    """784 x 128 + 128 x 64 + 64 x 10, worked out by hand."""
    app = open_app("train")

    assert "109,386 parameters" in text(app)
    assert any("109,184 multiply-adds" in each.value for each in app.caption)
    assert any("about 2.0 MB of memory" in each.value for each in app.caption)


def test_convolutional_preset_has_a_slider_for_each_block(
    store: RunStore, tasks: list[object]
) -> None:
    app = open_app("train")
    app.pills(key="preset").select("lenet").run()
    app.select_slider(key="filters_1").set_value(8).run()

    app.button(key="start").click().run()

    (run,) = store.runs()
    assert [block.filters for block in run.config.network.blocks] == [16, 8]
    assert run.name == "28x28-16C5-P2-8C5-P2-128-10"
    assert len(tasks) == 1


def look_at(tab: str, /, **address: str) -> AppTest:
    """Open the Train page with one of its views turned to."""
    app = open_app("train", **address)
    app.session_state["tab"] = tab
    return app.run()


@pytest.mark.usefixtures("store")
def test_the_network_is_drawn_before_it_is_trained() -> None:
    """With what each layer gives and has, for those who cannot see it too."""
    app = look_at("Network", recipe="classic-mlp~layers~1~units_0~8")

    alt = alt_of(app, "network_diagram")
    assert "6,280 parameters" in alt
    assert "90 parameters" in alt


@pytest.mark.usefixtures("store")
def test_the_learning_rate_is_drawn_as_it_will_be() -> None:
    """54,000 images in batches of 128, five times: 2,109 steps to the top and down."""
    app = look_at("Learning rate", recipe="fast-mlp")

    assert "About 2,109 steps of 128 images." in text(app)
    (line,) = figure(app, "schedule_curve")["data"]
    rates = line["y"]
    assert max(rates) == pytest.approx(8e-3, rel=0.02)
    assert rates[-1] < rates[0] < max(rates)


@pytest.mark.usefixtures("store")
def test_without_changes_the_preview_says_where_to_choose_some() -> None:
    assert "trains on the images as they are" in alerts(look_at("Augmentation"))[-1]


@pytest.mark.usefixtures("store")
def test_a_tab_says_that_it_is_coming_before_it_is_opened() -> None:
    """A browser shows it from the click until the page was run, maybe seconds later."""
    assert text(open_app("train")).count("One moment ...") == 4
    assert text(look_at("Network")).count("One moment ...") == 3


def test_the_preview_is_asked_for_once_and_shown_when_it_is_there(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that trains makes it, maybe seconds later."""
    assert store
    coming: list[Future[tuple[np.ndarray, np.ndarray]]] = []

    def preview(config: TrainingConfig, **_: int) -> Future[object]:
        assert config.augmentation.rotation == 8.0
        coming.append(Future())
        return coming[-1]

    monkeypatch.setattr(executor, "preview", preview)
    app = look_at("Augmentation", recipe="lenet")
    assert "The preview is being made" in text(app)

    images = np.zeros((6, 28, 28), np.uint8)
    coming[0].set_result((images, np.zeros((6, 7, 28, 28), np.uint8)))
    app.run()

    assert "6 training images, each with 7" in alt_of(app, "previews")
    assert len(coming) == 1


@pytest.mark.usefixtures("store")
def test_a_preview_that_failed_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process that was to make it may have been killed."""
    coming: list[Future[object]] = []

    def preview(*_: object, **__: int) -> Future[object]:
        coming.append(Future())
        coming[-1].set_exception(BrokenProcessPool("The process has ended."))
        return coming[-1]

    monkeypatch.setattr(executor, "preview", preview)
    app = look_at("Augmentation", recipe="lenet")
    assert "The preview could not be made" in alerts(app)[-1]
    assert len(coming) == 1

    app.run()

    assert "The preview could not be made" in alerts(app)[-1]
    assert len(coming) == 2


@pytest.mark.usefixtures("store")
def test_the_code_trains_what_the_controls_say() -> None:
    app = look_at("Code", recipe="fast-mlp~epochs~3")

    command, program = (block.value for block in app.code)
    assert command == "python -m core train --preset fast-mlp --epochs 3"
    assert "epochs=3" in program


@pytest.mark.usefixtures("tasks")
def test_starting_turns_to_the_curves(store: RunStore) -> None:
    app = look_at("Code")

    app.button(key="start").click().run()

    assert app.session_state["tab"] == "Live"
    assert app.progress[0].text == "classic-mlp is starting"
    assert len(store.runs()) == 1


@pytest.mark.usefixtures("finished_run")
def test_the_expected_time_comes_from_earlier_runs() -> None:
    """The only run is of the same recipe and took 3.2 s."""
    app = open_app("train")

    assert "judging by 1 run on this computer" in text(app)


@pytest.mark.usefixtures("store")
def test_without_earlier_runs_the_expected_time_is_called_a_guess() -> None:
    assert "The time is a guess" in text(open_app("train"))


def test_what_looks_wrong_is_said_in_a_sentence(store: RunStore) -> None:
    """A loss that stays that of guessing needs another learning rate."""
    guessing = 2.3026
    run_id = store.create(TrainingConfig(), name="long-run")
    store.start(run_id)
    for epoch in range(1, 5):
        scores = {
            "loss": (guessing,) * epoch,
            "accuracy": (0.1,) * epoch,
            "val_loss": (guessing,) * epoch,
            "val_accuracy": (0.1,) * epoch,
        }
        history = History(**scores)
        chunk = small_data.progress(float(epoch), history=history)
        store.log(run_id, [replace(chunk, loss=guessing, accuracy=0.1)])

    app = open_app("train")

    assert "learning rate" in app.warning[0].value


def two_looks() -> None:
    """Look at a run that was starting; the third time the page is run again."""
    import streamlit as st  # noqa: PLC0415 - this is a script of its own

    from dashboard.widgets.train import live_run  # noqa: PLC0415

    st.session_state["looks"] += 1
    if st.session_state["looks"] <= 2:
        live_run.turn_to("under way")


def test_first_point_is_left_to_be_seen_before_the_page_is_run_again() -> None:
    """A page that is run drops what was not sent yet."""
    app = AppTest.from_function(two_looks)
    app.session_state["looks"] = 0
    app.session_state[state.STAGE] = app.session_state[state.NEXT_STAGE] = "starting"

    assert app.run().session_state["looks"] == 1
    assert app.run().session_state["looks"] == 3


@pytest.mark.parametrize(
    ("seconds", "is_begun", "expected"),
    [(1, False, "starting"), (10, False, "waiting"), (10, True, "starting")],
    ids=str,
)
def test_page_looks_often_only_while_a_run_may_start_at_once(
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seconds: int,
    is_begun: bool,
    expected: live_run.Stage,
) -> None:
    """A process that is not ready yet needs the processor more than the page."""
    run_id = store.create(TrainingConfig(), name="asked-for")
    if is_begun:
        store.start(run_id)
    then = store.get(run_id).created + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: then)

    app = open_app("train", watch=run_id)

    assert app.session_state[state.STAGE] == expected
