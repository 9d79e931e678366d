"""Numbers, times and names as they stand on pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.config import TrainingConfig, presets
from core.config.presets import Claim
from core.datasets import catalog
from core.proportion import Proportion
from core.records import Run, RunScores, RunStatus
from dashboard import words

BERLIN = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (0.44, "0.4 s"),
        (0.96, "1.0 s"),
        (1.0, "1 s"),
        (2.6, "3 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (130.0, "2 min 10 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 0 min"),
        (3900.0, "1 h 5 min"),
        (90_000.0, "25 h 0 min"),
    ],
)
def test_duration_reads_as_people_say_it(seconds: float, text: str) -> None:
    """Rounding must carry: never "60 s" or "59 min 60 s"."""
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (datetime(2026, 11, 22, 13, 2, tzinfo=UTC), "today 14:02"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "today 00:30"),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "21 Nov 2026 23:30"),
        (datetime(2025, 11, 22, 13, 2, tzinfo=UTC), "22 Nov 2025 14:02"),
    ],
    ids=["same day", "today only here", "yesterday", "last year"],
)
def test_moment_is_told_in_the_time_zone_of_the_viewer(
    then: datetime, text: str
) -> None:
    """The store keeps universal time, and midnight is not everybody's."""
    assert words.moment(then, now=NOON) == text


@pytest.mark.parametrize(
    ("right", "total", "text"),
    [
        (9_910, 10_000, "99.10 % of 10,000 test images (98.9 to 99.3)"),
        (9_750, 10_000, "97.50 % of 10,000 test images (97.2 to 97.8)"),
        (8, 10, "80.00 % of 10 test images (49.0 to 94.3)"),
        (10, 10, "100.00 % of 10 test images (72.2 to 100.0)"),
        (0, 10, "0.00 % of 10 test images (0.0 to 27.8)"),
    ],
)
def test_accuracy_has_n_and_wilson_interval(right: int, total: int, text: str) -> None:
    """8 of 10 is the example of textbooks: 49.0 to 94.3 %."""
    assert words.accuracy(Proportion(right, total)) == text


@pytest.mark.parametrize(
    ("accuracy", "title"),
    [
        (None, "fast-mlp, today 11:00"),
        (0.9812, "fast-mlp, today 11:00, 98.12 %"),
        (0.0, "fast-mlp, today 11:00, 0.00 %"),
    ],
)
def test_run_title_has_the_accuracy_if_there_is_one(
    accuracy: float | None, title: str
) -> None:
    """No accuracy is not the same as none right."""
    run = Run(
        id="0" * 32,
        name="fast-mlp",
        config=TrainingConfig(),
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        scores=RunScores(test_accuracy=accuracy),
    )

    assert words.run_title(run, now=NOON) == title


def test_a_claim_names_another_number_of_training_images() -> None:
    """What was measured on a part of a data set is no promise for all of it."""
    measured = replace(presets.PRESETS[0].claims[0], num_train=500)
    preset = replace(presets.PRESETS[0], claims=(measured,))

    told = words.claim(preset, catalog.spec("mnist"))

    assert told.startswith("Measured on MNIST with 500 training images: 97.62 %")


def test_a_data_set_that_was_not_measured_says_so() -> None:
    """Another data set's figure would be a wrong number."""
    spec = replace(catalog.spec("mnist"), name="mine", title="*Mine*")

    assert words.claim(presets.PRESETS[0], spec) == "Not measured on \\*Mine\\* yet."


@pytest.mark.parametrize(
    ("num_seeds", "seeds"), [(1, "1 seed"), (5, "mean of 5 seeds")], ids=["one", "many"]
)
def test_claim_tells_how_it_was_measured(num_seeds: int, seeds: str) -> None:
    """A number without its n and its machine is an advertisement."""
    measured = Claim(
        accuracy=0.98241,
        spread=0.001,
        seconds=130.2,
        num_seeds=num_seeds,
        machine="2 cores",
    )

    preset = replace(presets.preset("lenet"), claims=(measured,))

    assert words.claim(preset, catalog.spec("mnist")) == (
        f"Measured on MNIST: 98.24 % of 10,000 test images ({seeds}), trained in "
        "2 min 10 s (2 cores)."
    )


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [
        (0, "0.0 kB"),
        (9_940, "9.9 kB"),
        (9_960, "10 kB"),
        (999_400, "999 kB"),
        (999_600, "1.0 MB"),
        (3_210_000, "3.2 MB"),
        (1_540_000_000, "1.5 GB"),
    ],
)
def test_size_has_two_digits_and_the_right_unit(num_bytes: float, text: str) -> None:
    """Never "1000 kB"."""
    assert words.size(num_bytes) == text


def test_interval_is_in_percent() -> None:
    """Worked out by hand for 9,750 of 10,000: 97.175 to 97.788."""
    assert words.interval(Proportion(9_750, 10_000)) == "97.2 to 97.8"


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0 runs"), (1, "1 run"), (1_200, "1,200 runs")]
)
def test_count_has_the_plural_that_it_needs(number: int, written: str) -> None:
    assert words.count(number, "run") == written
