"""The confusion matrix and its cells."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.types import Counts
from dashboard.charts.confusion import Chosen, Reading, Totals, confusion_figure
from dashboard.charts.theme import DARK, LIGHT, Palette

COUNTS = np.array([[970, 10, 0], [1, 1134, 0], [5, 15, 0]], dtype=np.int64)
CLASSES = ("0", "1", "2")


def draw(
    counts: Counts = COUNTS,
    *,
    classes: tuple[str, ...] = CLASSES,
    palette: Palette = LIGHT,
    selected: Chosen | None = None,
    totals: Totals | None = None,
    **reading: object,
) -> go.Figure:
    return confusion_figure(
        counts,
        classes=classes,
        reading=Reading(**reading),
        selected=selected,
        palette=palette,
        totals=totals,
    )


def written(figure: go.Figure) -> dict[tuple[int, int], str]:
    """The numbers in the cells, by (true, predicted)."""
    return {(note.y, note.x): note.text for note in figure.layout.annotations}


def test_rows_are_true_and_columns_predicted() -> None:
    """A transposed matrix looks just as convincing."""
    heat = draw().data[0]

    assert heat.z[2][1] == pytest.approx(15 / 20)
    assert heat.z[1][2] == 0


def test_first_class_is_on_top() -> None:
    assert draw().layout.yaxis.range == (3.5, -0.5)
    assert draw().layout.yaxis.title.text == "True class"
    assert draw().layout.xaxis.title.text == "Predicted class"


def test_each_class_has_its_name_at_its_row_and_column() -> None:
    """Left to itself an axis of digits gets ticks at 0.5."""
    layout = draw().layout

    for axis in (layout.xaxis, layout.yaxis):
        assert axis.tickvals == (0, 1, 2, 3)
        assert axis.ticktext == (*CLASSES, "Total")
    assert layout.yaxis.scaleanchor == "x"


def test_counts_have_a_thousands_comma_and_zeros_are_blank() -> None:
    assert written(draw()) == {
        (0, 0): "970",
        (0, 1): "10",
        (1, 0): "1",
        (1, 1): "1,134",
        (2, 0): "5",
        (2, 1): "15",
    }


def test_rows_are_written_as_percent() -> None:
    texts = written(draw(normalise="rows"))

    assert texts[2, 1] == "75.0"
    assert texts[1, 0] == "<0.1"


def test_colour_is_the_share_of_the_row_either_way() -> None:
    """Otherwise a frequent class looks confused because it is frequent."""
    assert draw().data[0].z == draw(normalise="rows").data[0].z


def test_hidden_diagonal_gives_the_worst_mistake_full_ink() -> None:
    figure = draw(hide_diagonal=True)

    assert np.isnan(figure.data[0].z[0][0])
    assert figure.data[0].zmax == pytest.approx(0.75)
    assert (0, 0) not in written(figure)
    assert written(figure)[0, 1] == "10"


def test_perfect_matrix_with_hidden_diagonal_is_blank() -> None:
    """No mistake at all must not divide by zero."""
    figure = draw(np.diag([5, 5, 5]), hide_diagonal=True)

    assert figure.data[0].zmax == 1
    assert not written(figure)


def test_numbers_are_light_on_ink_and_dark_on_paper() -> None:
    colours = {(n.y, n.x): n.font.color for n in draw().layout.annotations}

    assert colours[0, 0] == "#FFFFFF"
    assert colours[0, 1] == "#000000"


def test_in_the_dark_theme_ink_is_light() -> None:
    colours = {(n.y, n.x): n.font.color for n in draw(palette=DARK).layout.annotations}

    assert colours[0, 0] == "#000000"
    assert colours[0, 1] == "#FFFFFF"


def test_cells_are_told_row_by_row() -> None:
    """A caption one cell off would still look right."""
    cells = draw().layout.meta["cells"]

    assert cells["columns"] == 4
    assert cells["captions"][2 * 4 + 1] == "2 predicted as 1: 15 of 20 (75.0 %)"
    assert len(cells["captions"]) == 16


def test_totals_have_cells_of_their_own() -> None:
    """They are what is clicked for all images of a row or a column."""
    figure = draw()

    captions = figure.layout.meta["cells"]["captions"]
    assert captions[4 + 3] == "All images of 1: 1,134 of 1,135 (>99.9 %) correct"
    assert captions[12] == "All images predicted as 0: 970 of 976 (99.4 %) correct"
    assert (
        captions[15] == "All images of these classes: 2,104 of 2,135 (98.5 %) correct"
    )
    texts = figure.data[1]
    assert dict(zip(zip(texts.y, texts.x, strict=True), texts.text, strict=True)) == {
        (0, 3): "980",
        (1, 3): "1,135",
        (2, 3): "20",
        (3, 0): "976",
        (3, 1): "1,159",
        (3, 2): "0",
    }


def test_columns_are_written_and_coloured_as_percent_of_those_predicted_so() -> None:
    """Column 1: 10, 1,134 and 15 of 1,159."""
    figure = draw(normalise="columns")

    assert written(figure)[0, 1] == "0.9"
    assert written(figure)[1, 1] == "97.8"
    assert figure.data[0].z[2][1] == pytest.approx(15 / 1159)
    assert figure.layout.meta["cells"]["captions"][9] == (
        "2 predicted as 1: 15 of 1,159 (1.3 %) of those predicted so"
    )


def test_names_are_data() -> None:
    """Plotly reads tags in labels; captions are written as plain text anyway."""
    layout = draw(classes=("<b>", "&", "2")).layout

    assert layout.xaxis.ticktext == layout.yaxis.ticktext
    assert layout.xaxis.ticktext == ("&lt;b>", "&amp;", "2", "Total")
    assert layout.meta["cells"]["captions"][1].startswith("<b> predicted as &:")


def test_class_without_images_has_no_percent() -> None:
    figure = draw(np.zeros((3, 3), dtype=np.int64))

    assert figure.layout.meta["cells"]["captions"][0] == "0 predicted as 0: 0 of 0"
    assert list(figure.data[0].z[0]) == [0, 0, 0, 0]


def test_selected_cell_is_outlined() -> None:
    shape = draw(selected=(2, 1)).layout.shapes[-1]

    assert (shape.x0, shape.x1) == (0.5, 1.5)
    assert (shape.y0, shape.y1) == (1.5, 2.5)
    assert shape.line.color == LIGHT.accent
    assert draw(selected=(2, 1)).layout.meta["cells"]["start"] == 9


def test_selected_row_or_column_is_outlined_with_its_total() -> None:
    row, column = (
        draw(selected=selected).layout.shapes[-1] for selected in ((2, None), (None, 0))
    )

    assert (row.x0, row.x1, row.y0, row.y1) == (-0.5, 3.5, 1.5, 2.5)
    assert (column.x0, column.x1, column.y0, column.y1) == (-0.5, 0.5, -0.5, 3.5)


def test_many_classes_have_a_colour_bar_instead_of_numbers() -> None:
    names = tuple(f"c{label}" for label in range(47))
    figure = draw(np.ones((47, 47), dtype=np.int64), classes=names)

    assert not figure.layout.annotations
    assert figure.data[0].showscale is True


def test_given_counts_are_not_changed() -> None:
    """They belong to the page's cache."""
    counts = COUNTS.copy()

    draw(counts, hide_diagonal=True)

    np.testing.assert_array_equal(counts, COUNTS)


