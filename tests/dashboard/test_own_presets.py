"""Recipes that no preset has: values between the steps, links, presets of one's own."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from core.config import MlpConfig, TrainingConfig, own_presets
from core.runs.store import RunStore
from tests.dashboard.app import alerts, go_to, key_in, open_app, text
from tests.dashboard.homes import MakeRun

ODD = TrainingConfig(
    preset="fast-mlp",
    network=MlpConfig(hidden=(137, 24), dropout=0.17),
    epochs=300,
    learning_rate=0.00137,
    validation_fraction=0.13,
    patience=44,
    seed=5,
)


def start(app: AppTest, store: RunStore) -> TrainingConfig:
    """Start what the controls say, and return what is to be trained."""
    app.button(key="start").click().run()
    assert not app.exception
    return store.runs()[0].training


def link_to_train(app: AppTest) -> dict[str, str]:
    """Return the parameters of the link from a run to its recipe."""
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    return dict(parse_qsl(links["Open in Train"], keep_blank_values=True))


@pytest.mark.usefixtures("tasks")
@pytest.mark.parametrize("preset", ["fast-mlp", "", "gone"])
def test_the_recipe_of_a_run_is_shown_and_trained_as_it_was(
    preset: str, store: RunStore
) -> None:
    """No control has steps for it, and its preset may be gone."""
    config = replace(ODD, preset=preset)
    run_id = store.create(config, name="odd")

    app = open_app("train", **link_to_train(open_app("runs", runs=run_id)))

    assert app.select_slider(key=key_in(app, "learning_rate")).value == 0.00137
    assert app.select_slider(key=key_in(app, "units_0")).value == 137
    assert app.slider(key=key_in(app, "epochs")).value == 300
    assert start(app, store) == config


@pytest.mark.usefixtures("store")
def test_a_value_between_the_steps_stays_on_offer_when_another_is_chosen() -> None:
    app = open_app("train", recipe="fast-mlp~learning_rate~0.00137")
    key = key_in(app, "learning_rate")

    app.select_slider(key=key).set_value(0.002).run()

    slider = app.select_slider(key=key)
    assert slider.value == 0.002
    assert "0.00137" in slider.options
    assert app.query_params["recipe"] == "fast-mlp~learning_rate~0.002"


@pytest.mark.usefixtures("tasks")
def test_a_recipe_is_saved_as_a_preset_chosen_and_deleted(store: RunStore) -> None:
    """After that it is still trained as the page shows it."""
    app = open_app("train", recipe="fast-mlp~epochs~3")
    app.text_input(key="preset_name_train").set_value("three epochs")
    app.button(key="save_recipe_train").click().run()

    config = own_presets.load("three epochs")
    assert (config.epochs, config.preset) == (3, "three epochs")
    assert app.pills(key=key_in(app, "preset")).value == "three epochs"
    assert "Changed from" not in text(app)
    assert start(app, store) == config
    assert store.runs()[0].name == "three epochs"

    app.button(key="delete_preset").click().run()

    assert own_presets.names() == ()
    assert "There is no preset three epochs here" in text(app)
    assert start(app, store) == config


@pytest.mark.usefixtures("store")
def test_a_preset_is_chosen_with_all_its_settings() -> None:
    own_presets.save("mine", ODD)
    app = open_app("train")

    app.pills(key="preset").select("mine").run()

    assert app.slider(key=key_in(app, "epochs")).value == 300
    assert "A preset of your own." in text(app)
    assert "Changed from" not in text(app)
    app.slider(key=key_in(app, "epochs")).set_value(8).run()
    assert "Changed from mine" in text(app)


@pytest.mark.usefixtures("store")
def test_a_name_that_cannot_be_is_told_and_nothing_is_lost() -> None:
    app = open_app("train", recipe="fast-mlp~epochs~3")
    app.text_input(key="preset_name_train").set_value("lenet")

    app.button(key="save_recipe_train").click().run()

    assert "that no preset of Inklab has" in alerts(app)[0]
    assert app.query_params["recipe"] == "fast-mlp~epochs~3"
    assert app.text_input(key="preset_name_train").value == "lenet"


def test_a_damaged_preset_is_told_on_train(store: RunStore) -> None:  # noqa: ARG001
    own_presets.save("mine", ODD)
    own_presets.save("other", ODD)
    (own_presets.folder() / "mine.json").write_text("{")

    app = open_app("train", recipe="mine~")

    assert "Your preset mine was left out." in app.warning[0].value
    assert "other" in app.pills(key=key_in(app, "preset")).options


def test_the_recipe_of_a_run_becomes_a_preset(finish_run: MakeRun) -> None:
    run_id = finish_run()
    app = open_app("runs", runs=run_id)
    app.text_input(key=f"preset_name_{run_id}").set_value("as trained")

    app.button(key=f"save_recipe_{run_id}").click().run()

    assert own_presets.load("as trained") == TrainingConfig(preset="as trained")


@pytest.mark.parametrize(
    "page", ["overview", "runs", "compare", "evaluate", "mistakes", "draw", "train"]
)
def test_pages_of_a_run_whose_preset_was_deleted_are_as_before(
    page: str, store: RunStore, usable_run: str
) -> None:
    config = replace(ODD, preset="deleted since")
    other = store.create(config, name="other")
    store.start(other)
    address = {"runs": other, "watch": other, "run": usable_run}
    if page == "compare":
        address["runs"] = f"{usable_run},{other}"

    app = open_app(page, **address)

    assert not app.exception
    assert not app.error
    if page == "train":
        go_to(app, "train")
        assert not app.exception
