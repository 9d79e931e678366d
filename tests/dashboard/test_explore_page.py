"""Explore: choose images, put them in an order, enlarge one, see how classes differ."""

from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.arrays import Dataset
from core.datasets.exploring import neighbours
from core.datasets.spec import DatasetSpec
from core.jobs import worker
from core.jobs.kinds.summary import Summarise
from core.runs.store import RunStore
from tests.dashboard.app import alerts, captions, figure, open_app, text

CLASSES = ("<b>1</b>", "C/c", "あ")
NUM_TRAIN, NUM_TEST = 300, 60


@pytest.fixture
def signs(store: RunStore) -> Dataset:  # noqa: ARG001 - it makes the home
    """Make bars of three slopes, of which two are copies of others."""
    generator = np.random.default_rng(0)
    spec = DatasetSpec(
        name="signs",
        title="My *signs*",
        classes=CLASSES,
        image_shape=(16, 20),
        num_train=1,
        num_test=1,
    )
    with datasets.create(spec) as draft:
        for part, size in (("train", NUM_TRAIN), ("test", NUM_TEST)):
            labels = np.arange(size, dtype=np.uint8) % 3
            images = np.zeros((size, 16, 20), np.uint8)
            for image, label in zip(images, labels, strict=True):
                rows = np.arange(2, 14)
                image[rows, 8 + (rows * int(label)) // 6] = 200
            images += generator.integers(0, 40, images.shape, dtype=np.uint8)
            images[-1] = images[0]
            draft.content.append(part, images, labels)
    return datasets.load("signs")


@pytest.fixture
def summarised(signs: Dataset, store: RunStore) -> Dataset:
    """Have the summary made as a worker does."""
    task = Summarise(subject="signs", fingerprint=signs.fingerprint)
    worker.perform(task.create(store, name="Summary"))
    assert task.result() is not None
    return signs


def explore(**address: str) -> AppTest:
    """Open Explore with the data set."""
    app = open_app("explore", data="signs", **address)
    assert not app.exception
    return app


@pytest.mark.usefixtures("store")
def test_the_images_are_there_before_anything_was_computed() -> None:
    """A look at the data must not wait for a look at every image."""
    app = open_app("explore")

    assert "1 to 144 of 60,000 training images" in text(app)
    assert len(captions(app, "samples")) == 144
    assert app.selectbox(key="order").options == ["As stored", "Shuffled"]


@pytest.mark.usefixtures("store")
def test_the_first_look_asks_for_the_summary_once(
    tasks: list[tuple[str, tuple[object, ...]]], store: RunStore
) -> None:
    """Two viewers, or one who reloads, must not have it made twice."""
    for _ in range(2):
        open_app("explore")

    (job,) = store.jobs()
    assert (job.kind, job.subject, job.lane) == ("summary", "mnist", "input-output")
    assert len(tasks) == 1


def test_a_summary_that_failed_says_why_and_can_be_asked_for_again(
    signs: Dataset, store: RunStore
) -> None:
    """It is not asked for again by itself: it would only fail again."""
    task = Summarise(subject="signs", fingerprint=signs.fingerprint)
    store.fail(task.create(store, name="Summary"), "The *disk* is full.")

    app = explore()

    assert "The \\*disk\\* is full." in alerts(app)[0]
    assert app.button(key="make_summary").label == "Compute the summary"
    assert len(store.jobs()) == 1


@pytest.mark.usefixtures("summarised")
def test_a_class_and_a_split_narrow_the_images_down() -> None:
    app = explore()

    app.segmented_control(key="split").select("test").run()
    app.segmented_control(key="class").select("C/c").run()

    assert "1 to 20 of 20 of 60 (33.3 %) test images" in text(app)
    assert all(each.startswith("C/c, test image ") for each in captions(app, "samples"))


def test_an_order_follows_what_was_measured(summarised: Dataset) -> None:
    """The darkest image first is a fact that pixels can confirm."""
    app = explore(order="Darkest", split="test")

    inks = summarised.test.images.reshape(NUM_TEST, -1).mean(axis=1)
    assert captions(app, "samples")[0].endswith(f"image {inks.argmax()}")


@pytest.mark.usefixtures("summarised")
def test_a_page_that_is_not_there_any_more_is_the_last_one() -> None:
    """A link may have been made before a class was chosen."""
    app = explore(page="99")

    assert not alerts(app)
    assert captions(app, "samples")


def test_shuffling_shows_others_and_the_first_are_the_same_for_all(
    summarised: Dataset,  # noqa: ARG001 - the page shows it
) -> None:
    """A link has to show the same to somebody else."""
    app = explore()
    first = captions(app, "samples")

    app.button(key="shuffle").click().run()

    assert captions(app, "samples") != first
    assert captions(explore(), "samples") == first


@pytest.mark.usefixtures("summarised")
def test_the_image_of_the_address_is_enlarged_with_its_measures() -> None:
    app = explore(split="test", image="3")

    assert "test image 3" in text(app)
    assert [each.label for each in app.metric] == [
        "Stroke",
        "Slant",
        "Width : height",
        "Ink",
    ]
    assert len(captions(app, "neighbours")) == 10


def test_the_nearest_training_image_of_a_copy_is_its_original(
    summarised: Dataset,
) -> None:
    """An image is no neighbour of itself, but its copy is one."""
    app = explore(image=str(NUM_TRAIN - 1))

    assert summarised.train.labels[0] == 0
    assert captions(app, "neighbours")[0].endswith("image 0, difference 0.000")


@pytest.mark.usefixtures("summarised")
def test_names_of_classes_are_no_markup() -> None:
    """They come from folders of other people."""
    app = explore(image="0", view="Classes")

    assert "\\<b\\>1\\</b\\>, training image 0" in text(app)
    labels = figure(app, "balance")["data"][0]["x"]
    assert labels[0] == "&lt;b>1&lt;/b>"


@pytest.mark.usefixtures("summarised")
def test_duplicates_stand_side_by_side_and_can_be_removed(
    store: RunStore,
) -> None:
    """One click makes a version; the data set itself stays."""
    app = explore(view="Duplicates")
    assert captions(app, "pairs")[:2] == [
        "<b>1</b>, training image 0",
        "C/c, training image 299",
    ]

    app.button(key="remove_copies").click().run()

    job = store.jobs()[0]
    worker.perform(job.id)
    spec = catalog.spec("signs@2")
    assert (spec.num_train, spec.num_test) == (NUM_TRAIN - 1, NUM_TEST - 1)
    assert catalog.spec("signs").num_train == NUM_TRAIN


@pytest.mark.usefixtures("summarised")
@pytest.mark.parametrize(
    ("view", "key"),
    [
        ("Classes", "averages"),
        ("Classes", "difference"),
        ("Measures", "distributions"),
        ("Map", "image_map"),
    ],
)
def test_each_view_has_its_figure(view: str, key: str) -> None:
    app = explore(view=view)

    assert figure(app, key)["data"]


@pytest.mark.usefixtures("summarised")
def test_a_selection_on_the_map_is_in_the_address() -> None:
    """A link shows the same images to somebody else."""
    app = explore(view="Map", points="1,5,7")

    assert app.button(key="remove_points").label == "3 selected images"
    assert captions(app, "map_images")[1].endswith("training image 5")


@pytest.mark.usefixtures("summarised")
def test_another_data_set_drops_what_was_chosen_in_the_first() -> None:
    """Image 299 of one is none of another."""
    app = explore(image="299", view="Map", points="1,5")

    app.selectbox(key="dataset_picker").select("mnist").run()

    assert "image" not in app.query_params
    assert "points" not in app.query_params


@pytest.mark.usefixtures("store")
def test_an_unknown_data_set_in_the_address_is_told() -> None:
    """Somebody else's link may name what only they have."""
    app = open_app("explore", data="*nobody's*")

    assert "There is no data set \\*nobody's\\* here" in alerts(app)[0]
    assert captions(app, "samples")


def test_a_damaged_summary_is_made_again(
    summarised: Dataset, store: RunStore, home: Path
) -> None:
    """Its data are still there; nobody has to know the folders of the home."""
    (folder,) = (home / "datasets" / ".results" / summarised.fingerprint).iterdir()
    for file in folder.glob("*.npy"):
        file.write_bytes(b"damaged")

    app = explore()

    assert captions(app, "samples")
    assert store.jobs()[0].status == "queued"


def test_neighbours_are_not_searched_again_while_the_image_stays(
    summarised: Dataset,  # noqa: ARG001 - the page shows it
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A search goes through all images, and other choices change nothing of it."""
    search = Mock(wraps=neighbours.nearest)
    monkeypatch.setattr(neighbours, "nearest", search)
    app = explore(order="As stored", image="3")

    app.segmented_control(key="view").select("Measures").run()
    assert search.call_count == 1

    app.segmented_control(key="split").select("test").run()
    first, second = (call.args[0] for call in search.call_args_list)
    assert not np.array_equal(first, second)
