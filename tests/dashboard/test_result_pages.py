"""Evaluate and Mistakes: the numbers, a cell, an image, and filters."""

from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from core.datasets.store import Dataset
from core.jobs.kinds.training_images import PredictTraining
from core.predictions import Predictions
from core.records import ARRAYS, Attachment
from core.runs.store import RunStore
from tests.dashboard.app import captions, figure, go_to, open_app, text

pytestmark = pytest.mark.usefixtures("finished_run")


def test_accuracy_is_given_with_n_interval_and_mistakes() -> None:
    """9,750 of 10,000, and Wilson's interval of it, worked out by hand."""
    shown = text(open_app("evaluate"))

    assert "**97.50 % of 10,000 test images (97.2 to 97.8)**, 250 mistakes" in shown


def test_class_table_has_the_support_of_each_class() -> None:
    """MNIST's test set has 980 zeros and 1,135 ones."""
    table = open_app("evaluate", analysis="Per-class metrics").table[0].value

    assert list(table["Test images"])[:2] == ["980", "1,135"]
    assert list(table.index) == list("0123456789")


def test_without_a_cell_one_is_told_to_click() -> None:
    app = open_app("evaluate")

    assert "Click a cell" in app.info[0].value
    assert app.selectbox(key="cell_true").value is None


def test_cell_chosen_by_name_shows_its_images_and_is_in_the_address(
    made_up: Predictions,
) -> None:
    """For the keyboard and the phone; one class alone is its row."""
    num_images = np.count_nonzero(made_up.labels[::40] == 4)
    app = open_app("evaluate")
    app.selectbox(key="cell_true").select("4").run()
    assert app.query_params["cell"] == "4-"

    app.selectbox(key="cell_predicted").select("9").run()

    assert app.query_params["cell"] == "4-9"
    assert len(captions(app, "cell_4_9")) == num_images
    assert f"{num_images} of {num_images} test images" in text(app)


def test_link_with_a_cell_shows_the_same_as_choosing_it() -> None:
    chosen, linked = open_app("evaluate"), open_app("evaluate", cell="4-9")
    chosen.selectbox(key="cell_true").select("4").run()

    chosen.selectbox(key="cell_predicted").select("9").run()

    assert captions(linked, "cell_4_9") == captions(chosen, "cell_4_9")
    assert linked.button(key="remove_cell").label == "4 predicted as 9"
    assert linked.selectbox(key="cell_true").value == "4"
    assert figure(linked, "confusion_matrix") == figure(chosen, "confusion_matrix")


def test_chip_takes_the_cell_and_its_image_away() -> None:
    app = open_app("evaluate", cell="4-9", image="0")

    app.button(key="remove_cell").click().run()

    assert "cell" not in app.query_params
    assert "image" not in app.query_params
    assert app.selectbox(key="cell_true").value is None
    assert app.selectbox(key="cell_predicted").value is None


def test_emptied_name_leaves_the_row(made_up: Predictions) -> None:
    """982 images of a 4, the 22 mistakes first, page by page."""
    num_wrong = np.count_nonzero(made_up.labels[::40] == 4)
    app = open_app("evaluate", cell="4-9")

    app.selectbox(key="cell_predicted").set_value(None).run()

    assert app.query_params["cell"] == "4-"
    assert app.button(key="remove_cell").label == "True class 4"
    assert "64 of 982 test images, the mistakes first" in text(app)
    told = [each.split(", ")[0] for each in captions(app, "cell_4_None")]
    assert told[:num_wrong] == ["4 predicted as 9"] * num_wrong
    assert set(told[num_wrong:]) == {"4 predicted as 4"}


def test_column_has_all_images_that_were_predicted_so() -> None:
    app = open_app("evaluate", cell="-9")

    assert app.button(key="remove_cell").label == "Predicted class 9"
    assert {each.split(", ")[0] for each in captions(app, "cell_None_9")} == {
        *("4 predicted as 9", "9 predicted as 9")
    }


def test_cell_without_images_says_that_it_never_happened() -> None:
    app = open_app("evaluate", cell="4-8")

    assert app.info[0].value == "No 4 predicted as 8 among the test images."


def test_link_with_an_image_shows_its_card(made_up: Predictions) -> None:
    """Test image 0 is a 7, which the made-up predictions take for a 2."""
    app = open_app("evaluate", cell="7-2", image="0")

    bars = figure(app, "card_bars")["data"][0]
    assert "Test image 0: 7 predicted as 2" in text(app)
    assert max(bars["x"]) == pytest.approx(made_up.probabilities[0, 2] * 100)


def test_another_cell_puts_the_image_away() -> None:
    app = open_app("evaluate", cell="7-2", image="0")
    app.selectbox(key="cell_true").select("4").run()

    app.selectbox(key="cell_predicted").select("9").run()

    assert "image" not in app.query_params


def test_numbers_can_be_shares_of_the_row() -> None:
    app = open_app("evaluate")

    app.segmented_control(key="numbers").select("Row %").run()

    notes = figure(app, "confusion_matrix")["layout"]["annotations"]
    assert {"97.2", "97.3", "97.5"} & {note["text"] for note in notes}
    assert not {"980", "1,135"} & {note["text"] for note in notes}


