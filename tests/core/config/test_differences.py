"""Where configurations differ: no setting too many, none too few."""

from dataclasses import replace

from core.config import (
    CnnConfig,
    MlpConfig,
    TrainingConfig,
    differing_settings,
    differing_titles,
)
from core.config.controls import title_of

CONFIG = TrainingConfig()


def test_only_what_differs_is_listed() -> None:
    configs = [CONFIG, replace(CONFIG, epochs=20), replace(CONFIG, seed=3)]

    assert differing_settings(configs) == {
        "epochs": ("10", "20", "10"),
        "seed": ("0", "0", "3"),
    }


def test_equal_configurations_differ_in_nothing() -> None:
    assert differing_settings([CONFIG, TrainingConfig()]) == {}
    assert differing_settings([CONFIG]) == {}
    assert differing_settings([]) == {}


def test_setting_that_a_network_does_not_have_is_empty() -> None:
    """A dense network has no blocks, a convolutional one no hidden layers."""
    dense = replace(CONFIG, network=MlpConfig(hidden=(32,)))
    other = replace(CONFIG, network=CnnConfig(dense=(64,)))

    found = differing_settings([dense, other])

    assert found["network.kind"] == ("mlp", "cnn")
    assert found["network.hidden"] == ("32", "")
    assert found["network.blocks"][0] == ""
    assert found["network.dense"] == ("", "64")


def test_settings_of_one_title_are_one_for_people() -> None:
    """Dense and convolutional networks have hidden layers under two names."""
    dense = replace(CONFIG, network=MlpConfig(hidden=(32,)))
    convolutional = replace(CONFIG, network=CnnConfig(dense=(64,)))

    found = differing_titles([dense, convolutional])

    titles = list(map(title_of, found))
    assert len(titles) == len(set(titles))
    assert found["network.hidden"] == ("32", "64")


def test_equal_values_under_two_names_do_not_differ_for_people() -> None:
    dense = replace(CONFIG, network=MlpConfig(hidden=(64,)))
    convolutional = replace(CONFIG, network=CnnConfig(dense=(64,)))

    found = differing_titles([dense, convolutional])

    assert "network.hidden" not in found
    assert "network.blocks" in found
