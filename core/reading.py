"""Read numbers and words: several characters that were written in one go.

Where ink is connected, it cannot be cut without reading it: a 4 that touches a 0 is cut
where the two pieces are the best digits. So every way to cut that the ink allows is
tried. All candidates go through the model at once, and the best row of them is found by
dynamic programming: the sum of the logarithms of their calibrated probabilities, less
what is odd about their shapes and about the places where they are cut.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation import temperature as temperatures
from core.imaging import glyphs, segment, styles, units
from core.imaging.boxes import Box
from core.imaging.normalise import NormalisationSteps
from core.imaging.segment import Boundary, Line
from core.imaging.strokes import Strokes
from core.imaging.units import Unit
from core.inference import Answer
from core.types import GrayImage, InkStyle, Probabilities

Predict = Callable[[GrayImage], Probabilities]
"""Gives the class probabilities of images, float32 of shape (n, height, width)."""

# Natural logarithms, like the sums that they are part of. Fitted on training images of
# MNIST and EMNIST by random search.
_EACH = 0.02  # for each character: two are not read where one will do
_CROSSED = 0.14  # for each pen's width of ink that is cut
_TWICE = 0.1  # for each stroke after the first that is cut on one path
_GLUED = 0.2  # for ink that is not connected, in one character
_GLUED_APART = 6.5  # and for each height of the line between it
_GLUED_STROKES = 0.03  # for strokes that touch
_TOO_WIDE = 0.45  # for each height of the line that a character is wider than _WIDE
_TOO_LOW = 1.7  # for a piece of cut ink of no height
_NO_ANSWER = 6.5  # no character counts for less than this

_WIDE = 0.7
_LOW = 0.6
_MOST_GLUED = 2.0  # more is not tried
_MOST_WIDE = 1.7  # in heights of the line; wider is tried only if it is not cut at all
_MOST_UNITS = 8


@dataclass(frozen=True, eq=False)
class ReadCharacter:
    """One character of several.

    Attributes:
        box: Where it is, in pixels of the ink or of the canvas.
        ink: Its ink alone, float32 of the box's shape in [0, 1].
        strokes: Its strokes, on a canvas as large as they are; None if it is not made
            of whole strokes.
        steps: The ink on its way to the model input.
        answer: What the model says.
    """

    box: Box
    ink: GrayImage
    strokes: Strokes | None
    steps: NormalisationSteps
    answer: Answer


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read.

    Attributes:
        lines: Of text, from top to bottom; each has its characters from left to right,
            at least one.
    """

    lines: tuple[tuple[ReadCharacter, ...], ...]

    @property
    def characters(self) -> tuple[ReadCharacter, ...]:
        """All characters, line by line."""
        return tuple(each for line in self.lines for each in line)

    def text(self, classes: Sequence[str]) -> str:
        """Write what was read, a line for each.

        Args:
            classes: Names of the classes; longer ones are separated by spaces.
        """
        space = "" if all(len(name) == 1 for name in classes) else " "
        return "\n".join(
            space.join(classes[each.answer.best] for each in line)
            for line in self.lines
        )


@dataclass(frozen=True, eq=False)
class _Candidate:
    """Some units of a line as one character.

    Attributes:
        start: Number of the first unit.
        stop: Number of the one after the last.
        unit: All of them as one.
        drawn: Its strokes; None if it is not made of whole ones.
        steps: The ink on its way to the model input.
        odd: What is odd about its shape and its place, 0.0 or more.
    """

    start: int
    stop: int
    unit: Unit
    drawn: Strokes | None
    steps: NormalisationSteps
    odd: float


def read(
    material: GrayImage | Strokes,
    *,
    predict: Predict,
    style: InkStyle,
    shape: tuple[int, int],
    temperature: float = temperatures.NONE,
) -> Reading:
    """Read all characters of a picture or a drawing.

    Args:
        material: All ink of a picture, float32 of shape (height, width) in [0, 1]; or
            what a pen drew.
        predict: The model; it is called once.
        style: How the model's data set made its images from ink.
        shape: Height and width of its images, in pixels.
        temperature: Scales the probabilities; see `core.evaluation.temperature`.

    Raises:
        BlankDrawingError: If there is no ink, or only dust.
        PictureError: If there are far too many marks.
    """
    drawn = material if isinstance(material, Strokes) else None
    lines = (
        segment.lines_of_strokes(material)
        if isinstance(material, Strokes)
        else segment.lines_of_ink(material)
    )
    tried = [_candidates(line, drawn, style, shape) for line in lines]
    glyphs = np.stack([each.steps.glyph for row in tried for each in row])
    probabilities = predict(glyphs)
    read_lines, start = [], 0
    for line, row in zip(lines, tried, strict=True):
        of_row = probabilities[start : start + len(row)]
        start += len(row)
        scaled = temperatures.scaled(of_row, temperature)
        chosen = _best_row(row, scaled, len(line.units))
        read_lines.append(
            tuple(_character(row[at], of_row[at], scaled[at]) for at in chosen)
        )
    return Reading(tuple(read_lines))


