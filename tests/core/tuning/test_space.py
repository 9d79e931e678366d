"""What a study varies: which settings have an effect, and what a grid tries."""

from dataclasses import replace

import pytest

from core.config import CnnConfig, MlpConfig, TrainingConfig
from core.errors import ConfigError, StudyError
from core.tuning import space
from core.tuning.space import Choices, Params, Range, SearchSpace

MLP = TrainingConfig(network=MlpConfig(hidden=(128, 64)), optimizer="adam")
WORDS = Choices(values=("dense", "convolutional"))


def combinations(base: TrainingConfig, **varied: Range | Choices) -> list[Params]:
    """Return what a grid over some settings tries."""
    return list(space.grid(SearchSpace(varied=varied), base))


def test_each_family_is_varied_by_its_own_settings() -> None:
    """A dense network has no padding, so there it is left out, and tried once."""
    found = combinations(
        MLP, kind=WORDS, padding=Choices(values=("same", "valid")), dropout=DROPOUTS
    )

    assert found == [
        {"kind": "dense", "dropout": 0.1},
        {"kind": "dense", "dropout": 0.2},
        {"kind": "convolutional", "padding": "same", "dropout": 0.1},
        {"kind": "convolutional", "padding": "same", "dropout": 0.2},
        {"kind": "convolutional", "padding": "valid", "dropout": 0.1},
        {"kind": "convolutional", "padding": "valid", "dropout": 0.2},
    ]


DROPOUTS = Choices(values=(0.1, 0.2))


def test_units_are_varied_of_layers_that_are_there() -> None:
    """With one layer, the second has no units."""
    found = combinations(
        MLP, layers=Range(low=1, high=2), units_1=Choices(values=(32, 64))
    )

    assert found == [
        {"layers": 1},
        {"layers": 2, "units_1": 32},
        {"layers": 2, "units_1": 64},
    ]


def test_a_grid_takes_the_steps_of_the_control_and_the_ends_of_the_range() -> None:
    """The ends need not be steps."""
    points = space.points_of("learning_rate", Range(low=0.00025, high=0.001))

    assert tuple(points) == (0.00025, 0.0003, 0.0005, 0.001)


def test_a_range_of_billions_is_counted_without_being_listed() -> None:
    """A seed has so many values."""
    everything = Range(low=0, high=2**31 - 1)

    assert len(space.points_of("seed", everything)) == 2**31
    with pytest.raises(StudyError, match="at most 1,000 combinations, got 2,147,483,"):
        combinations(MLP, seed=everything)


def test_a_grid_leaves_out_what_cannot_be_trained() -> None:
    """Blocks with large kernels leave nothing of an image if nothing is padded."""
    base = replace(MLP, network=CnnConfig(padding="valid"))
    kernels = Choices(values=("3,3", "3,3,3", "11,11,11"))

    found = combinations(base, kernels=kernels)

    assert {"kernels": "11,11,11"} not in found
    assert {"kernels": "3,3"} in found


def test_a_grid_of_nothing_that_can_be_trained_is_refused() -> None:
    base = replace(MLP, network=CnnConfig(padding="valid"))
    kernels = Choices(values=("11,11,11", "11,11,11,11"))

    with pytest.raises(StudyError, match="Expected combinations that can be trained"):
        combinations(base, kernels=kernels)


def test_the_recipe_of_a_trial_differs_in_what_is_varied_only() -> None:
    """Numbers, words and whole lists, each where it belongs."""
    params = {"hidden": "256,32", "learning_rate": 0.002, "optimizer": "adamw"}

    config = space.config_of(MLP, params)

    assert config == replace(
        MLP,
        network=MlpConfig(hidden=(256, 32)),
        learning_rate=0.002,
        optimizer="adamw",
    )


def test_a_trial_may_be_of_another_family() -> None:
    """What both have is as in the base, what it alone has is as in the trial."""
    base = replace(MLP, network=MlpConfig(hidden=(96,), dropout=0.3))
    params = {"kind": "convolutional", "filters": "8,16", "kernels": "3,5"}

    network = space.config_of(base, params).network

    assert isinstance(network, CnnConfig)
    assert [(each.filters, each.kernel) for each in network.blocks] == [(8, 3), (16, 5)]
    assert (network.dense, network.dropout) == ((96,), 0.3)


def test_the_validation_split_stays_as_it_is() -> None:
    """A control shows a percentage; a trial must not round it to that."""
    base = replace(MLP, validation_fraction=0.125)

    assert space.config_of(base, {"learning_rate": 0.002}).validation_fraction == 0.125


def test_what_decides_the_score_cannot_be_varied() -> None:
    """Trials would not be comparable."""
    assert "validation_percent" not in space.VARIABLE
    assert "monitor" not in space.VARIABLE


@pytest.mark.parametrize("text", ["128;64", "a", "12.5"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="whole numbers separated by commas"):
        space.numbers_in(text)
