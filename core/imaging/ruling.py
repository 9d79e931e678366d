"""Find the lines of ruled and squared paper, and take them out from under the ink.

A line of paper is thin, nearly straight, of one tone, and runs on to both edges of
the picture; with others, it comes at regular distances. A stroke that crosses it is
darker or wider than the line, or goes on beyond it on both sides: that much is kept.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging import lines
from core.imaging.lines import LEAST_SIDE, Line
from core.imaging.paper import threshold
from core.types import GrayImage

_LEAST_TONE = 0.02  # of contrast: less is paper
_LONG = 0.6  # of the width: shorter lines need others beside them
_REGULAR = 3  # lines at equal distances are a ruling
_PALE = 0.75  # of the ink's contrast: a line this much fainter is no stroke
_THIN = 0.6  # of the pen: a line this much thinner is none either
_IRREGULAR = 0.2  # of the distance of two lines
_MOSTLY = 0.6  # of the distances are regular ones
_NEARLY_ALL = 0.8
_SAME = 1.25  # times the tone of a line is the line still
_SOFT = 1.3  # pixels beyond its edge that a line is blurred into
_FULL_INK = 90  # percentile of the inked pixels that counts as full strength
_MOST_BEYOND = 3  # lines missed beyond the first and the last
_LEAST_LIKE = 0.5  # of the tone of the others
_MANY = 5  # thin lines at equal distances need not be pale


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
    if min(contrast.shape) < LEAST_SIDE:
        return Ruling((), ())
    across, down = (
        _completed(lines.across(each), each) for each in (contrast, contrast.T)
    )
    return Ruling(across, down)


def _completed(found: tuple[Line, ...], contrast: GrayImage) -> tuple[Line, ...]:
    """Look for missing lines where the distance of the others says that they are."""
    if not _is_regular(found):
        return found
    tone = float(np.median([line.tone for line in found]))
    base = _distance(found)
    courses = []
    for above, below in pairwise(found):
        parts = round((below.middle - above.middle) / base)
        courses += [
            above.rows + (below.rows - above.rows) * part / parts
            for part in range(1, parts)
        ]
    for edge, inner in (found[:2], found[-1:-3:-1]):
        step = (edge.rows - inner.rows) / max(
            1, abs(round((edge.middle - inner.middle) / base))
        )
        courses += [edge.rows + step * part for part in range(1, _MOST_BEYOND + 1)]
    reach = max(2, round(base / 6))
    others = [lines.measured(course, contrast, reach) for course in courses]
    likely = [line for line in others if line and line.tone > _LEAST_LIKE * tone]
    return lines.distinct([*found, *likely])


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


def _of_paper(found: tuple[Line, ...], full: float, pen: float) -> tuple[Line, ...]:
    regular = _is_regular(found)
    chosen = []
    for line in found:
        is_long = line.share >= _LONG
        pale, thin = line.tone <= _PALE * full, line.thickness <= _THIN * pen
        if (is_long and pale and thin) or (
            regular and (pale or thin or len(found) >= _MANY)
        ):
            chosen.append(line)
    return tuple(chosen)


def _is_regular(found: tuple[Line, ...]) -> bool:
    if len(found) < _REGULAR:
        return False
    shares = np.diff([line.middle for line in found]) / _distance(found)
    return _regular_share(shares) >= _MOSTLY


def _distance(found: tuple[Line, ...]) -> float:
    """Return the distance of neighbours, some of which may be missing."""
    gaps = np.diff([line.middle for line in found])
    for base in np.sort(np.concatenate([gaps, gaps / 2]))[::-1]:
        if base > 1 and _regular_share(gaps / base) >= _NEARLY_ALL:
            return float(base)
    return max(1.0, float(np.percentile(gaps, 25)))


def _regular_share(shares: NDArray[np.float64]) -> float:
    near = (np.abs(shares - np.rint(shares)) <= _IRREGULAR) & (shares > 0.5)  # noqa: PLR2004 - rounds to 1
    return float(near.mean())


def removed(contrast: GrayImage, found: Ruling) -> GrayImage:
    """Take lines out from under the ink.

    Args:
        contrast: Contrast to the paper, float32 of shape (height, width).
        found: Lines of the paper.

    Returns:
        The contrast without the lines: a stroke on a line is kept where it is darker,
        and where it goes on beyond the line on both sides.
    """
    tones = _tones(found, contrast.shape)
    covered = tones > 0
    tone = tones.max(axis=0) * _SAME
    full, _ = _written(contrast, covered.any(axis=0))
    darker = (
        np.clip((contrast - tone) / np.maximum(full - tone, full / 4 + 1e-6), 0, 1)
        * full
    )
    cleaned = np.where(covered.any(axis=0), 0, contrast)
    kept = np.where(covered.any(axis=0), darker, contrast)
    reach = max((line.thickness for line in (*found.across, *found.down)), default=0)
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


def _tones(found: Ruling, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the tone of lines where they are, a little wider than they are.

    Returns:
        Float32 of shape (2, height, width), those across and those down; 0.0 for none.
    """
    height, width = shape
    down = _tones_across(found.down, (width, height)).T
    return np.stack([_tones_across(found.across, (height, width)), down])


def _tones_across(found: tuple[Line, ...], shape: tuple[int, int]) -> GrayImage:
    tones = np.zeros(shape, dtype=np.float32)
    columns = np.arange(shape[1])
    for line in found:
        reach = line.thickness / 2 + _SOFT
        for offset in range(-int(reach + 1), int(reach + 1) + 1):
            rows = np.rint(line.rows).astype(int) + offset
            near = np.abs(rows - line.rows) <= reach
            inside = near & (rows >= 0) & (rows < shape[0])
            tones[rows[inside], columns[inside]] = line.tone
    return tones
