"""One choice of the data set for all pages, in the session and in the address."""

import numpy as np
import pytest

from core.config import TrainingConfig
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec, write_spec
from core.runs.store import RunStore
from tests.dashboard.app import alerts, go_to, key_in, open_app, text

SPEC = DatasetSpec(
    name="letters",
    title="My *letters*",
    classes=("A/a", "b", "c"),
    image_shape=(12, 20),
    ink_style="emnist",
    num_train=1,
    num_test=1,
)


@pytest.fixture(autouse=True)
def letters(store: RunStore) -> None:  # noqa: ARG001 - it makes the home
    """Make a data set of 90 and 30 images."""
    with datasets.create(SPEC) as draft:
        for part, size in (("train", 90), ("test", 30)):
            images = np.full((size, 12, 20), 255, np.uint8)
            draft.content.append(part, images, np.arange(size, dtype=np.uint8) % 3)


@pytest.mark.parametrize("page", ["overview", "explore", "train"])
def test_each_page_of_the_address_has_its_data_set(page: str) -> None:
    """A link shows the same to somebody else."""
    app = open_app(page, data="letters")

    assert not app.exception
    assert app.selectbox(key="dataset_picker").value == "letters"
    assert "My *letters*, 120 images" in app.selectbox(key="dataset_picker").options


def test_a_choice_goes_along_to_other_pages() -> None:
    """Who looks at letters wants to train on letters."""
    app = open_app("explore")

    app.selectbox(key="dataset_picker").select("letters").run()
    go_to(app, "train")

    assert app.selectbox(key="dataset_picker").value == "letters"


def test_a_recipe_is_for_the_chosen_data_set(store: RunStore) -> None:
    """Its network has as many inputs and outputs as the data set asks for."""
    app = open_app("train", data="letters")
    assert "**240-128-64-3**" in text(app)

    app.button(key="start").click().run()

    (run,) = store.runs()
    assert run.config.dataset == "letters"


def test_another_data_set_keeps_what_was_set_by_hand() -> None:
    """Only what is as the preset has it follows the data set."""
    app = open_app("train", recipe="fast-mlp~epochs~7")

    app.selectbox(key="dataset_picker").select("letters").run()

    assert app.slider(key=key_in(app, "epochs")).value == 7
    assert app.query_params["recipe"] == "fast-mlp~epochs~7"
    assert "240-128-64-3" in text(app)


def test_the_first_network_of_the_overview_learns_the_chosen_data(
    store: RunStore,
) -> None:
    """The button stands beside the images of that data set."""
    app = open_app("overview", data="letters")
    assert "120 images in 3 classes" in text(app)

    app.button(key="train_first").click().run()

    assert store.runs()[0].config.dataset == "letters"


def test_a_run_whose_data_set_is_gone_is_still_listed(store: RunStore) -> None:
    """Its scores cost time; the description is with the run."""
    run_id = store.create(TrainingConfig(dataset="letters"), name="old run")
    store.note_dataset(run_id, write_spec(SPEC), fingerprint="0" * 64)
    datasets.delete("letters")

    app = open_app("runs")

    assert not alerts(app)
    (table,) = app.dataframe
    row = table.value.iloc[0]
    assert (row["Network"], row["Data set"]) == ("240-128-64-3", "My *letters*")


def test_a_deleted_data_set_is_not_shown_from_memory() -> None:
    """Another one may have its name by now."""
    app = open_app("explore", data="letters")
    datasets.delete("letters")
    with datasets.create(SPEC) as draft:
        for part in ("train", "test"):
            images = np.zeros((6, 12, 20), np.uint8)
            draft.content.append(part, images, np.arange(6, dtype=np.uint8) % 3)

    app.run()

    assert not app.exception
    assert "1 to 6 of 6 training images" in text(app)
