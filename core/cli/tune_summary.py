"""What the terminal says of a study."""

from collections import Counter
from collections.abc import Sequence

from core.cli.console import Record
from core.jobs import studies
from core.tuning import ranking
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


def _record(study: Study, trial: TrialRecord) -> Record:
    scores = dict(zip(study.spec.objectives, trial.values, strict=False))
    return {
        "run_id": trial.run_id,
        "value": trial.values[0] if trial.values else None,
        **({"values": scores} if len(study.spec.objectives) > 1 else {}),
        "params": dict(trial.params),
    }
