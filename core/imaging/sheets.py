"""Find the part of a picture that is the paper: between bars, or a card on a table.

A sheet is told from a thick letter by its outline, which has four straight sides, by
its tone, which is another than around it on all sides, and by what is written on it.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging import paper, quadrilaterals
from core.imaging.quadrilaterals import Corners
from core.types import GrayImage

_SEARCH_SIDE = 200  # a sheet is large: it needs no more pixels to be found
_LEAST_SIDE = 60  # of a picture in which one looks for bars and sheets
_SAME_TONE = 0.035  # what compression and a screen add to one tone
_RINGING = 0.02  # of the picture a side: what compression blurs beside an edge
_LEAST_BAR = 0.01  # of the picture a side
_INSIDE = 0.97  # share of the first row inside a bar that differs from the bar
_AT_A_STRETCH = 0.4  # of the rest, which is noise and not a stroke on the bar
_INSIDE_OTHER = 0.4  # the same, where the opposite bar is sure
_LEAST_STEP = 0.08  # of brightness: between a sheet and what it lies on
_LEAST_AREA, _MOST_AREA = 0.05, 0.97  # of the picture
_LEAST_FILLED = 0.93  # of the quadrilateral around a sheet
_LEAST_BLANK = 0.65  # of a sheet: the rest is written on
_SOLID = 0.8  # of the box around it: the hole of an O, and no ink
_LEAST_HOLE = 0.2  # of the sheet's side: ink as solid is a 1, which is narrower
_LEAST_LENGTH = 0.12  # of the picture's longer side: a side of the sheet
_LEAST_AROUND = 0.7  # of the picture's border is table

_Value = TypeVar("_Value", bound=np.generic)


def without_bars(grey: GrayImage) -> GrayImage:
    """Cut off bars of one tone along the border, as screenshots and scans have them.

    Args:
        grey: Brightness, float32 of shape (height, width) in [0, 1].

    Returns:
        What is between the bars; the same array if there are none.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return grey
    for _ in range(2):
        top, bottom = _bars(grey)
        left, right = _bars(grey.T)
        height, width = grey.shape
        inside = grey[top : height - bottom, left : width - right]
        if inside.shape == grey.shape or min(inside.shape) < _LEAST_SIDE // 2:
            break
        grey = inside
    return grey