def test_hidden_diagonal_leaves_mistakes_only() -> None:
    app = open_app("evaluate")

    app.toggle(key="hide_diagonal").set_value(True).run()

    assert len(figure(app, "confusion_matrix")["layout"]["annotations"]) == 10


def test_mistakes_are_counted_and_come_the_most_confident_first() -> None:
    app = open_app("mistakes")

    sure = [float(each.split(", ")[1].split()[1]) for each in captions(app, "mistakes")]
    assert "**250 of 10,000 (2.5 %)** test images" in text(app)
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == 84


def test_mistakes_can_come_the_least_confident_first() -> None:
    app = open_app("mistakes")

    app.selectbox(key="order").select("least confident first").run()

    sure = [float(each.split(", ")[1].split()[1]) for each in captions(app, "mistakes")]
    assert sure == sorted(sure)


def test_pages_of_mistakes_show_each_once() -> None:
    """250 are two pages of 84 and one of 82."""
    app = open_app("mistakes")
    seen = captions(app, "mistakes")

    for page in (2, 3):
        app.pagination(key="page").set_value(page).run()
        seen += captions(app, "mistakes")

    assert sorted(map(image_number, seen)) == list(range(0, 10_000, 40))


def image_number(caption: str) -> int:
    return int(caption.rpartition(" ")[2].replace(",", ""))


def test_mistakes_can_be_filtered_by_both_classes(made_up: Predictions) -> None:
    num_images = np.count_nonzero(made_up.labels[::40] == 4)
    app = open_app("mistakes")
    app.selectbox(key="true").select("4").run()

    app.selectbox(key="predicted").select("9").run()

    assert f"**{num_images} of 10,000" in text(app)
    assert all(
        each.startswith("4 predicted as 9") for each in captions(app, "mistakes")
    )


def test_mistake_that_never_happened_is_said_so() -> None:
    app = open_app("mistakes", true="4", predicted="8")

    assert app.info[0].value == "The model made no such mistake on the test images."
    assert not app.exception


def test_filter_on_a_late_page_shows_what_is_left() -> None:
    """The third page of all mistakes is beyond the end of a few."""
    app = open_app("mistakes")
    app.pagination(key="page").set_value(3).run()

    app.selectbox(key="true").select("4").run()

    assert not app.exception
    assert captions(app, "mistakes")


def test_card_beside_the_mistakes_is_the_first_until_one_is_chosen() -> None:
    app = open_app("mistakes")
    first = image_number(captions(app, "mistakes")[0])

    linked = open_app("mistakes", image="40")

    assert f"Test image {first:,}:" in text(app)
    assert "Test image 40:" in text(linked)


def test_cell_is_not_carried_to_the_mistakes() -> None:
    """An old link's parameters may come along; they must do no harm."""
    app = go_to(open_app("evaluate", cell="4-9", image="0"), "mistakes")

    assert not app.exception
    assert app.title[0].value == "Mistakes"


def test_correct_images_can_be_seen_and_sorted(made_up: Predictions) -> None:
    """A link says all of it; the number is that of the correct fours."""
    num_right = np.count_nonzero(made_up.labels == 4) - np.count_nonzero(
        made_up.labels[::40] == 4
    )
    app = open_app("mistakes", which="Correct", true="4", order="smallest margin first")

    sure = [float(each.split(", ")[1].split()[1]) for each in captions(app, "mistakes")]
    assert f"**{num_right} of 10,000" in text(app)
    assert sure == sorted(sure)
    assert "4 predicted as 4" in captions(app, "mistakes")[0]


def test_selected_images_are_shown_until_they_are_let_go() -> None:
    """Image 1 is right, so it is no mistake: an empty selection says so."""
    app = open_app("mistakes", points="1")
    assert "None of the 1 selected images fits" in app.info[0].value

    app.segmented_control(key="which").select("All").run()
    assert [image_number(each) for each in captions(app, "mistakes")] == [1]

    app.button(key="remove_points").click().run()
    assert "points" not in app.query_params
    assert "**10,000 of 10,000" in text(app)


def test_training_images_are_shown_once_they_were_classified(
    store: RunStore, finished_run: str, mnist: Dataset, tmp_path: Path
) -> None:
    """All are right but image 7, a 3."""
    labels = np.array(mnist.train.labels)
    probabilities = np.eye(10, dtype=np.float32)[labels]
    probabilities[7] = np.eye(10)[5]
    folder = tmp_path / "made"
    folder.mkdir()
    task = PredictTraining(subject=finished_run)
    made = Attachment(name=task.result_name, title=task.title, key=task.key)
    np.savez(
        folder / ARRAYS,
        probabilities=probabilities,
        features=np.zeros((len(labels), 1), np.float16),
    )
    store.attach(finished_run, made, folder)
    app = open_app("mistakes", part="Training", run=finished_run)

    assert captions(app, "mistakes") == [
        "3 predicted as 5, confidence 100.0 %, training image 7"
    ]
    assert "The network learned from these images" in text(app)
    assert "Training image 7:" in text(app)
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert "emphasis~7" in unquote(links["Train with more weight on this image"])


def test_training_images_have_to_be_classified_first() -> None:
    app = open_app("mistakes", part="Training")

    assert "classify the 60,000 training images" in app.info[0].value
    assert not app.exception
