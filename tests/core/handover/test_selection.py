"""A selection as a table and as IDX files."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np

from core.datasets import idx
from core.datasets.arrays import Split
from core.evaluation.selection import judge
from core.handover.selection import IMAGES, LABELS, TABLE, Selected, idx_zip, table
from core.types import SplitName

TRUE = np.array([0, 1, 1], np.uint8)
SAID = np.array([[0.75, 0.25], [1.0, 0.0], [0.25, 0.75]], np.float32)


def selected(part: SplitName = "test", **more: object) -> Selected:
    return Selected(
        indices=np.array([1, 0]),
        part=part,
        judged=judge(TRUE, SAID),
        classes=("=1+1", "b"),
        **more,
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_table_says_where_each_image_is_and_what_was_said_of_it() -> None:
    first, second = rows(table(selected()))

    assert (first["split"], first["index"], second["index"]) == ("test", "1", "0")
    assert (first["true_label"], first["predicted_label"]) == ("1", "0")
    assert (float(second["confidence"]), float(second["margin"])) == (0.75, 0.5)
    assert not {"held_out", "unusualness"} & first.keys()


def test_foreign_name_becomes_no_formula() -> None:
    """A spreadsheet would do what it says."""
    assert rows(table(selected()))[1]["true"] == "\u2060=1+1"


def test_table_of_training_images_tells_those_held_out() -> None:
    chosen = selected(
        "train",
        held_out=frozenset({1}),
        unusualness=np.array([0.5, 2, 1], np.float32),
    )

    first, second = rows(table(chosen))

    assert (first["held_out"], second["held_out"]) == ("yes", "no")
    assert (first["unusualness"], first["split"]) == ("2", "training")


def test_idx_files_have_the_images_in_the_order_of_the_gallery(tmp_path: Path) -> None:
    images = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
    content = idx_zip(selected(), Split(images, TRUE))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)

    np.testing.assert_array_equal(
        idx.read_images(tmp_path / IMAGES, (4, 5)), images[[1, 0]]
    )
    assert idx.read_labels(tmp_path / LABELS).tolist() == [1, 0]
    assert len(rows((tmp_path / TABLE).read_text("utf-8"))) == 2


def test_nothing_selected_is_a_table_of_heads() -> None:
    nothing = Selected(
        indices=np.array([], np.int64),
        part="test",
        judged=judge(TRUE, SAID),
        classes=("a", "b"),
    )

    assert rows(table(nothing)) == []
