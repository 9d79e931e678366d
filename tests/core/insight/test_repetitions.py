"""Which runs differ by the seed only, and how far they spread."""

import dataclasses
import math
import statistics
from datetime import UTC, datetime

import pytest

from core.config import EnsembleConfig, MlpConfig, TrainingConfig
from core.insight.repetitions import groups_by_recipe, over_seeds, spread
from core.records import Run, RunScores, RunStatus


def test_runs_that_differ_by_seed_only_are_a_group() -> None:
    """The name of the preset that a recipe began as changes nothing of it."""
    recipes = (
        TrainingConfig(seed=1),
        TrainingConfig(seed=1, epochs=3),
        TrainingConfig(seed=2, preset="classic-mlp"),
        TrainingConfig(seed=2, epochs=3),
        TrainingConfig(seed=1, dataset="emnist-letters"),
    )

    assert groups_by_recipe(recipes, [""] * 5) == ((0, 2), (1, 3), (4,))


def test_runs_of_two_data_sets_of_one_name_are_no_group() -> None:
    recipes = [TrainingConfig(seed=seed, dataset="letters") for seed in range(3)]

    assert groups_by_recipe(recipes, ["a", "b", "a"]) == ((0, 2), (1,))


def test_ensembles_are_grouped_by_their_networks() -> None:
    pair = EnsembleConfig(members=(MlpConfig(),) * 2)
    other = EnsembleConfig(members=(MlpConfig(hidden=(8,)),) * 2)

    assert groups_by_recipe((pair, other, pair), [""] * 3) == ((0, 2), (1,))


def test_spread_is_of_the_curves_that_reach_a_point() -> None:
    """One stopped after two epochs, and one diverged in its second."""
    found = spread(((1.0, 2.0), (3.0, math.nan, 7.0), (2.0, 4.0, 8.0)))

    assert found.mean == pytest.approx((2.0, 3.0, 7.5))
    assert found.low == (1.0, 2.0, 7.0)
    assert found.high == (3.0, 4.0, 8.0)
    assert found.count == (3, 2, 2)


def test_point_that_no_curve_reaches_is_a_gap() -> None:
    found = spread(((1.0, math.nan),))

    assert found.count == (1, 0)
    assert all(math.isnan(each[1]) for each in (found.mean, found.low, found.high))


def test_no_curves_have_no_spread() -> None:
    assert spread(()).mean == ()


def finished(seed: int, accuracy: float | None, **changes: str | int) -> Run:
    """Make a finished run of a recipe."""
    return Run(
        id=f"{seed} {accuracy}",
        name="run",
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 11, 1, tzinfo=UTC),
        config=TrainingConfig(seed=seed, **changes),
        scores=RunScores(test_accuracy=accuracy, test_size=100),
    )


def test_the_spread_over_seeds_is_that_of_the_statistics_module() -> None:
    """0.90, 0.92 and 0.97: another recipe, a running one and a repeat do not count."""
    run = finished(0, 0.9)
    others = [
        finished(0, 0.91),
        run,
        finished(1, 0.92, preset="classic-mlp"),
        finished(2, 0.97),
        finished(3, None),
        finished(4, 0.1, epochs=3),
        dataclasses.replace(finished(5, 0.1), fingerprint="other"),
        dataclasses.replace(finished(6, 0.1), status=RunStatus.STOPPED),
    ]

    found = over_seeds(run, others)

    assert found is not None
    assert found.mean == pytest.approx(0.93)
    assert found.deviation == pytest.approx(statistics.stdev([0.9, 0.92, 0.97]))
    assert (found.low, found.high, found.n) == (0.9, 0.97, 3)


def test_one_seed_has_no_spread() -> None:
    """Nor has an ensemble, which has no seed."""
    run = finished(0, 0.9)
    config = EnsembleConfig(members=(MlpConfig(),) * 2)
    ensemble = dataclasses.replace(run, config=config)

    assert over_seeds(run, [run, finished(0, 0.8)]) is None
    assert over_seeds(ensemble, [ensemble, finished(1, 0.8)]) is None