def find_sheet(grey: GrayImage) -> Corners | None:
    """Find a sheet that lies whole on something of another tone.

    Args:
        grey: Brightness, float32 of shape (height, width) in [0, 1].

    Returns:
        Its corners in pixels, or None if there is no sheet, or no table around it.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return None
    small = paper.reduced(grey, _SEARCH_SIDE)
    scale = np.array(grey.shape[::-1]) / np.array(small.shape[::-1])
    best: Corners | None = None
    most = _LEAST_FILLED
    for region in _regions(small):
        corners = quadrilaterals.around(region)
        if corners is None or not _is_sheet(corners, region, small):
            continue
        filled = _area(region) / quadrilaterals.area(corners)
        if filled > most:
            best, most = corners, filled
    return None if best is None else best * scale


def _bars(grey: GrayImage) -> tuple[int, int]:
    """Return how many rows at the top and at the bottom are bars."""
    top, bottom = _bar(grey, _INSIDE), _bar(grey[::-1], _INSIDE)
    # Bars are alike. What is sure of one of them need be so of most of the other only:
    # the shaded paper beside it may be as grey in places.
    if abs(float(np.median(grey[0]) - np.median(grey[-1]))) < _SAME_TONE:
        top, bottom = (
            top or (bottom and _bar(grey, _INSIDE_OTHER)),
            bottom or (top and _bar(grey[::-1], _INSIDE_OTHER)),
        )
    return top, bottom


def _bar(grey: NDArray[np.float32], differing: float) -> int:
    """Return how many rows at the top are a bar; 0 if there is none.

    Args:
        grey: Brightness.
        differing: Share of the first row inside that must differ from the bar.
    """
    tone = float(np.median(grey[0]))
    unlike = np.abs(grey - tone) > _SAME_TONE
    rows = np.flatnonzero(unlike.mean(axis=1) > 1 - _INSIDE)
    if rows.size == 0 or rows[0] < max(2, _LEAST_BAR * len(grey)):
        return 0
    first = int(rows[0])
    last = min(len(grey) - 1, first + max(2, round(_RINGING * len(grey))))
    inside = unlike[last]
    longest = max(2.0, (1 - differing) * _AT_A_STRETCH * inside.size)
    if inside.mean() < differing or _longest_run(~inside) > longest:
        return 0
    step = float(np.quantile(np.abs(grey[last] - tone), 0.75))
    return last if step > _LEAST_STEP else 0


def _longest_run(values: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], values.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _regions(small: GrayImage) -> list[NDArray[np.bool_]]:
    """Return what may be a sheet, by its tone and by the edge around it."""
    smooth = ndimage.median_filter(small, 3)
    light = smooth > paper.threshold(smooth)
    steps = ndimage.gaussian_gradient_magnitude(smooth, 1.0)
    numbers, _ = ndimage.label(steps < max(_LEAST_STEP / 4, paper.threshold(steps)))
    outer = np.unique(_border(numbers))
    table = np.isin(numbers, outer[outer > 0])
    regions = []
    for other in (light, ~light, ~ndimage.binary_dilation(table, iterations=2)):
        if _border(other).mean() > 1 - _LEAST_AROUND:
            continue
        numbers, count = ndimage.label(other)
        if count > 0:
            regions.append(numbers == np.bincount(numbers[other]).argmax())
    return regions


def _border(values: NDArray[_Value]) -> NDArray[_Value]:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _is_sheet(corners: Corners, region: NDArray[np.bool_], small: GrayImage) -> bool:
    area = _area(region)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    if not _LEAST_AREA < area / region.size < _MOST_AREA:
        return False
    if sides.min() < _LEAST_LENGTH * max(region.shape):
        return False
    if not _is_written_on(region, small):
        return False
    return _step_around(corners, small) > _LEAST_STEP


def _is_written_on(region: NDArray[np.bool_], small: GrayImage) -> bool:
    """Tell a sheet with ink from a frame or a thick O, in which the table is seen."""
    whole = ndimage.binary_fill_holes(region)
    table = float(np.median(_border(small)))
    tone = float(np.median(small[whole]))
    other = whole & (np.abs(small - tone) > np.abs(table - tone) / 2)
    if np.abs(tone - table) < _LEAST_STEP or other.sum() > (1 - _LEAST_BLANK) * (
        whole.sum()
    ):
        return False
    numbers, count = ndimage.label(ndimage.binary_erosion(whole, iterations=4) & other)
    if count == 0:
        return True
    sizes = np.bincount(numbers.ravel())[1:]
    rows, columns = ndimage.find_objects(numbers)[int(sizes.argmax())]
    sides = (rows.stop - rows.start, columns.stop - columns.start)
    is_solid = float(sizes.max()) > _SOLID * sides[0] * sides[1]
    return not (is_solid and min(sides) > _LEAST_HOLE * float(whole.sum()) ** 0.5)


def _step_around(corners: Corners, small: GrayImage) -> float:
    """Return the least difference of tone across the four sides of a sheet."""
    middle = corners.mean(axis=0)
    shares = np.linspace(0.1, 0.9, 33)[:, None]
    steps = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        points = start + (end - start) * shares
        away = (end - start)[::-1] * [1, -1] / np.linalg.norm(end - start)
        away *= np.sign((away * ((start + end) / 2 - middle)).sum())
        inside, outside = (
            ndimage.map_coordinates(
                small, (points + away * reach)[:, ::-1].T - 0.5, order=1, mode="nearest"
            )
            for reach in (-4.0, 3.0)
        )
        steps.append(float(np.median(inside - outside)))
    if len({np.sign(step) for step in steps}) > 1:
        return 0.0
    return min(abs(step) for step in steps)


def _area(region: NDArray[np.bool_]) -> float:
    return float(ndimage.binary_fill_holes(region).sum())
