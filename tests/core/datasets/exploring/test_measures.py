"""Stroke thickness, slant, aspect and ink, of shapes of known size."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from core.datasets.exploring.measures import measure

SIDE = 64
PARTS = 8


def grey(shape: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Reduce a shape to bytes: each pixel is the mean of 8 x 8 of its points."""
    height, width = (side // PARTS for side in shape.shape)
    blocks = shape.reshape(height, PARTS, width, PARTS)
    return np.round(blocks.mean(axis=(1, 3)) * 255).astype(np.uint8)


def plane(height: int = SIDE, width: int = SIDE) -> tuple[NDArray[np.float64], ...]:
    """Return how far up and to the right of the middle each point is, in pixels."""
    up = height / 2 - (np.arange(height * PARTS) + 0.5) / PARTS
    right = (np.arange(width * PARTS) + 0.5) / PARTS - width / 2
    grid_up, grid_right = np.meshgrid(up, right, indexing="ij")
    return grid_up, grid_right


def bar(thickness: float, *, lean: float, length: float = 30) -> NDArray[np.uint8]:
    """Draw a straight stroke that leans to the right by some degrees."""
    up, right = plane()
    cosine, sine = np.cos(np.radians(lean)), np.sin(np.radians(lean))
    along, across = up * cosine + right * sine, right * cosine - up * sine
    return grey((np.abs(along) <= length / 2) & (np.abs(across) <= thickness / 2))


def ring(inner: float, outer: float) -> NDArray[np.uint8]:
    """Draw a circle with a stroke from one radius to another."""
    radius = np.hypot(*plane())
    return grey((radius >= inner) & (radius <= outer))


@pytest.mark.parametrize("lean", [0, 20, 45, 70, 90])
@pytest.mark.parametrize("thickness", [2.0, 2.5, 3.0, 4.5])
def test_a_bar_is_as_thick_as_it_was_drawn(thickness: float, lean: float) -> None:
    """To a quarter of a pixel: also between whole pixels, and at any angle."""
    measures = measure(bar(thickness, lean=lean)[np.newaxis])

    assert measures.thickness[0] == pytest.approx(thickness, abs=0.24)


@pytest.mark.parametrize(("inner", "outer"), [(8, 11), (10, 12), (5, 9.5)])
def test_a_ring_is_as_thick_as_its_stroke(inner: float, outer: float) -> None:
    """It has a hole and no ends, so the formula for a bar would be wrong."""
    measures = measure(ring(inner, outer)[np.newaxis])

    assert measures.thickness[0] == pytest.approx(outer - inner, rel=0.05)


def test_a_disc_is_as_thick_as_its_diameter() -> None:
    """The roundest shape there is, where the root is about nothing."""
    measures = measure(ring(0, 6)[np.newaxis])

    assert measures.thickness[0] == pytest.approx(12, rel=0.12)


def test_two_strokes_are_as_thick_as_one() -> None:
    """The dot of an i does not make it thicker."""
    one = bar(3, lean=0, length=24)
    both = np.maximum(np.roll(one, 10, axis=1), np.roll(one, -10, axis=1))

    measures = measure(both[np.newaxis])

    assert measures.thickness[0] == pytest.approx(3, rel=0.05)


def test_thickness_agrees_with_the_distance_to_paper() -> None:
    """Independently: twice the largest distance to paper, of a thick stroke."""
    image = bar(9, lean=30, length=44)
    depth = ndimage.distance_transform_edt(image > 127)

    measures = measure(image[np.newaxis])

    assert measures.thickness[0] == pytest.approx(2 * depth.max() - 1, abs=0.7)


def test_thickness_and_aspect_do_not_depend_on_the_strength_of_the_ink() -> None:
    """A pencil is paler than a pen, not thinner."""
    image = bar(4, lean=25)

    measures = measure(np.stack([image, image // 3]))

    assert measures.thickness[1] == pytest.approx(measures.thickness[0], rel=0.02)
    assert measures.aspect[1] == measures.aspect[0]
    assert measures.ink[1] == pytest.approx(measures.ink[0] / 3, rel=0.02)


@pytest.mark.parametrize("lean", [-50, -20, 0, 20, 50])
def test_the_slant_of_a_thin_bar_is_its_lean(lean: float) -> None:
    """To the right is positive, as of most handwriting."""
    measures = measure(bar(2, lean=lean)[np.newaxis])

    assert measures.slant[0] == pytest.approx(lean, abs=0.5)


def test_what_is_as_thick_as_high_leans_by_its_shear() -> None:
    """Worked out: a square sheared by a half leans by the arc tangent of a half."""
    up, right = plane()
    sheared = grey((np.abs(up) <= 10) & (np.abs(right - up / 2) <= 10))

    measures = measure(sheared[np.newaxis])

    assert measures.slant[0] == pytest.approx(np.degrees(np.arctan(0.5)), abs=0.2)


def test_the_place_does_not_matter() -> None:
    """An image that lies in a corner measures as in the middle."""
    image = bar(3, lean=20, length=20)
    moved = np.roll(image, (19, -22), axis=(0, 1))

    measures = measure(np.stack([image, moved]))

    for values in (measures.thickness, measures.slant, measures.aspect, measures.ink):
        assert values[1] == pytest.approx(values[0], rel=1e-4)


def test_ink_at_the_edge_of_the_image_ends_there() -> None:
    """Beyond the image there is paper, so a cut stroke has an outline."""
    image = np.zeros((2, 20, 20), dtype=np.uint8)
    image[0, 5:15, :3] = 255
    image[1, 5:15, 8:11] = 255

    measures = measure(image)

    assert measures.thickness[0] == measures.thickness[1]


def test_aspect_is_width_by_height_of_the_ink() -> None:
    """Of an image that is not square, with faint dust that does not count."""
    image = np.zeros((1, 12, 40), dtype=np.uint8)
    image[0, 4:9, 10:30] = 200
    image[0, 0, 0] = 9

    measures = measure(image)

    assert measures.aspect.tolist() == [4.0]


def test_ink_is_the_mean_of_all_pixels() -> None:
    """By hand: a quarter of the pixels at a fifth of full ink."""
    image = np.zeros((1, 8, 16), dtype=np.uint8)
    image[0, :4, :8] = 51

    assert measure(image).ink[0] == pytest.approx(0.05)


def test_a_blank_image_has_no_measures_but_no_ink_either() -> None:
    """It must not warn, and its neighbour must not suffer."""
    images = np.stack([np.zeros((SIDE, SIDE), np.uint8), bar(3, lean=0)])

    measures = measure(images)

    for values in (measures.thickness, measures.slant, measures.aspect):
        assert values.dtype == np.float32
        assert np.isnan(values).tolist() == [True, False]
    assert measures.ink[0] == 0


@pytest.mark.parametrize("shape", [(8, 8), (8, 64), (64, 8)])
def test_an_image_full_of_ink_can_be_measured(shape: tuple[int, int]) -> None:
    """The whole image is one stroke, about as thick as its shorter side."""
    measures = measure(np.full((1, *shape), 255, dtype=np.uint8))

    assert measures.aspect[0] == shape[1] / shape[0]
    assert measures.slant[0] == pytest.approx(0, abs=1e-3)
    assert 5.5 <= measures.thickness[0] <= 8.5


def test_one_row_of_ink_has_no_slant() -> None:
    """No height, no lean: not 0, which would be upright."""
    image = np.zeros((1, 9, 9), dtype=np.uint8)
    image[0, 4, 2:7] = 255

    assert np.isnan(measure(image).slant[0])


def test_chunks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many images are measured some at a time, and progress only grows."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (50, 10, 12), dtype=np.uint8)
    whole = measure(images)
    monkeypatch.setattr("core.datasets.exploring.chunks.NUM_VALUES", 120 * 7)
    shares: list[float] = []

    pieces = measure(images, shares.append)

    np.testing.assert_allclose(pieces.thickness, whole.thickness, rtol=1e-5)
    np.testing.assert_allclose(pieces.slant, whole.slant, atol=1e-4)
    assert len(shares) == 8
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
