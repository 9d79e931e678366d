"""What the scores of a grid are, in words."""

from core.proportion import Proportion, percent
from core.tuning import grids, space
from core.tuning.grids import Grid, Place
from core.tuning.spec import MAXIMIZED, TITLES, StudySpec
from core.tuning.trials import State
from dashboard import studies, words
from dashboard.charts.score_axis import ScoreAxis

MAX_NAMED = 3


def axis_of(spec: StudySpec) -> ScoreAxis:
    """Return the axis of the first objective of a study."""
    objective = spec.objectives[0]
    suffixes = {"val_accuracy": " %", "seconds": " s"}
    return ScoreAxis(
        title=TITLES[objective],
        suffix=suffixes.get(objective, ""),
        is_low_good=objective not in MAXIMIZED,
    )


def is_accuracy(spec: StudySpec) -> bool:
    """Whether the trials of a study are scored by a share of images."""
    return spec.objectives[0] == "val_accuracy"


def on_axis(spec: StudySpec, score: float) -> float:
    """Return a score as its axis has it: a share as percent."""
    return score * 100 if is_accuracy(spec) else score


def share(score: float, total: int) -> Proportion | None:
    """Return a validation accuracy with its interval; None if nobody knows of how many.

    Args:
        score: From 0 to 1.
        total: Number of validation images.
    """
    return Proportion(round(score * total), total) if total else None


def score_text(spec: StudySpec, score: float) -> str:
    """Write a score with its unit, n and interval."""
    match spec.objectives[0]:
        case "val_accuracy":
            found = share(score, studies.num_validated(spec))
            if found is None:
                return f"{percent(score)} of the validation images"
            return (
                f"{percent(score)} of {found.total:,} validation images "
                f"({words.interval(found)})"
            )
        case "seconds":
            return f"a training time of {words.duration(score)}"
        case "parameters":
            return f"{score:,.0f} parameters"
        case _:
            total = studies.num_validated(spec)
            of = f" on {total:,} validation images" if total else ""
            return f"a validation loss of {score:.4f}{of}"


def sentence(grid: Grid, spec: StudySpec) -> str:
    """Say which values are best and which may be as good, as Markdown; maybe empty."""
    best = grids.best(grid, spec)
    if best is None:
        return ""
    num_scored = len({trial.number for trial in grid.trials.values() if trial.values})
    num_all = grid.num_trials
    of = (
        f"{num_scored:,}" if num_scored == num_all else f"{num_scored:,} of {num_all:,}"
    )
    things = _plural(grid.keys[0]) if len(grid.keys) == 1 else "combinations"
    score = score_text(spec, grid.scores[best])
    name = name_of(grid, best)
    name = words.literal(f"{name[0].upper()}{name[1:]}")
    start = f"**{name}** is best of {of} {things}: {score}"
    return f"{start}{_chance(grid, spec)}.{_failed(grid)}"


def name_of(grid: Grid, place: Place) -> str:
    """Write the values of a place, as plain text; of one setting, only the value."""
    texts = grid.texts(place)
    if len(texts) == 1:
        return texts[0]
    named = (
        f"{space.title_of(key).lower()} {text}"
        for key, text in zip(grid.keys, texts, strict=True)
    )
    return " with ".join(named)


def _chance(grid: Grid, spec: StudySpec) -> str:
    """Say which others are as good as the best as far as one can tell."""
    if not is_accuracy(spec) or len(grid.scores) == 1:
        return ""
    near = grids.within_chance(grid, spec, num_images=studies.num_validated(spec))
    if not near:
        return "; the others are worse by more than chance"
    if len(near) == len(grid.scores) - 1:
        return "; all others are within chance"
    if len(near) > MAX_NAMED:
        return f"; {len(near):,} others are within chance"
    names = [words.literal(name_of(grid, place)) for place in near]
    *most, last = names
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"; {listed} {'is' if len(near) == 1 else 'are'} within chance"


def _failed(grid: Grid) -> str:
    failed = {
        trial.number for trial in grid.trials.values() if trial.state is State.FAILED
    }
    return f" {words.count(len(failed), 'training')} failed." if failed else ""


def _plural(key: str) -> str:
    title = space.title_of(key).lower()
    is_odd = title.endswith("s") or "(" in title or "," in title
    return f"values of {title}" if is_odd else f"{title}s"
