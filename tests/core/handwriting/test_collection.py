"""My handwriting: what is kept stays as it was, whoever else writes."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.errors import BlankDrawingError, HandwritingError
from core.handwriting import collection, parts, storage
from core.handwriting.drawing import MAX_SIDE
from core.imaging.glyphs import steps_of_strokes
from core.imaging.strokes import Strokes
from tests.core.handwriting.drawn import bar, keep


def test_a_drawing_is_read_as_it_was_kept() -> None:
    made = collection.add(
        bar(), label=" 7 ", answer="1", confidence=0.62, run_id="a" * 32
    )

    storage._read.cache_clear()  # noqa: SLF001 - as another process would read it
    (found,) = collection.drawings()

    assert (found.id, found.label, found.answer) == (made.id, "7", "1")
    assert (found.confidence, found.run_id, found.created) == (
        0.62,
        "a" * 32,
        made.created,
    )
    assert found.strokes is not None
    np.testing.assert_array_equal(found.strokes.paths[0], bar().paths[0])
    assert not found.was_right


def test_ink_of_a_picture_is_kept_cropped_and_reduced() -> None:
    """A photo of 2,000 pixels would take a megabyte, and show the table."""
    ink = np.zeros((1000, 2000), np.float32)
    ink[100:900, 50:150] = 1.0

    found = collection.add(ink, label="1").ink

    assert found is not None
    assert found.shape == (MAX_SIDE, MAX_SIDE)
    rows = np.flatnonzero(found.max(axis=1) > 0.5)
    assert len(rows) == pytest.approx(24 / 28 * MAX_SIDE, abs=2)


@pytest.mark.parametrize(
    ("material", "error"),
    [
        (Strokes((), (), (280, 280)), BlankDrawingError),
        (np.zeros((50, 50), np.float32), BlankDrawingError),
    ],
    ids=["canvas", "picture"],
)
def test_nothing_is_kept_of_a_blank_drawing(
    material: Strokes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        collection.add(material, label="1")

    assert not collection.drawings()


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "x" * 101])
def test_an_impossible_label_is_refused(label: str) -> None:
    with pytest.raises(HandwritingError, match="Expected a label"):
        collection.add(bar(), label=label)


def test_every_fifth_of_a_class_is_held_out_from_the_third_on() -> None:
    found = keep(*"7" * 13)

    assert [at for at, each in enumerate(found, 1) if each.part == "test"] == [3, 8, 13]


def test_of_two_drawings_of_each_class_a_fifth_is_held_out() -> None:
    """A round of prompts gives just that, and would hold out none otherwise."""
    keep(*"0123456789", *"0123456789")

    found = collection.drawings()
    held_out = [each.label for each in found if each.part == "test"]

    assert len(held_out) == 4
    assert len(set(held_out)) == 4


def test_a_drawing_stays_in_its_part_when_others_are_deleted() -> None:
    """What a run has learned from must not become what it is scored on."""
    found = keep(*"7777", *"1111")
    before = {each.id: each.part for each in collection.drawings()}

    collection.remove([found[0].id, found[5].id])

    after = {each.id: each.part for each in collection.drawings()}
    assert after == {name: before[name] for name in after}
    assert len(after) == 6


def test_a_class_whose_last_training_drawing_is_deleted_gets_one_back() -> None:
    first, second, third, *_ = keep(*"777", "1")

    collection.remove([first.id, second.id])

    found = collection.find(third.id)
    assert (third.part, found.part, found.has_moved) == ("test", "train", True)


def test_one_class_is_left_alone() -> None:
    assert parts.moved(keep("7", "7")) == ()


def test_relabelled_and_deleted_drawings_can_be_restored() -> None:
    first, second = keep("7", "1")
    collection.relabel_all([first.id], "9")
    relabelled = [each.label for each in collection.drawings()]
    gone = collection.remove([second.id, "not there"])

    collection.restore([first, *gone])

    assert relabelled == ["9", "1"]
    assert [each.id for each in gone] == [second.id]
    assert [each.label for each in collection.drawings()] == ["7", "1"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff\xfe", b"[1, 2]", b'{"schema": 99}'],
    ids=["empty", "nothing", "bytes", "list", "newer"],
)
def test_a_damaged_file_is_left_out_and_named(content: bytes) -> None:
    kept, lost = keep("7", "1")
    path = storage.path_of(lost.id)
    path.write_bytes(content)

    (problem,) = storage.damaged()

    assert [each.id for each in collection.drawings()] == [kept.id]
    assert path.name in problem


def test_a_file_under_another_name_is_damaged() -> None:
    """A copy would be a drawing twice."""
    (kept,) = keep("7")
    path = storage.path_of(kept.id)
    path.with_name(f"{'0' * 32}.json").write_bytes(path.read_bytes())

    assert len(collection.drawings()) == 1
    assert len(storage.damaged()) == 1


@pytest.mark.parametrize("name", ["../runs", "", "?", "0" * 32])
def test_an_unknown_drawing_is_an_error(name: str) -> None:
    with pytest.raises(HandwritingError, match="Expected the id of a drawing"):
        collection.find(name)


def test_two_who_draw_at_once_lose_nothing() -> None:
    """And the parts are those of one after the other."""
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: keep("7")[0].id, range(8)))

    found = collection.drawings()
    assert {each.id for each in found} == set(made)
    assert [each.part for each in found].count("test") == 2


def test_there_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "MAX_DRAWINGS", 1)
    keep("7")

    with pytest.raises(HandwritingError, match="at most 1 drawings"):
        keep("7")

    assert len(collection.drawings()) == 1


def test_fingerprint_changes_with_the_labels_and_comes_back() -> None:
    (first,) = keep("7")
    before = collection.fingerprint()

    collection.relabel(first.id, "1")
    changed = collection.fingerprint()
    collection.relabel(first.id, "7")

    assert changed != before
    assert collection.fingerprint() == before


@pytest.mark.parametrize("pen", [8.0, 20.0, 40.0])
def test_glyphs_are_those_that_draw_gives_a_model(pen: float) -> None:
    """What is scored is what was answered, whatever the pen."""
    drawing = collection.add(bar(pen=pen), label="1")

    (found,) = collection.glyphs([drawing], "mnist", (28, 28))

    expected = steps_of_strokes(bar(pen=pen), "mnist", (28, 28)).glyph
    np.testing.assert_array_equal(found, np.rint(expected * 255))


def test_glyphs_have_the_style_and_shape_that_is_asked_for() -> None:
    found = collection.glyphs(keep("1", "1"), "emnist", (32, 20))

    assert found.shape == (2, 32, 20)
    assert found.dtype == np.uint8
    assert found.max() == 255


def test_a_stroke_beside_the_canvas_is_a_blank_glyph() -> None:
    drawing = collection.add(bar(left=900), label="1")

    assert not collection.glyphs([drawing], "mnist", (28, 28)).any()


def test_labels_of_a_merged_class_are_either_case() -> None:
    drawings = keep("c", "C", "7", "?")

    found, labels = collection.labelled(drawings, ("7", "C/c"))

    assert [each.label for each in found] == ["c", "C", "7"]
    assert labels.tolist() == [1, 1, 0]
    assert labels.dtype == np.uint8
