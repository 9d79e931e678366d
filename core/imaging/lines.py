"""Follow thin lines that run across a picture from edge to edge.

A line is followed from strip to strip, since those of a photo are neither parallel nor
quite straight. Lines from top to bottom are those of the transposed picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.types import GrayImage

LEAST_SIDE = 60
"""Pixels a side of a picture: in a smaller one, nothing is told from a line."""

_THICKEST = 0.014  # of the picture's longer side
_STEEPEST = 0.28  # rows by column: 16 degrees
_NUM_SLOPES = 57
_SEARCH_SIDE = 200  # pixels a side in which the slope is sought
_NUM_STRIPS = 20
_LEAST_TONE = 0.02  # of contrast, in the mean of a strip
_NOISE_REACH = 4.0  # deviations that the mean of a strip is taken to reach
_MOST_GAP = 7  # strips in which a character may hide a line
_BEND = 0.035  # rows by column, within a strip, that a line may leave its slope
_LEAST_SEEN = 0.55  # of the strips
_FEWEST = 4  # strips: what is shorter may be a stroke
_ENOUGH = 8  # strips for a curve: fewer give a straight line
_MOST_END = 1.6  # strips from the edge of the picture, in which a line may be missed
_UNEVEN = 0.45  # of the tone: deviation along a line of one tone
_PLATEAU = 0.95  # of the tone is its middle
_MOST_SHIFT = 2  # pixels that a line may be off its course
_TO_STANDARD_DEVIATION = 1.4826  # of the median absolute deviation, if normal


@dataclass(frozen=True, eq=False)
class Line:
    """A line across a picture.

    Attributes:
        rows: Its middle in each column, float64 of shape (width,); beyond the picture
            where it leaves it.
        share: Of the width, how far it goes within the picture.
        tone: Its contrast.
        thickness: In pixels.
    """

    rows: NDArray[np.float64]
    share: float
    tone: float
    thickness: float

    @property
    def middle(self) -> float:
        """Its row in the middle column."""
        return float(self.rows[self.rows.size // 2])


def across(contrast: GrayImage) -> tuple[Line, ...]:
    """Find thin lines from left to right, from the top down.

    Args:
        contrast: Contrast to the paper, float32 of shape (height, width).
    """
    thin = _thin_parts(contrast, thickest(contrast.shape))
    slope = _slope(thin)
    chains = _chains(_peaks(thin, slope), slope, contrast.shape[1] / _NUM_STRIPS)
    courses = [_course(chain, contrast.shape) for chain in chains]
    lines = [measured(course, contrast) for course in courses if course is not None]
    return distinct([line for line in lines if line is not None])


def thickest(shape: tuple[int, ...]) -> int:
    """Return how many pixels thick a line may be in a picture of a shape."""
    return max(3, round(_THICKEST * max(shape)))


def distinct(lines: list[Line]) -> tuple[Line, ...]:
    """Leave out what is the same line twice, the paler one."""
    chosen: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.tone * line.share):
        if all(_distance(line, other) > line.thickness + 1 for other in chosen):
            chosen.append(line)
    return tuple(sorted(chosen, key=lambda line: line.middle))


def _distance(first: Line, second: Line) -> float:
    return float(np.median(np.abs(first.rows - second.rows)))


def _thin_parts(contrast: GrayImage, thickness: int) -> GrayImage:
    """Return what is narrower than that from top to bottom."""
    ink = np.maximum(contrast, 0)
    opened = ndimage.grey_opening(ink, size=(thickness + 2, 1), mode="constant")
    return np.asarray(ink - opened, dtype=np.float32)


def _slope(thin: GrayImage) -> float:
    """Return the slope along which the thin parts line up best."""
    factor = -(-max(thin.shape) // _SEARCH_SIDE)
    height, width = (side // factor for side in thin.shape)
    blocks = thin[: height * factor, : width * factor]
    small = blocks.reshape(height, factor, width, factor).max(axis=1).mean(axis=2)
    capped = np.minimum(small, 4 * small.mean() + 1e-6)
    slopes = np.linspace(-_STEEPEST, _STEEPEST, _NUM_SLOPES)
    quarters = np.arange(width) * 4 // width
    scores = []
    for slope in slopes:
        rows = _sheared_rows(height, width, slope)
        places = quarters * (rows.max() + 1) + rows
        sums = np.bincount(places.ravel(), capped.ravel())
        scores.append(float(np.square(sums).sum()))
    return float(slopes[int(np.argmax(scores))])


def _sheared_rows(height: int, width: int, slope: float) -> NDArray[np.int64]:
    """Return the row of each pixel once lines of a slope are level, from 0 on."""
    falls = slope * np.arange(width)
    rows = np.arange(height)[:, None] - falls + max(0.0, falls[-1])
    return np.asarray(np.rint(rows), dtype=np.int64)


def _peaks(thin: GrayImage, slope: float) -> list[NDArray[np.int64]]:
    """Return the rows in the middle of each strip where a line may cross it."""
    height, width = thin.shape
    edges = np.linspace(0, width, _NUM_STRIPS + 1).astype(int)
    strips = np.repeat(np.arange(_NUM_STRIPS), np.diff(edges))
    falls = slope * (np.arange(width) - ((edges[:-1] + edges[1:] - 1) / 2)[strips])
    rows = np.arange(height)[:, None] + np.rint(falls).astype(int)
    level = thin[np.clip(rows, 0, height - 1), np.arange(width)]
    means = np.add.reduceat(level, edges[:-1], axis=1) / np.diff(edges)
    middles = np.median(means, axis=0)
    deviations = np.median(np.abs(means - middles), axis=0) * _TO_STANDARD_DEVIATION
    least = middles + np.maximum(_LEAST_TONE, _NOISE_REACH * deviations)
    is_peak = (means == ndimage.maximum_filter1d(means, 5, axis=0)) & (means > least)
    return [np.flatnonzero(strip) for strip in is_peak.T]


def _chains(
    peaks: list[NDArray[np.int64]], slope: float, step: float
) -> list[list[tuple[int, float]]]:
    """Link the peaks of strips that are a step apart to lines: (strip, row) each."""
    chains: list[list[tuple[int, float]]] = []
    for strip, rows in enumerate(peaks):
        near = [chain for chain in chains if strip - chain[-1][0] <= _MOST_GAP]
        expected = np.array([_next_row(chain, strip, slope * step) for chain in near])
        gaps = np.array([strip - chain[-1][0] for chain in near])
        reach = np.maximum(2.0, _BEND * step * np.minimum(gaps, 2))
        off = np.abs(expected[:, None] - rows) / reach[:, None]
        new = set(rows.tolist())
        while off.size and off.min() <= 1:
            chain, peak = np.unravel_index(off.argmin(), off.shape)
            near[chain].append((strip, float(rows[peak])))
            new.discard(int(rows[peak]))
            off[chain], off[:, peak] = np.inf, np.inf
        chains += [[(strip, float(row))] for row in sorted(new)]
    return [chain for chain in chains if len(chain) >= _FEWEST]


def _next_row(chain: list[tuple[int, float]], strip: int, fall: float) -> float:
    """Say where a line goes on; `fall` is how far lines fall from strip to strip."""
    strips, rows = np.array(chain[-6:]).T
    if len(chain) > 2:  # noqa: PLR2004 - points give a direction
        # Two further points on the common slope steady that of the line itself.
        fall = float(
            ((strips - strips.mean()) @ (rows - rows.mean()) + 4 * fall)
            / (np.square(strips - strips.mean()).sum() + 4)
        )
    return float(rows.mean() + fall * (strip - strips.mean()))


def measured(
    rows: NDArray[np.float64], contrast: GrayImage, most_shift: int = _MOST_SHIFT
) -> Line | None:
    """Measure the line along a course, or return None if there is no line.

    Args:
        rows: Where it is expected in each column, float64 of shape (width,).
        contrast: Contrast to the paper, float32 of shape (height, width).
        most_shift: How many pixels beside that it may be.
    """
    height, width = contrast.shape
    on = (rows >= 0) & (rows <= height - 1)
    if on.sum() < _FEWEST * width / _NUM_STRIPS:
        return None
    reach = thickest(contrast.shape)
    places = np.rint(rows[on] + np.arange(-reach, reach + 1)[:, None]).astype(int)
    around = contrast[np.clip(places, 0, height - 1), np.flatnonzero(on)]
    around = np.where((places < 0) | (places >= height), 0, around)
    # A line that is not level goes down in steps of a pixel.
    around = ndimage.maximum_filter1d(around, 3, axis=0)
    profile = np.median(around, axis=1)
    profile -= (profile[:2].mean() + profile[-2:].mean()) / 2
    if profile.max() < _LEAST_TONE:
        return None
    peak = int(np.flatnonzero(profile > _PLATEAU * profile.max()).mean())
    tone = float(profile[peak])
    if tone < _LEAST_TONE or abs(peak - reach) > most_shift:
        return None
    tones = [np.median(each) for each in np.array_split(around[peak], _NUM_STRIPS)]
    if float(np.median(np.abs(np.array(tones) - tone))) > _UNEVEN * tone:
        return None
    wide = float(max(1, _run_around(profile > tone / 2, peak) - 2))
    share = float(on.mean())
    return Line(rows=rows + (peak - reach), share=share, tone=tone, thickness=wide)


def _course(
    chain: list[tuple[int, float]], shape: tuple[int, ...]
) -> NDArray[np.float64] | None:
    """Lay a smooth curve through a chain that runs from edge to edge of a picture."""
    height, width = shape
    step = width / _NUM_STRIPS
    strips, rows = np.array(chain).T
    middles = (strips + 0.5) * step - 0.5
    line = np.polynomial.Polynomial.fit(middles, rows, 1)
    first, last = middles[0] - step / 2, middles[-1] + step / 2
    for place in (first - _MOST_END * step, last + _MOST_END * step):
        if 0 < place < width - 1 and 0 < line(place) < height - 1:
            return None
    if len(chain) < _LEAST_SEEN * (last - first) / step:
        return None
    columns = np.arange(width)
    straight = np.asarray(line(columns), dtype=np.float64)
    if len(chain) <= _ENOUGH:
        return straight
    off = np.abs(np.polynomial.Polynomial.fit(middles, rows, 3)(middles) - rows)
    kept = off <= max(1.0, 2 * float(np.median(off)))
    curve = np.polynomial.Polynomial.fit(middles[kept], rows[kept], 3)
    within = (columns >= first - step) & (columns <= last + step)
    return np.asarray(np.where(within, curve(columns), straight), dtype=np.float64)


def _run_around(values: NDArray[np.bool_], place: int) -> int:
    numbers, _ = ndimage.label(values)
    return int(np.count_nonzero(numbers == numbers[place]))
