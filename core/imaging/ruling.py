"""Find the lines of ruled and squared paper, and take them out from under the ink.

A line of paper is thin, nearly straight, of one tone, and runs on to both edges of
the picture; with others, it comes at regular distances. A stroke that crosses it is
darker or wider than the line, or goes on beyond it on both sides: that much is kept.

Lines are followed from strip to strip across the picture, since those of a photo are
neither parallel nor quite straight. What holds for rows is done for columns on the
transposed picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging.paper import threshold
from core.types import GrayImage

_LEAST_SIDE = 60  # of a picture in which one looks for lines
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
_LONG = 0.6  # of the width: shorter lines need others beside them
_OUTSIDE = -100.0  # a row that no picture has
_UNEVEN = 0.45  # of the tone: deviation along a line of one tone
_REGULAR = 3  # lines at equal distances are a ruling
_PALE = 0.75  # of the ink's contrast: a line this much fainter is no stroke
_THIN = 0.6  # of the pen: a line this much thinner is none either
_MOST_SHIFT = 2  # pixels that a line may be off its course
_TO_STANDARD_DEVIATION = 1.4826  # of the median absolute deviation, if normal
_IRREGULAR = 0.2  # of the distance of two lines
_MOSTLY = 0.6  # of the distances are regular ones
_SAME = 1.25  # times the tone of a line is the line still
_SOFT = 1.3  # pixels beyond its edge that a line is blurred into
_FULL_INK = 90  # percentile of the inked pixels that counts as full strength
_MANY = 5  # thin lines at equal distances need not be pale


@dataclass(frozen=True, eq=False)
class Line:
    """A line across a picture.

    Attributes:
        rows: Its middle in each column, float64 of shape (width,); -100.0 where it
            has left the picture.
        middle: Its row in the middle column, if it went on so far.
        share: Of the width, how far it goes.
        tone: Its contrast.
        thickness: In pixels.
    """

    rows: NDArray[np.float64]
    middle: float
    share: float
    tone: float
    thickness: float


@dataclass(frozen=True, eq=False)
class Ruling:
    """The lines of a sheet.

    Attributes:
        across: Those from left to right.
        down: Those from top to bottom, as lines of the transposed picture.
    """

    across: tuple[Line, ...]
    down: tuple[Line, ...]


def find(contrast: GrayImage) -> Ruling:
    """Find what may be lines of ruled or squared paper.

    Args:
        contrast: Contrast to the paper, float32 of shape (height, width).
    """
    if min(contrast.shape) < _LEAST_SIDE:
        return Ruling((), ())
    return Ruling(*(_lines(each) for each in (contrast, contrast.T)))


def told_from_ink(found: Ruling, contrast: GrayImage) -> Ruling:
    """Return those lines that are of the paper, and not strokes of a character.

    A line of paper is paler or thinner than what is written, and one of several. One
    on its own must be both. Many at equal distances may be as dark as the ink.
    """
    if not found.across and not found.down:
        return found
    full, inked = _written(contrast, (_tones(found, contrast.shape) > 0).any(axis=0))
    distances = ndimage.distance_transform_edt(inked)
    pen = 4 * float(distances[inked].mean()) - 2 if inked.any() else 0.0
    return Ruling(
        *(_of_paper(lines, full, max(1.0, pen)) for lines in (found.across, found.down))
    )


def _written(
    contrast: GrayImage, covered: NDArray[np.bool_] | np.bool_
) -> tuple[float, NDArray[np.bool_]]:
    """Return the contrast of full ink beside lines, and where ink is."""
    rest = np.where(covered, 0, contrast)
    inked = rest > max(threshold(rest), _LEAST_TONE)
    full = float(np.percentile(rest[inked], _FULL_INK)) if inked.any() else 0.0
    return full, inked


def _of_paper(lines: tuple[Line, ...], full: float, pen: float) -> tuple[Line, ...]:
    regular = _is_regular(lines)
    chosen = []
    for line in lines:
        is_long = line.share >= _LONG
        pale, thin = line.tone <= _PALE * full, line.thickness <= _THIN * pen
        if (is_long and pale and thin) or (
            regular and (pale or thin or len(lines) >= _MANY)
        ):
            chosen.append(line)
    return tuple(chosen)


def _is_regular(lines: tuple[Line, ...]) -> bool:
    if len(lines) < _REGULAR:
        return False
    gaps = np.diff(np.sort([line.middle for line in lines]))
    base = float(np.percentile(gaps, 25))
    shares = gaps / max(base, 1.0)
    return bool((np.abs(shares - np.rint(shares)) <= _IRREGULAR).mean() >= _MOSTLY)


def removed(contrast: GrayImage, lines: Ruling) -> GrayImage:
    """Take lines out from under the ink.

    Args:
        contrast: Contrast to the paper, float32 of shape (height, width).
        lines: Lines of the paper.

    Returns:
        The contrast without the lines: a stroke on a line is kept where it is darker,
        and where it goes on beyond the line on both sides.
    """
    tones = _tones(lines, contrast.shape)
    covered = tones > 0
    tone = tones.max(axis=0) * _SAME
    full, _ = _written(contrast, covered.any(axis=0))
    darker = np.clip((contrast - tone) / np.maximum(full - tone, full / 4), 0, 1) * full
    cleaned = np.where(covered.any(axis=0), 0, contrast)
    kept = np.where(covered.any(axis=0), darker, contrast)
    reach = max((line.thickness for line in (*lines.across, *lines.down)), default=0)
    for mask, is_down in zip(covered, (False, True), strict=True):
        if mask.any():
            filled = _bridged(cleaned, round(reach) + 5, is_down=is_down)
            kept = np.where(mask, np.maximum(kept, filled), kept)
    return np.asarray(kept, dtype=np.float32)


def _bridged(cleaned: GrayImage, length: int, *, is_down: bool) -> GrayImage:
    """Close gaps of up to a length across lines, straight and aslant."""
    length += 1 - length % 2
    slant = np.eye(length, dtype=bool)
    straight = np.zeros_like(slant)
    straight[:, length // 2] = True
    ways = (straight.T if is_down else straight, slant, slant[::-1])
    closed = [ndimage.grey_closing(cleaned, footprint=way) for way in ways]
    return np.asarray(np.max(closed, axis=0))


def _tones(lines: Ruling, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the tone of lines where they are, a little wider than they are.

    Returns:
        Float32 of shape (2, height, width), those across and those down; 0.0 for none.
    """
    height, width = shape
    down = _tones_across(lines.down, (width, height)).T
    return np.stack([_tones_across(lines.across, (height, width)), down])


