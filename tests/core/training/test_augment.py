"""Augmentation: what it changes, by how much, and what it leaves alone."""

import numpy as np
import pytest
import tensorflow as tf

from core.config import Augmentation
from core.errors import ConfigError
from core.training import augment
from core.training.augment import PART_IMAGES, Augmenter, previews
from tests.rounding import assert_same_but_rounded

STRENGTHS = {
    "rotation": 20.0,
    "shift": 3.0,
    "zoom": 0.2,
    "shear": 20.0,
    "elastic": 2.0,
    "thickness": 1.0,
    "noise": 0.2,
    "erasing": 0.4,
}
SEED = tf.constant([0, 0], tf.int32)


def glyphs(number: int) -> np.ndarray:
    """Return images with a cross in the middle, uint8 of shape (n, 28, 28)."""
    images = np.zeros((number, 28, 28), np.uint8)
    images[:, 6:22, 13:15] = 255
    images[:, 13:15, 6:22] = 255
    return images


def changed(**strengths: float) -> np.ndarray:
    return Augmenter(Augmentation(**strengths), seed=1)(glyphs(64), position=0)


def moved(**coefficients: float) -> np.ndarray:
    """Move one image as six numbers say."""
    names = ("a", "b", "c", "d", "e", "f")
    values = [coefficients.get(name, float(name in "ae")) for name in names]
    transforms = tf.constant([[*values, 0.0, 0.0]], tf.float32)
    ink = tf.constant(glyphs(1) / np.float32(255))
    return augment._transformed(ink, transforms).numpy()  # noqa: SLF001


def test_no_strength_changes_nothing() -> None:
    """Off must be off, to the last bit."""
    images = glyphs(3)

    unchanged = Augmenter(Augmentation(), seed=0)(images, position=0)

    np.testing.assert_array_equal(unchanged, images)


@pytest.mark.parametrize("name", STRENGTHS)
def test_the_weakest_change_leaves_images_as_they_are(name: str) -> None:
    """Each change tends to the identity: none has an offset of its own."""
    difference = np.abs(changed(**{name: 1e-4}).astype(int) - glyphs(64))

    assert difference.max() <= 1


@pytest.mark.parametrize("name", STRENGTHS)
def test_each_change_changes_images_and_each_in_another_way(name: str) -> None:
    images = changed(**{name: STRENGTHS[name]})

    assert not np.array_equal(images[0], glyphs(1)[0])
    assert not np.array_equal(images[0], images[1])


def test_all_together_stay_images() -> None:
    images = Augmenter(Augmentation(**STRENGTHS), seed=2)(glyphs(64), position=0)

    assert (images.dtype, images.shape) == (np.uint8, (64, 28, 28))
    assert 0 < images.mean() < 255


def test_the_same_seed_changes_in_the_same_way() -> None:
    first, again, other = (
        Augmenter(Augmentation(**STRENGTHS), seed=seed)(glyphs(8), position=0)
        for seed in (3, 3, 4)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_next_chunk_is_changed_in_another_way() -> None:
    """Or each epoch would see the same images."""
    augmenter = Augmenter(Augmentation(rotation=20), seed=0)

    first, second = (augmenter(glyphs(2), position=place) for place in (0, 2))

    assert not np.array_equal(first, second)


def test_more_images_than_one_part_keep_their_order() -> None:
    images = np.zeros((PART_IMAGES + 2, 28, 28), np.uint8)
    images[-1] = 200

    changed_images = Augmenter(Augmentation(noise=0.01), seed=0)(images, position=0)

    assert len(changed_images) == len(images)
    assert changed_images[-1].mean() > 150 > changed_images[-2].mean()


def test_a_shift_of_two_pixels_is_two_pixels() -> None:
    original = glyphs(1)[0] / 255

    image = moved(c=-2.0)[0]

    assert_same_but_rounded(image[:, 2:], original[:, :-2], terms=4)
    assert not image[:, :2].any()


def test_a_strong_shift_reaches_its_strength_and_no_more() -> None:
    """The mean of the ink moves by up to 3 pixels either way."""
    images = changed(shift=3.0).astype(float)
    columns = (images.sum(axis=1) * np.arange(28)).sum(axis=1) / images.sum(axis=(1, 2))

    assert np.abs(columns - 13.5).max() <= 3.01
    assert np.abs(columns - 13.5).max() > 2.5


def test_rotation_turns_about_the_middle() -> None:
    """The ink stays in the middle, and as much of it."""
    images = changed(rotation=45.0).astype(float)
    rows = (images.sum(axis=2) * np.arange(28)).sum(axis=1) / images.sum(axis=(1, 2))

    assert np.abs(rows - 13.5).max() < 0.1
    np.testing.assert_allclose(
        images.sum(axis=(1, 2)), glyphs(1).astype(float).sum(), rtol=0.05
    )


def test_bending_without_a_field_is_the_same_as_moving() -> None:
    """Two ways to read an image between its pixels must agree."""
    transforms = tf.constant([[0.9, 0.2, 1.3, -0.1, 1.1, -0.7, 0.0, 0.0]], tf.float32)
    ink = tf.constant(glyphs(1) / np.float32(255))

    bent = augment._bent(ink, 0.0, transforms, SEED)  # noqa: SLF001
    straight = augment._transformed(ink, transforms)  # noqa: SLF001

    assert_same_but_rounded(bent, straight, size=28, terms=3)


def test_thickness_adds_ink_to_some_and_takes_it_from_others() -> None:
    ink = changed(thickness=1.0).astype(float).sum(axis=(1, 2))
    original = glyphs(1).astype(float).sum()

    assert ink.min() < 0.8 * original
    assert ink.max() > 1.2 * original


def test_spreading_takes_the_largest_of_three_by_three() -> None:
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 10, 10] = 1.0
    image[0, 0, 27] = 1.0

    spread = augment._spread(tf.constant(image)).numpy()[0]  # noqa: SLF001

    assert spread[9:12, 9:12].sum() == spread[8:13, 8:13].sum() == 9
    assert spread[:2, 26:].sum() == spread[:4, 24:].sum() == 4


