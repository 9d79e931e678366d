"""Reading numbers and words: which of all cuts, and what is read."""

import numpy as np
import pytest

from core import reading
from core.errors import BlankDrawingError
from core.imaging import styles
from core.imaging.strokes import Strokes
from core.types import GrayImage, Probabilities
from tests.core.imaging.made_ink import bar, dash, drawn, ring, written

CLASSES = ("0", "1", "=")
SHAPE = (28, 28)


def template(*ink: GrayImage) -> GrayImage:
    """Return what made characters look like to a model."""
    return np.stack([styles.glyph_steps(each, "mnist", SHAPE).glyph for each in ink])


KNOWN = template(
    written(ring(100)), written(bar(100)), written(dash(100, 90), dash(100, 120))
)


class Model:
    """Knows three characters, and is unsure of all else."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, images: GrayImage) -> Probabilities:
        """Compare images with those it knows."""
        self.calls += 1
        flat = images.reshape(len(images), -1)
        known = KNOWN.reshape(len(KNOWN), -1)
        norms = np.linalg.norm(flat, axis=1)[:, None] * np.linalg.norm(known, axis=1)
        odds = np.exp(20 * (flat @ known.T) / norms)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def read(material: GrayImage | Strokes) -> reading.Reading:
    """Read with the model above."""
    return reading.read(material, predict=Model(), style="mnist", shape=SHAPE)


def test_number_is_read_from_left_to_right() -> None:
    found = read(written(ring(320), bar(240), ring(100)))

    assert found.text(CLASSES) == "010"
    assert [each.box.left for each in found.characters] == sorted(
        each.box.left for each in found.characters
    )


def test_touching_digits_are_cut_where_both_parts_are_digits() -> None:
    """Only a model can tell a 0 and a 1 from a letter that looks like both."""
    found = read(written(ring(100), bar(144), ring(250)))

    assert found.text(CLASSES) == "010"
    assert abs(found.characters[0].box.right - 139) <= 10


@pytest.mark.parametrize("wide", [0.5, 0.7, 0.85])
def test_single_wide_digit_stays_one(wide: float) -> None:
    """Both halves of a 0 look like a 1."""
    found = read(written(ring(200, wide=wide)))

    assert found.text(CLASSES) == "0"


def test_equals_sign_stays_one() -> None:
    assert read(written(bar(60), dash(130, 90), dash(130, 120), bar(200))).text(
        CLASSES
    ) == ("1=1")


def test_lines_are_separate() -> None:
    ink = written(
        ring(100, y=80), bar(180, top=40, bottom=130), ring(100, y=260), size=(340, 400)
    )

    found = read(ink)

    assert [len(line) for line in found.lines] == [2, 1]
    assert found.text(CLASSES) == "01\n0"


def test_long_names_of_classes_are_separated() -> None:
    """Or nobody could tell where one ends."""
    found = read(written(ring(100), bar(200)))

    assert found.text(("zero", "one", "equals")) == "zero one"


def test_all_candidates_go_through_the_model_at_once() -> None:
    """A call for each would take as long as all of them."""
    model = Model()

    reading.read(
        written(ring(100), bar(144), ring(250)),
        predict=model,
        style="mnist",
        shape=SHAPE,
    )

    assert model.calls == 1


def test_strokes_of_a_character_come_with_it() -> None:
    """So a correction keeps what was drawn, not a picture of it."""
    found = read(drawn(ring(100), bar(138), ring(250)))

    assert found.text(CLASSES) == "010"
    kept = [each.strokes for each in found.characters]
    assert [len(each.paths) for each in kept if each is not None] == [1, 1, 1]
    one = kept[1]
    assert one is not None
    assert one.size[0] <= 120
    assert one.size[1] <= 20


def test_character_cut_from_connected_ink_has_no_strokes() -> None:
    found = read(written(ring(100), bar(144)))

    assert [each.strokes for each in found.characters] == [None, None]


@pytest.mark.parametrize("style", ["mnist", "emnist", "plain"])
@pytest.mark.parametrize("shape", [(28, 28), (16, 24)])
def test_images_come_in_the_style_and_shape_of_the_model(
    style: str, shape: tuple[int, int]
) -> None:
    """Any data set's run reads: not only images of 28 x 28."""

    def predict(images: GrayImage) -> Probabilities:
        assert images.shape[1:] == shape
        assert images.dtype == np.float32
        return np.full((len(images), 2), 0.5, np.float32)

    found = reading.read(
        written(ring(100), bar(200)),
        predict=predict,
        style=style,  # type: ignore[arg-type]
        shape=shape,
    )

    assert all(each.steps.glyph.shape == shape for each in found.characters)


def test_temperature_changes_the_confidence() -> None:
    ink = written(ring(100), bar(200))

    plain = read(ink)
    cool = reading.read(
        ink, predict=Model(), style="mnist", shape=SHAPE, temperature=3.0
    )

    assert cool.text(CLASSES) == plain.text(CLASSES)
    assert cool.characters[0].answer.confidence < plain.characters[0].answer.confidence


def test_blank_paper_asks_for_writing() -> None:
    with pytest.raises(BlankDrawingError, match="blank"):
        read(np.zeros((60, 200), np.float32))
