"""Training configurations: what they refuse, and how they are stored."""

import json
from collections.abc import Callable

import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    EnsembleConfig,
    MlpConfig,
    TrainingConfig,
)
from core.errors import ConfigError, SchemaError
from tests.small_data import dimensions

FULL = TrainingConfig(
    dataset="mnist",
    preset="fast-mlp",
    network=MlpConfig(hidden=(64, 8), activation="gelu", dropout=0.25, batch_norm=True),
    epochs=3,
    batch_size=128,
    learning_rate=6e-3,
    optimizer="adamw",
    schedule="one-cycle",
    weight_decay=0.01,
    label_smoothing=0.1,
    gradient_clip=1.0,
    weight_average=0.99,
    augmentation=Augmentation(rotation=10.0, shift=2.0),
    validation_fraction=0.2,
    patience=4,
    monitor="val_accuracy",
    seed=7,
)


@pytest.mark.parametrize(
    ("make", "values"),
    [
        pytest.param(TrainingConfig, {"epochs": [1, 500]}, id="epochs"),
        pytest.param(TrainingConfig, {"learning_rate": [1e-6, 1.0]}, id="rate"),
        pytest.param(TrainingConfig, {"seed": [0, 2**31 - 1]}, id="seed"),
        pytest.param(MlpConfig, {"hidden": [(), (1,), (2048,) * 6]}, id="hidden"),
    ],
)
def test_the_ends_of_each_range_are_accepted(
    make: Callable[..., object], values: dict[str, list[object]]
) -> None:
    """A slider goes to both of its ends."""
    ((name, ends),) = values.items()

    assert [getattr(make(**{name: end}), name) for end in ends] == ends