def test_erasing_wipes_out_a_square_no_larger_than_its_strength() -> None:
    white = np.full((64, 28, 28), 255, np.uint8)

    images = Augmenter(Augmentation(erasing=0.5), seed=0)(white, position=0)
    wiped = (images == 0).sum(axis=(1, 2))

    assert 0 < wiped.max() <= 14**2
    assert set(np.unique(images)) == {0, 255}


def test_too_strong_a_change_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"rotation from 0\.0 to 45\.0, got 46"):
        Augmentation(rotation=46)


def transforms(**strengths: float) -> np.ndarray:
    """Return the six numbers of 4,000 random moves, shape (6, 4000)."""
    drawn = augment._transforms(  # noqa: SLF001
        Augmentation(**strengths), tf.zeros((4000, 28, 28)), SEED
    )
    return drawn.numpy().T[:6]


def test_images_that_are_not_square_are_changed_about_their_middle() -> None:
    """Also where the size is known only when it runs: elastic comes before erasing."""
    strong = Augmentation(rotation=10.0, elastic=0.5, thickness=0.3, erasing=0.2)
    images = np.zeros((50, 20, 36), np.uint8)
    images[:, 8:12, 16:20] = 255

    changed = augment.previews(images, strong, num=4, seed=0).reshape(-1, 20, 36)

    rows, columns = (np.arange(side) for side in (20, 36))
    total = changed.sum(dtype=float)
    assert changed.sum(axis=(0, 2)) @ rows / total == pytest.approx(9.5, abs=0.2)
    assert changed.sum(axis=(0, 1)) @ columns / total == pytest.approx(17.5, abs=0.2)


def test_rotation_is_in_degrees_and_reaches_its_strength() -> None:
    a, b, _, d, e, _ = transforms(rotation=10.0)
    degrees = np.degrees(np.arctan2(d, a))

    assert 9.9 < np.abs(degrees).max() <= 10.001
    assert_same_but_rounded(a * e - b * d, 1, terms=4)


def test_zoom_is_a_share_of_each_side() -> None:
    a, b, _, d, e, _ = transforms(zoom=0.2)

    for scale in (1 / a, 1 / e):
        assert 0.8 <= scale.min() < 0.801
        assert 1.199 < scale.max() <= 1.2001
    assert not np.allclose(a, e)
    assert np.abs(b).max() == np.abs(d).max() == 0


def test_shear_is_the_angle_by_which_upright_strokes_lean() -> None:
    a, b, _, d, e, _ = transforms(shear=15.0)
    degrees = np.degrees(np.arctan(b))

    assert 14.5 < np.abs(degrees).max() <= 15.001
    assert_same_but_rounded((a, e), 1, terms=1)
    assert_same_but_rounded(d, 0, size=1, terms=1)


def test_bending_moves_pixels_by_its_strength() -> None:
    """Read from a slope of ink, the field itself comes out."""
    slope = np.tile(np.arange(28, dtype=np.float32), (400, 28, 1)) / 28
    still = tf.constant([[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]] * 400)

    bent = augment._bent(tf.constant(slope), 1.5, still, SEED).numpy()  # noqa: SLF001
    moved_by = 28 * (bent - slope)[:, 6:-6, 6:-6]

    assert moved_by.std() == pytest.approx(1.5, rel=0.1)


def two_glyphs() -> np.ndarray:
    """Return a cross and a square, which no change turns into each other."""
    images = glyphs(2)
    images[1] = 0
    images[1, 6:12, 6:12] = 255
    return images


def test_without_changes_a_preview_repeats_each_image() -> None:
    shown = previews(two_glyphs(), Augmentation(), num=3, seed=0)

    assert (shown.dtype, shown.shape) == (np.uint8, (2, 3, 28, 28))
    for each in range(3):
        np.testing.assert_array_equal(shown[:, each], two_glyphs())


def test_a_preview_changes_each_image_in_several_ways_and_keeps_the_order() -> None:
    """A row is one image; its ink stays: 60 pixels of the cross, 36 of the square."""
    shown = previews(two_glyphs(), Augmentation(shift=2.0), num=4, seed=1)
    ink = shown.astype(int).sum(axis=(2, 3)) / 255

    assert len({image.tobytes() for image in shown.reshape(8, 28, 28)}) == 8
    np.testing.assert_allclose(ink[0], 60, rtol=0.01)
    np.testing.assert_allclose(ink[1], 36, rtol=0.01)


def test_a_preview_is_what_the_training_does() -> None:
    """The same code with the same strengths; pixels would differ otherwise."""
    turned = Augmentation(rotation=20.0, noise=0.1)
    expected = Augmenter(turned, seed=5)(glyphs(3), position=0)

    shown = previews(glyphs(1), turned, num=3, seed=5)

    np.testing.assert_array_equal(shown[0], expected)


def test_the_same_seed_previews_the_same() -> None:
    first, again, other = (
        previews(glyphs(2), Augmentation(**STRENGTHS), num=2, seed=seed)
        for seed in (3, 3, 4)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_preview_of_no_image_is_empty() -> None:
    """An empty choice of images is no error."""
    shown = previews(glyphs(0), Augmentation(rotation=9.0), num=2, seed=0)

    assert shown.shape == (0, 2, 28, 28)
