"""A study as JSON: what the page exports and the terminal reads."""

import json

import pytest

from core.config import TrainingConfig
from core.errors import ConfigError, SchemaError, StudyError
from core.tuning import spec as specs
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec

SPEC = StudySpec(
    base=TrainingConfig(epochs=3),
    space=SearchSpace(
        varied={
            "learning_rate": Range(low=0.0003, high=0.01),
            "layers": Range(low=1, high=3),
            "batch_norm": Choices(values=(False, True)),
            "hidden": Choices(values=("128,64", "32")),
            "batch_size": Choices(values=(32, 64)),
        }
    ),
    objectives=("val_loss", "parameters"),
    sampler="random",
    prunes=False,
    num_trials=None,
    minutes=2.5,
    seed=7,
    fingerprint="abc",
)


def changed(**fields: object) -> str:
    """Write a study with other fields."""
    return json.dumps({**json.loads(SPEC.to_json()), **fields})


def test_a_study_is_read_as_it_was_written() -> None:
    """Also the types of its values: a switch is not a number."""
    found = StudySpec.from_json(SPEC.to_json())

    assert found == SPEC
    switch, number = (found.space.varied[key] for key in ("batch_norm", "batch_size"))
    assert isinstance(switch, Choices)
    assert isinstance(number, Choices)
    assert list(map(type, switch.values)) == [bool, bool]
    assert list(map(type, number.values)) == [int, int]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "Expected a search space as JSON", id="empty"),
        pytest.param("[1, 2]", "Expected a search space as JSON", id="list"),
        pytest.param("[" * 100_000, "Expected a search space as JSON", id="deep"),
        pytest.param('{"base": {}}', "as JSON, as Tune exports it", id="no schema"),
        pytest.param(SPEC.to_json()[:200], "as JSON, as Tune exports it", id="half"),
        pytest.param("x" * 2_000_000, "at most 1,000,000 characters", id="long"),
        pytest.param(
            changed(space={"varied": {"hidden": {"values": [None, "64"]}}}),
            r"but space\.varied\.hidden\.Choices\.values\.0\.",
            id="no value",
        ),
        pytest.param(changed(schema=2), "schema 1, got 2", id="newer"),
        pytest.param(changed(sampler="best"), "but sampler: ", id="sampler"),
        pytest.param(changed(num_trials=0), "but num_trials: ", id="no trial"),
        pytest.param(changed(minutes=-1), "but minutes: ", id="minutes"),
        pytest.param(changed(objectives=[]), "but objectives: ", id="no objective"),
        pytest.param(changed(more=1), "but more: ", id="unknown field"),
        pytest.param(
            changed(space={"varied": {"speed": {"low": 1, "high": 2}}}),
            "settings that this version knows, got speed",
            id="unknown setting",
        ),
        pytest.param(
            changed(space={"varied": {"epochs": {"low": "1", "high": 2}}}),
            "but space.varied.epochs",
            id="text for a number",
        ),
    ],
)
def test_what_is_no_study_is_refused(text: str, told: str) -> None:
    with pytest.raises(SchemaError, match=told):
        StudySpec.from_json(text)


def test_a_recipe_that_cannot_be_read_is_refused() -> None:
    """The base is checked like any other recipe."""
    base = json.loads(SPEC.base.to_json()) | {"epochs": 0}

    with pytest.raises(ConfigError, match="epochs from 1 to 500, got 0"):
        StudySpec.from_json(changed(base=base))


@pytest.mark.parametrize("name", ["a", "50 % / 'wide' \"x\"", "\U0001f680 1", "x" * 80])
def test_a_name_is_any_short_line(name: str) -> None:
    assert specs.check_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 81, "a\x00"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(StudyError, match="a name of 1 to 80 characters in one line"):
        specs.check_name(name)