def _candidates(
    line: Line, drawn: Strokes | None, style: InkStyle, shape: tuple[int, int]
) -> list[_Candidate]:
    """Make a character of each unit, and of each few beside each other."""
    found = []
    for start in range(len(line.units)):
        for stop in range(start + 1, min(start + _MOST_UNITS, len(line.units)) + 1):
            whole = units.merged(line.units[start:stop])
            if stop > start + 1 and not _may_be_one(line, start, stop, whole.box):
                continue
            found.append(_candidate(line, start, stop, whole, drawn, style, shape))
    return found


def _may_be_one(line: Line, start: int, stop: int, box: Box) -> bool:
    inner = line.boundaries[start : stop - 1]
    is_whole = _is_edge(line, start) and _is_edge(line, stop)
    is_one_group = is_whole and all(each.touches for each in inner)
    wide = box.width > _MOST_WIDE * line.scale.height
    glued = sum(map(_glue, inner))
    return is_one_group or (not wide and glued <= _MOST_GLUED)


def _is_edge(line: Line, place: int) -> bool:
    """Tell whether no ink is cut before a unit."""
    if place in (0, len(line.units)):
        return True
    return not line.boundaries[place - 1].touches


def _candidate(  # noqa: PLR0913, PLR0917
    line: Line,
    start: int,
    stop: int,
    whole: Unit,
    drawn: Strokes | None,
    style: InkStyle,
    shape: tuple[int, int],
) -> _Candidate:
    alone = None
    if drawn is not None and whole.numbers:
        alone, _ = units.cut_out(drawn, whole.numbers)
        steps = glyphs.steps_of_strokes(alone, style, shape)
    else:
        steps = styles.glyph_steps(whole.ink, style, shape)
    odd = _odd_shape(line, start, stop, whole.box)
    odd += sum(map(_glue, line.boundaries[start : stop - 1]))
    return _Candidate(start, stop, whole, alone, steps, odd)


def _glue(boundary: Boundary) -> float:
    """Say how odd it is that one character has ink on both sides of a boundary."""
    if boundary.crossed > 0:
        return 0.0
    if boundary.touches:
        return _GLUED_STROKES
    return _GLUED + _GLUED_APART * max(0.0, boundary.gap)


def _odd_shape(line: Line, start: int, stop: int, box: Box) -> float:
    height = line.scale.height
    width = box.width / height
    odd = _EACH + _TOO_WIDE * max(0.0, width - _WIDE)
    edges = [
        line.boundaries[place - 1]
        for place in (start, stop)
        if not _is_edge(line, place)
    ]
    # Each cut has a character on both sides, which share it.
    odd += _CROSSED * sum(each.crossed for each in edges) / 2
    odd += _TWICE * sum(max(0, each.times - 1) for each in edges) / 2
    if edges:
        odd += _TOO_LOW * max(0.0, _LOW - box.height / height) / _LOW
    return odd


def _best_row(
    row: Sequence[_Candidate], probabilities: Probabilities, num_units: int
) -> list[int]:
    """Choose candidates that have every unit once, with the highest sum."""
    least = math.exp(-_NO_ANSWER)
    logs = np.log(np.maximum(probabilities.max(axis=1), least))
    best = [0.0] + [-math.inf] * num_units
    last = [-1] * (num_units + 1)
    for at in sorted(range(len(row)), key=lambda at: row[at].start):
        candidate = row[at]
        total = best[candidate.start] + float(logs[at]) - candidate.odd
        if total > best[candidate.stop]:
            best[candidate.stop], last[candidate.stop] = total, at
    chosen, place = [], num_units
    while place:
        chosen.append(last[place])
        place = row[last[place]].start
    return chosen[::-1]


def _character(
    candidate: _Candidate, probabilities: Probabilities, scaled: Probabilities
) -> ReadCharacter:
    # Before they are scaled and rounded: afterwards two might be equal.
    ranking = np.argsort(-probabilities, kind="stable")
    unit = candidate.unit
    answer = Answer(scaled, ranking)
    return ReadCharacter(unit.box, unit.ink, candidate.drawn, candidate.steps, answer)