@pytest.mark.parametrize(
    ("make", "values", "message"),
    [
        pytest.param(TrainingConfig, {"epochs": 0}, "epochs from 1 to 500, got 0"),
        pytest.param(TrainingConfig, {"epochs": 501}, "epochs .*got 501"),
        pytest.param(TrainingConfig, {"epochs": 2.0}, "whole number as epochs.*2.0"),
        pytest.param(TrainingConfig, {"epochs": True}, "whole number.*True"),
        pytest.param(TrainingConfig, {"batch_size": 8193}, "got 8,193"),
        pytest.param(TrainingConfig, {"learning_rate": 0.0}, "learning rate from"),
        pytest.param(TrainingConfig, {"learning_rate": float("nan")}, "got nan"),
        pytest.param(TrainingConfig, {"validation_fraction": 0.51}, "got 0.51"),
        pytest.param(TrainingConfig, {"weight_average": 1.0}, "weight averaging .*1.0"),
        pytest.param(
            TrainingConfig, {"gradient_clip": -1.0}, r"clipping \(norm\) from"
        ),
        pytest.param(TrainingConfig, {"optimizer": "best"}, "adam, adamw, sgd"),
        pytest.param(TrainingConfig, {"seed": 2**31}, "got 2,147,483,648"),
        pytest.param(MlpConfig, {"hidden": (8,) * 7}, "0 to 6 hidden layers"),
        pytest.param(MlpConfig, {"hidden": (8, 0)}, "units from 1 to 2,048, got 0"),
        pytest.param(
            TrainingConfig, {"learning_rate": "0.1"}, "number as learn.*'0.1'"
        ),
        pytest.param(
            TrainingConfig, {"label_smoothing": True}, "number as label.*True"
        ),
        pytest.param(TrainingConfig, {"network": (128, 64)}, "MlpConfig or"),
        pytest.param(TrainingConfig, {"dataset": 3}, "a name as data set, got 3"),
        pytest.param(TrainingConfig, {"augmentation": None}, "as augmentation, got No"),
        pytest.param(Augmentation, {"shift": "2"}, "number as shift, got '2'"),
        pytest.param(MlpConfig, {"hidden": (8.0,)}, "whole number as hidden units"),
        pytest.param(
            MlpConfig, {"hidden": 5}, "a list of whole numbers as hidden layers, got 5"
        ),
        pytest.param(
            MlpConfig, {"hidden": "64"}, "whole numbers as hidden layers, got '64'"
        ),
        pytest.param(MlpConfig, {"batch_norm": "no"}, "true or false as batch norm"),
        pytest.param(
            CnnConfig,
            {"blocks": 2},
            "a list of blocks as convolutional blocks, got 2",
        ),
        pytest.param(
            CnnConfig, {"blocks": (16, 32)}, r"a list of blocks as .*, got \(16, 32\)"
        ),
        pytest.param(
            EnsembleConfig, {"members": 5}, "a list of networks as members, got 5"
        ),
        pytest.param(
            EnsembleConfig, {"members": ("a", "b")}, "networks as members, got .*'a'"
        ),
        pytest.param(MlpConfig, {"dropout": 0.91}, "dropout from 0.0 to 0.9"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_is_out_of_range_is_refused_in_plain_words(
    make: Callable[..., object], values: dict[str, object], message: str
) -> None:
    """A typing mistake is told when it is made, not after ten epochs."""
    with pytest.raises(ConfigError, match=message):
        make(**values)


def test_a_list_of_units_becomes_a_tuple() -> None:
    """JSON knows only lists, and a configuration is the key of a cache."""
    assert hash(MlpConfig(hidden=[8, 4])) == hash(MlpConfig(hidden=(8, 4)))


@pytest.mark.parametrize("config", [TrainingConfig(), FULL], ids=["default", "full"])
def test_a_configuration_survives_being_stored(config: TrainingConfig) -> None:
    """A run shows the very values that it was started with."""
    assert TrainingConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut"),
        pytest.param("null", id="null"),
        pytest.param("[1]", id="list"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('"text"', id="text"),
        pytest.param("{}", id="no schema"),
        pytest.param('{"schema": 1}', id="no network"),
        pytest.param('{"schema": 1, "network": 3}', id="network of another kind"),
        pytest.param('{"schema": 1, "network": {"units": 3}}', id="unknown network"),
        pytest.param('{"schema": 1, "network": {}, "x": 3}', id="unknown field"),
    ],
)
def test_damaged_json_is_a_clear_error(text: str) -> None:
    """One damaged run must not take the list of runs down with a traceback."""
    with pytest.raises(SchemaError, match="record of this run is damaged"):
        TrainingConfig.from_json(text)


@pytest.mark.parametrize("schema", [0, 5, "1", None], ids=repr)
def test_another_schema_is_refused(schema: object) -> None:
    """A field that we do not know might be the one that matters."""
    text = json.dumps(json.loads(FULL.to_json()) | {"schema": schema})

    with pytest.raises(SchemaError, match=f"schema 4, got {schema!r}"):
        TrainingConfig.from_json(text)


def test_a_record_of_the_first_schema_has_defaults_for_what_came_later() -> None:
    """Who updates keeps the runs of before."""
    text = '{"schema": 1, "epochs": 3, "network": {"hidden": [8], "dropout": 0.5}}'

    assert TrainingConfig.from_json(text) == TrainingConfig(
        epochs=3, network=MlpConfig(hidden=(8,), dropout=0.5)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"weight_decay": 0.1}, "no weight decay with adam.*adamw", id="w"),
        pytest.param(
            {"patience": 2, "validation_fraction": 0.0},
            "validation split",
            id="patience",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    values: dict[str, float], message: str
) -> None:
    """A setting that silently does nothing is a lie on the screen."""
    with pytest.raises(ConfigError, match=message):
        TrainingConfig(**values)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        pytest.param("epochs", 0, "epochs from 1 to 500, got 0", id="range"),
        pytest.param(
            "learning_rate", "x", "number as learning rate, got 'x'", id="kind"
        ),
    ],
)
def test_an_impossible_value_in_a_file_is_refused(
    field: str, value: object, message: str
) -> None:
    """A file can be edited by hand."""
    text = json.dumps(json.loads(FULL.to_json()) | {field: value})

    with pytest.raises(ConfigError, match=message):
        TrainingConfig.from_json(text)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(MlpConfig(), 100_480 + 8_256 + 650, id="784-128-64-10"),
        pytest.param(MlpConfig(hidden=()), 7_850, id="784-10"),
        pytest.param(MlpConfig(hidden=(2,), batch_norm=True), 1_604, id="batch norm"),
    ],
)
def test_the_number_of_parameters_is_that_of_the_field(
    network: MlpConfig, expected: int
) -> None:
    """784 x 128 weights and 128 biases are 100,480, and so on."""
    assert network.num_parameters(dimensions(10)) == expected


def test_a_network_is_named_by_its_widths() -> None:
    """784-128-64-10 is what the field calls it."""
    assert MlpConfig().describe(dimensions(10)) == "784-128-64-10"
    assert MlpConfig(hidden=()).describe(dimensions(47)) == "784-47"


def test_the_flat_list_names_every_value() -> None:
    """Parameters in a run store are text under one name each."""
    assert FULL.flat() == {
        "dataset": "mnist",
        "preset": "fast-mlp",
        "epochs": "3",
        "batch_size": "128",
        "learning_rate": "0.006",
        "schedule": "one-cycle",
        "validation_fraction": "0.2",
        "seed": "7",
        "optimizer": "adamw",
        "weight_decay": "0.01",
        "label_smoothing": "0.1",
        "class_weights": "off",
        "emphasis": "none",
        "gradient_clip": "1.0",
        "weight_average": "0.99",
        "patience": "4",
        "monitor": "val_accuracy",
        "network.kind": "mlp",
        "network.hidden": "64,8",
        "network.activation": "gelu",
        "network.dropout": "0.25",
        "network.batch_norm": "True",
        "augmentation.rotation": "10.0",
        "augmentation.shift": "2.0",
        "augmentation.zoom": "0.0",
        "augmentation.shear": "0.0",
        "augmentation.elastic": "0.0",
        "augmentation.thickness": "0.0",
        "augmentation.noise": "0.0",
        "augmentation.erasing": "0.0",
    }
