"""Quadrilaterals: the one around a region, and what is in one, set upright."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, spatial

from core.types import GrayImage

_EDGE_PARTS = 0.025  # of a sheet: cut off, since its edge has a shadow

Corners = NDArray[np.float64]
"""Four corners, of shape (4, 2): x and y, clockwise from the top left."""


def rectified(grey: GrayImage, corners: Corners) -> GrayImage:
    """Show a sheet as if seen from above, without its outermost edge.

    Args:
        grey: Brightness, float32 of shape (height, width) in [0, 1].
        corners: Of the sheet, in pixels.

    Returns:
        The sheet, float32 in [0, 1], about as large as in the picture.
    """
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = (max(8, round(sides[each::2].mean())) for each in (0, 1))
    margin = _EDGE_PARTS * min(width, height) + 1
    size = (round(width - 2 * margin), round(height - 2 * margin))
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
    factors = _perspective(whole - margin, corners)
    method = Image.Resampling.BICUBIC
    seen = Image.fromarray(grey).transform(
        size, Image.Transform.PERSPECTIVE, factors, method
    )
    return np.asarray(np.clip(np.asarray(seen), 0.0, 1.0), dtype=np.float32)


def around(region: NDArray[np.bool_]) -> Corners | None:
    """Return the quadrilateral around a region, or None if it has no four sides."""
    outline = region & ~ndimage.binary_erosion(region)
    points = np.argwhere(outline)[:, ::-1].astype(np.float64)
    if min(np.ptp(points, axis=0)) < 1:
        return None
    # A pixel is a square: its corners belong to the sheet as well.
    offsets = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    points = (points[:, None] + offsets).reshape(-1, 2)
    polygon: Corners = points[spatial.ConvexHull(points).vertices]
    while len(polygon) > 4:  # noqa: PLR2004 - corners
        shorter = _without_a_side(polygon)
        if shorter is None:
            return None
        polygon = shorter
    if len(polygon) < 4:  # noqa: PLR2004 - corners
        return None
    first = int(polygon.sum(axis=1).argmin())
    return np.roll(polygon, -first, axis=0)


def _without_a_side(polygon: Corners) -> Corners | None:
    """Leave out the side whose neighbours meet nearest beyond it."""
    before, start = np.roll(polygon, 1, axis=0), polygon
    end, after = np.roll(polygon, -1, axis=0), np.roll(polygon, -2, axis=0)
    ahead, back = start - before, end - after
    across = end - start
    crossed = _cross(ahead, back)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = _cross(across, back) / crossed
        added = np.abs(_cross(across, ahead * reach[:, None])) / 2
        meets = (reach > 0) & (_cross(across, ahead) / crossed > 0)
    added[~meets | ~np.isfinite(added)] = np.inf
    side = int(added.argmin())
    if not np.isfinite(added[side]):
        return None
    corner = start[side] + ahead[side] * reach[side]
    polygon = polygon.copy()
    polygon[side] = corner
    return np.delete(polygon, (side + 1) % len(polygon), axis=0)


def area(corners: Corners) -> float:
    """Return the area in square pixels."""
    return float(np.abs(_cross(corners, np.roll(corners, -1, axis=0)).sum()) / 2)


def _cross(first: Corners, second: Corners) -> NDArray[np.float64]:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def _perspective(seen: Corners, there: Corners) -> tuple[float, ...]:
    """Return the eight factors with which Pillow fetches `there` for `seen`."""
    rows = []
    for (x, y), (u, v) in zip(seen, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return tuple(np.linalg.solve(np.array(rows), there.ravel()))
