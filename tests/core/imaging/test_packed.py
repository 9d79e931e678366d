"""Small images as text."""

import numpy as np
import pytest

from core.errors import PictureError
from core.imaging.packed import pack, unpack


@pytest.mark.parametrize("shape", [(28, 28), (3, 20, 31), (0, 28, 28)])
def test_images_come_back_as_they_were(shape: tuple[int, ...]) -> None:
    """One image, several that are not square, and none."""
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)

    np.testing.assert_array_equal(unpack(pack(images)), images)


@pytest.mark.parametrize(
    "text",
    ["", "28x28", "28x28:!!", "2x2:AAAA", "-1x4:eJwDAAAAAAE=", "x:", "99999x99999:"],
)
def test_what_is_damaged_is_refused(text: str) -> None:
    """A tag can be edited by anybody in MLflow's own pages."""
    with pytest.raises(PictureError, match="packed as text"):
        unpack(text)


def test_text_that_claims_too_few_bytes_is_refused() -> None:
    """More pixels than the shape says are no image."""
    text = pack(np.zeros((4, 4), np.uint8)).replace("4x4", "2x2")

    with pytest.raises(PictureError):
        unpack(text)
