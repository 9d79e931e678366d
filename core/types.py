"""Names for the arrays that travel between modules.

Shapes and ranges cannot be written in a type, so each docstring that takes or
returns one of these states them.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

ByteImages = NDArray[np.uint8]
"""Images of shape (n, height, width) or one of (height, width).

0 is paper, 255 is full ink.
"""

GrayImage = NDArray[np.float32]
"""One image of shape (height, width): 0.0 is paper, 1.0 is full ink."""

Labels = NDArray[np.uint8]
"""Class indices of shape (n,)."""

Probabilities = NDArray[np.float32]
"""Class probabilities of shape (n, classes); each row sums to 1."""

Counts = NDArray[np.int64]
"""Whole numbers of things, of any shape."""

Indices = NDArray[np.int64]
"""Positions in an array of images, of shape (n,)."""

InkStyle = Literal["mnist", "emnist", "plain"]
"""How a data set made its images from ink.

"mnist": the ink's box fills 20 of 28 pixels, centred by its mass. "emnist": it fills
24 of 28, blurred, centred by its box. "plain": the whole picture, scaled to the size.
"""

SplitName = Literal["train", "test"]
"""Which images of a data set."""