def _tones_across(lines: tuple[Line, ...], shape: tuple[int, int]) -> GrayImage:
    tones = np.zeros(shape, dtype=np.float32)
    columns = np.arange(shape[1])
    for line in lines:
        reach = line.thickness / 2 + _SOFT
        for offset in range(-int(reach + 1), int(reach + 1) + 1):
            rows = np.rint(line.rows).astype(int) + offset
            near = np.abs(rows - line.rows) <= reach
            inside = near & (rows >= 0) & (rows < shape[0])
            tones[rows[inside], columns[inside]] = line.tone
    return tones


def _lines(contrast: GrayImage) -> tuple[Line, ...]:
    thickness = max(3, round(_THICKEST * max(contrast.shape)))
    thin = _thin_parts(contrast, thickness)
    slope = _slope(thin)
    chains = _chains(_peaks(thin, slope), slope, contrast.shape[1] / _NUM_STRIPS)
    lines = [_line(chain, contrast, thickness) for chain in chains]
    return _distinct([line for line in lines if line is not None])


def _distinct(lines: list[Line]) -> tuple[Line, ...]:
    """Leave out what is the same line twice, the paler one."""
    chosen: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.tone * line.share):
        if all(_distance(line, other) > line.thickness + 1 for other in chosen):
            chosen.append(line)
    return tuple(sorted(chosen, key=lambda line: line.middle))


