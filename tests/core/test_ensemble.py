"""Ensembles as values: what they cost, how they are called, and their record."""

import json
from dataclasses import replace

import pytest

from core.config import (
    CnnConfig,
    ConvBlock,
    EnsembleConfig,
    MlpConfig,
    TrainingConfig,
    recipe_from_json,
)
from core.errors import ConfigError, SchemaError
from core.runs.store import RunStore
from tests.small_data import dimensions

DENSE = MlpConfig(hidden=(8,))
TINY = CnnConfig(blocks=(ConvBlock(filters=4),), dense=(6,), dropout=0.5)
MIXED = EnsembleConfig(members=(DENSE, TINY))
LARGEST = CnnConfig(
    blocks=(ConvBlock(filters=256, kernel=11, convolutions=3),) * 4,
    dense=(2048,) * 6,
    dropout=0.1 + 0.2,
    batch_norm=True,
)


def test_an_ensemble_costs_what_its_members_cost() -> None:
    """784 x 8 + 8 and 8 x 10 + 10 twice; multiplications are those without the 18."""
    twice = EnsembleConfig(members=(DENSE, DENSE))

    assert twice.num_parameters(dimensions(10)) == 2 * 6370
    assert twice.num_macs(dimensions(10)) == 2 * 6352
    assert len(twice.layers(dimensions(10))) == 6
    assert MIXED.num_parameters(dimensions(10)) == 6370 + TINY.num_parameters(
        dimensions(10)
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param((DENSE,) * 3, "3 x 784-8-10", id="equal"),
        pytest.param(
            (DENSE, TINY, replace(DENSE, dropout=0.5)),
            "2 x 784-8-10 + 28x28-4C3-P2-6-10",
            id="two kinds",
        ),
        pytest.param(
            (DENSE, TINY, MlpConfig(), DENSE), "4 networks of 3 kinds", id="many kinds"
        ),
    ],
)
def test_an_ensemble_is_named_by_its_members(
    members: tuple[MlpConfig | CnnConfig, ...], expected: str
) -> None:
    """The name must fit into a table."""
    assert EnsembleConfig(members=members).describe(dimensions(10)) == expected


@pytest.mark.parametrize("count", [0, 1, 21])
def test_too_few_and_too_many_members_are_refused(count: int) -> None:
    with pytest.raises(ConfigError, match=f"2 to 20 members, got {count}"):
        EnsembleConfig(members=(DENSE,) * count)


def test_an_ensemble_of_ensembles_is_refused() -> None:
    """The mean of means is not the mean."""
    with pytest.raises(ConfigError, match="a list of networks as members"):
        EnsembleConfig(members=(MIXED, DENSE))


def test_an_ensemble_is_not_trained() -> None:
    """Its recipe has no epochs, so nothing may ask it for some."""
    with pytest.raises(ConfigError, match="as network, got Ensemble"):
        TrainingConfig(network=MIXED)


def test_an_ensemble_survives_its_record() -> None:
    record = json.loads(MIXED.to_json())

    assert [each["kind"] for each in record["members"]] == ["mlp", "cnn"]
    assert recipe_from_json(MIXED.to_json()) == MIXED


def test_an_ensemble_of_schema_3_is_still_read() -> None:
    """It was recorded as a training, with values that meant nothing."""
    training = json.loads(TrainingConfig(dataset="digits").to_json())
    network = {"kind": "ensemble", "members": json.loads(MIXED.to_json())["members"]}
    text = json.dumps(training | {"schema": 3, "network": network})

    assert recipe_from_json(text) == replace(MIXED, dataset="digits")


@pytest.mark.parametrize(
    "members", [None, 5, [], [{"kind": "ensemble", "members": []}], [{"hidden": [-1]}]]
)
def test_a_damaged_ensemble_is_told_in_plain_words(members: object) -> None:
    """A traceback in a list of runs would hide all of them."""
    text = json.dumps({"schema": 4, "dataset": "mnist", "members": members})

    with pytest.raises((SchemaError, ConfigError), match="Expected"):
        recipe_from_json(text)


@pytest.mark.parametrize(
    ("schema", "network"),
    [(1, DENSE), (2, TINY)],
    ids=["the first, dense", "the second, convolutional"],
)
def test_records_from_before_ensembles_are_still_read(
    schema: int, network: MlpConfig | CnnConfig
) -> None:
    """Who updates keeps the runs of before."""
    config = TrainingConfig(network=network)
    text = json.dumps(json.loads(config.to_json()) | {"schema": schema})

    assert recipe_from_json(text) == config


def test_the_flat_list_has_nothing_of_a_training_that_never_was() -> None:
    """Epochs in the table of an ensemble would be a lie."""
    assert MIXED.flat() == {
        "dataset": "mnist",
        "network.kind": "ensemble",
        "network.members": (
            "mlp hidden=8 activation=relu dropout=0.0 batch_norm=False; "
            "cnn blocks=4C3 dense=6 padding=same activation=relu dropout=0.5 "
            "batch_norm=False"
        ),
    }


def test_the_largest_ensemble_survives_the_store(run_store: RunStore) -> None:
    """MLflow cuts a tag off at 8,000 characters without a word."""
    config = EnsembleConfig(members=(LARGEST,) * 20)
    ids = [f"{number:032x}" for number in range(20)]

    run = run_store.get(run_store.create(config, name="largest", members=ids))

    assert run.config == config
    assert run.members == tuple(ids)


def test_a_single_run_has_no_members(run_store: RunStore) -> None:
    run_id = run_store.create(TrainingConfig(), name="single")

    assert run_store.get(run_id).members == ()
