"""What the terminal says of a study."""

from collections import Counter
from collections.abc import Sequence

from core.cli.console import Record
from core.jobs import studies
from core.tuning import ranking, space
from core.tuning.space import Params
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord, busy_seconds


def summary(study: Study, trials: Sequence[TrialRecord]) -> Record:
    """Return the facts about a study, by name.

    With two objectives, `best` is the best by the first one, and `front` lists those
    that no other one beats in both.
    """
    counted = Counter(str(each.state) for each in trials if not each.is_lost)
    record = {
        "study": study.name,
        "status": status_of(study, trials),
        "problem": study.problem,
        "dataset": study.spec.base.dataset,
        "objectives": list(study.spec.objectives),
        "trials": {str(state): counted[state] for state in State},
        "tried_again": sum(each.is_lost for each in trials),
        "seconds": round(busy_seconds(trials), 1),
        "best": next(
            (_record(study, each) for each in ranking.ranked(study.spec, trials)), None
        ),
    }
    if len(study.spec.objectives) > 1:
        front = ranking.front(study.spec, trials)
        record["front"] = [_record(study, each) for each in front]
    return record


def trial_rows(study: Study, trials: Sequence[TrialRecord]) -> list[Record]:
    """Return the facts about each trial."""
    rows = []
    for each in trials:
        values = _record(study, each)
        state = "tried again" if each.is_lost else str(each.state)
        params = values.pop("params")
        rows.append({"trial": each.number, "state": state, **values, "params": params})
    return rows


def status_of(study: Study, trials: Sequence[TrialRecord]) -> str:
    """Say in a word how a study stands."""
    if study.is_active:
        return "interrupted" if studies.is_left(study) else "running"
    if any(each.state is State.RUNNING for each in trials):
        return "stopping"
    if study.problem:
        return "failed"
    return "stopped" if study.has_budget(trials) else "finished"


def in_words(record: Record) -> Record:
    """Write the facts about a study, or about one of its trials, for people."""
    words = dict(record)
    if "trials" in words:
        counts = (
            f"{count} {state}" for state, count in words["trials"].items() if count
        )
        words["trials"] = ", ".join(counts) or "none"
        words["objectives"] = " and ".join(words["objectives"])
        words["best"] = words["best"] and _line(words["best"])
        if not words["problem"]:
            del words["problem"]
    if "front" in words:
        words["front"] = "\n".join(map(_line, words["front"]))
    if "params" in words:
        words["params"] = _params(words["params"])
    if "values" in words:
        words["values"] = _scores(words)
        del words["value"]
    return words


def _line(best: Record) -> str:
    return f"{_scores(best)} with {_params(best['params'])} ({best['run_id']})"


def _scores(record: Record) -> str:
    scores = record.get("values", {"": record.get("value")})
    return ", ".join(f"{name} {score:.4g}".strip() for name, score in scores.items())


def _params(params: Params) -> str:
    parts = (
        f"{space.title_of(key).lower()} {space.text_of(key, value)}"
        for key, value in params.items()
    )
    return ", ".join(parts)


def _record(study: Study, trial: TrialRecord) -> Record:
    scores = dict(zip(study.spec.objectives, trial.values, strict=False))
    return {
        "run_id": trial.run_id,
        "value": trial.values[0] if trial.values else None,
        **({"values": scores} if len(study.spec.objectives) > 1 else {}),
        "params": dict(trial.params),
    }