def _distance(first: Line, second: Line) -> float:
    both = (first.rows > _OUTSIDE) & (second.rows > _OUTSIDE)
    apart = np.abs(first.rows - second.rows)[both]
    return float(np.median(apart)) if apart.size else np.inf


def _thin_parts(contrast: GrayImage, thickness: int) -> GrayImage:
    """Return what is narrower than that from top to bottom."""
    ink = np.maximum(contrast, 0)
    opened = ndimage.grey_opening(ink, size=(thickness + 2, 1), mode="nearest")
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
        sums = np.zeros((4, rows.max() + 1))
        np.add.at(sums, (np.broadcast_to(quarters, rows.shape), rows), capped)
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
        free = set(range(len(near)))
        for row in rows:
            distances = np.abs(expected - row) / reach
            close = [each for each in np.argsort(distances) if each in free][:1]
            if close and distances[close[0]] <= 1:
                near[close[0]].append((strip, float(row)))
                free.discard(close[0])
            else:
                chains.append([(strip, float(row))])
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


def _line(
    chain: list[tuple[int, float]], contrast: GrayImage, thickness: int
) -> Line | None:
    """Measure a line, unless it ends within the picture or is of many tones."""
    height, width = contrast.shape
    course = _course(chain, contrast.shape)
    if course is None:
        return None
    columns = np.arange(width)
    along, share, middle = course
    on = along > _OUTSIDE
    offsets = np.arange(-thickness, thickness + 1)[:, None]
    places = np.clip(np.rint(along[on] + offsets).astype(int), 0, height - 1)
    around = contrast[places, columns[on]]
    profile = np.median(around, axis=1)
    profile -= (profile[:2].mean() + profile[-2:].mean()) / 2
    peak = int(profile.argmax())
    tone = float(profile[peak])
    if tone < _LEAST_TONE or abs(peak - thickness) > _MOST_SHIFT:
        return None
    tones = [np.median(each) for each in np.array_split(around[peak], _NUM_STRIPS)]
    if float(np.median(np.abs(np.array(tones) - tone))) > _UNEVEN * tone:
        return None
    wide = float(_run_around(profile > tone / 2, peak))
    rows = np.where(on, along + (peak - thickness), _OUTSIDE)
    return Line(rows=rows, middle=middle, share=share, tone=tone, thickness=wide)


def _course(
    chain: list[tuple[int, float]], shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], float, float] | None:
    """Lay a smooth curve through a chain that runs from edge to edge of a picture.

    Returns:
        Its rows, the share of the width that it spans, and its row in the middle.
    """
    height, width = shape
    step = width / _NUM_STRIPS
    strips, rows = np.array(chain).T
    middles = (strips + 0.5) * step - 0.5
    line = np.polynomial.Polynomial.fit(middles, rows, 1)
    first, last = middles[0] - step / 2, middles[-1] + step / 2
    for end, beyond in ((first, -_MOST_END), (last, _MOST_END)):
        place = end + beyond * step
        if 0 < place < width - 1 and 0 < line(place) < height - 1:
            return None
    if len(chain) < _LEAST_SEEN * (last - first) / step:
        return None
    off = np.abs(line(middles) - rows)
    if len(chain) > _ENOUGH:
        curve = np.polynomial.Polynomial.fit(middles, rows, 3)
        off = np.abs(curve(middles) - rows)
        kept = off <= max(1.0, 2 * float(np.median(off)))
        curve = np.polynomial.Polynomial.fit(middles[kept], rows[kept], 3)
    else:
        curve = line
    columns = np.arange(width)
    on = (columns >= first - _MOST_END * step) & (columns <= last + _MOST_END * step)
    course = np.where(on, curve(columns), _OUTSIDE)
    return course, float(last - first) / width, float(line(width / 2))


def _run_around(values: NDArray[np.bool_], place: int) -> int:
    numbers, _ = ndimage.label(values)
    return int(np.count_nonzero(numbers == numbers[place]))
