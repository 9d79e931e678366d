"""Evaluate and Mistakes of a run of 62 classes."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.store import RunStore
from tests.dashboard import characters
from tests.dashboard.app import figure, open_app, text


@pytest.fixture(autouse=True)
def _run_of_characters(store: RunStore, tmp_path: Path) -> None:
    """Make a run of 62 classes."""
    characters.make_run(store, characters.make_dataset(), tmp_path / "files")


def pairs(app: AppTest) -> list[str]:
    """Read the ranked pairs."""
    return [each.label for each in app.button if str(each.key).startswith("pair_")]


def test_most_confused_pairs_are_ranked() -> None:
    """12 of 20 O are taken for 0; sixty other pairs have one image each."""
    listed = pairs(open_app("evaluate"))

    assert listed[0] == "O predicted as 0: 12 of 20 (60.0 %)"
    assert len(listed) == 15


def test_pressing_a_pair_chooses_its_cell() -> None:
    app = open_app("evaluate")

    app.button(key="pair_0").click().run()

    assert app.query_params["cell"] == "24-0"
    assert app.button(key="remove_cell").label == "O predicted as 0"
    assert "12 of 12 test images" in text(app)


def test_one_group_can_be_shown_by_itself() -> None:
    app = open_app("evaluate", cell="11-12")

    app.segmented_control(key="matrix").select("Upper case").run()

    shown = figure(app, "confusion_matrix")
    assert len(shown["data"][0]["z"]) == 26 + 1
    assert shown["layout"]["meta"]["cells"]["start"] == 27 + 2
    assert all(each[0].isupper() and each[15].isupper() for each in pairs(app))


def test_share_of_a_group_is_of_all_images_of_the_class() -> None:
    """Of 20 O, 12 are predicted as a digit: they must not drop out of the whole."""
    app = open_app("evaluate", matrix="Upper case")

    captions = figure(app, "confusion_matrix")["layout"]["meta"]["cells"]["captions"]
    assert captions[14 * 27 + 14] == "O predicted as O: 8 of 20 (40.0 %)"


def test_groups_are_shown_against_each_other() -> None:
    app = open_app("evaluate", matrix="Groups", block="1-0")

    shown = figure(app, "confusion_matrix_part")
    captions = shown["layout"]["meta"]["cells"]["captions"]
    assert len(captions) == 16
    assert captions[4] == "Upper case predicted as Digits: 12 of 520 (2.3 %)"
    assert pairs(app) == ["O predicted as 0: 12 of 20 (60.0 %)"]


def test_pair_of_groups_can_be_taken_away() -> None:
    app = open_app("evaluate", matrix="Groups", block="1-0")

    app.button(key="remove_block").click().run()

    assert "block" not in app.query_params
    assert len(pairs(app)) == 15


@pytest.mark.parametrize("block", ["3-0", "x", "3-"])
def test_pair_of_groups_that_is_none_is_ignored(block: str) -> None:
    app = open_app("evaluate", matrix="Groups", block=block)

    assert not app.exception
    assert len(pairs(app)) == 15


def test_metrics_of_many_classes_can_be_sorted_and_come_the_worst_first() -> None:
    """Of sixty-two rows nobody reads more than the first few."""
    table = open_app("evaluate", analysis="Per-class metrics").dataframe[0].value

    assert table["Class"].iloc[0] == "O"
    assert table["Recall"].iloc[0] == pytest.approx(40)
    assert table["Most predicted as instead"].iloc[0] == "0: 12 of 20 (60.0 %)"
    assert table["F1"].is_monotonic_increasing
    assert len(table) == 62


@pytest.mark.parametrize(
    ("page", "key"), [("evaluate", "cell_true"), ("mistakes", "predicted")]
)
def test_classes_in_lists_are_told_apart_by_their_group(page: str, key: str) -> None:
    """In some fonts O, o and 0 look alike."""
    options = open_app(page).selectbox(key=key).options

    assert {"0 (digits)", "O (upper case)", "o (lower case)"} <= set(options)


def test_card_of_an_image_folds_the_unlikely_classes() -> None:
    app = open_app("mistakes", image="0")

    bars = figure(app, "card_bars")["data"][0]
    assert len(bars["y"]) == 11
    assert "52 other classes together" in text(app)


def _table_of_digits_among_characters() -> None:
    import numpy as np  # noqa: PLC0415 - AppTest runs the text of this function alone

    from core.evaluation import metrics  # noqa: PLC0415
    from dashboard.widgets.evaluate import class_metrics  # noqa: PLC0415

    matrix = np.diag([5] * 12 + [0])
    names = (*"0123456789AB", "q")
    class_metrics.class_table(metrics.per_class_scores(matrix), matrix, names)


def test_classes_without_test_images_are_named_but_not_ranked() -> None:
    """Another data set may have only some of the classes: 0 % would be wrong."""
    app = AppTest.from_function(_table_of_digits_among_characters).run()

    assert len(app.dataframe[0].value) == 12
    assert "No test images: q." in text(app)