EMNIST = (
    *"0123456789",
    *"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    *"abcdefghijklmnopqrstuvwxyz",
)


def many(classes: tuple[str, ...] = EMNIST, **chosen: object) -> go.Figure:
    """All right but one image in a hundred, which is taken for the next class."""
    counts = np.diag(np.full(len(classes), 99))
    counts += np.roll(np.eye(len(classes), dtype=np.int64), 1, axis=1)
    return draw(counts, classes=classes, **chosen)


def test_with_many_classes_a_rare_confusion_can_be_seen() -> None:
    """1 % of the row is 10 % of the ink; on a linear scale nobody would see it."""
    heat = many().data[0]

    assert heat.z[0][1] == pytest.approx(0.1)
    assert heat.colorbar.ticktext[:2] == ("0 %", "1 %")
    assert heat.colorbar.tickvals[1] == pytest.approx(0.1)


def test_many_labels_are_thinned_where_there_is_no_room() -> None:
    """Plotly writes all of `tickvals`, over each other; a category axis thins."""
    axis = many().layout.xaxis

    assert axis.type == "category"
    assert axis.tickvals is None
    assert axis.categoryarray[:-1] == EMNIST
    assert axis.fixedrange is False


def test_groups_of_many_classes_are_parted() -> None:
    shapes = many().layout.shapes

    assert {shape.y0 for shape in shapes if shape.y0 == shape.y1} == {9.5, 35.5, 61.5}
    assert {shape.x0 for shape in shapes if shape.x0 == shape.x1} == {
        *(9.5, 35.5, 61.5)
    }


def test_interleaved_groups_are_not_parted() -> None:
    """Lines between all classes part nothing."""
    shapes = many(tuple("AaBbCcDdEeFfGgHhIiJj")).layout.shapes

    assert {shape.y0 for shape in shapes if shape.y0 == shape.y1} == {19.5}


def test_256_classes_have_captions_only_where_something_happened() -> None:
    captions = many(tuple(f"{at:03}" for at in range(256))).layout.meta["cells"][
        "captions"
    ]

    assert len(captions) == 257 * 257
    assert sum(map(bool, captions)) == 512 + 2 * 256 + 1


def test_some_of_the_classes_keep_the_totals_of_all() -> None:
    """Else half of the images that leave the group would count for nothing."""
    totals = Totals(np.array([980, 1135, 200]), np.array([976, 1159, 50]))
    figure = draw(COUNTS, totals=totals)

    assert figure.data[0].z[2][1] == pytest.approx(15 / 200)
    assert figure.layout.meta["cells"]["captions"][9].endswith("15 of 200 (7.5 %)")


def test_long_names_are_cut_in_the_axis_only() -> None:
    figure = draw(classes=("a very long name", "1", "2"))

    assert figure.layout.xaxis.ticktext[0] == "a very lo\u2026"
    assert figure.layout.meta["cells"]["captions"][0].startswith("a very long name")


def test_zoom_is_kept_for_the_same_classes_only() -> None:
    """The cells of one group lay beside a view into those of all classes."""
    kept = {draw(hide_diagonal=hide).layout.uirevision for hide in (True, False)}

    assert len(kept) == 1
    assert draw(classes=("a", "b", "c")).layout.uirevision not in kept
