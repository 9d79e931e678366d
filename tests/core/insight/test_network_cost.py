"""What a recipe will cost, by hand."""

from dataclasses import replace

import pytest

from core.config import TrainingConfig, presets
from core.datasets import catalog
from core.insight import network_cost


@pytest.mark.parametrize(
    ("config", "steps"),
    [
        pytest.param(TrainingConfig(), 54_000 * 10 // 32, id="a tenth held out"),
        pytest.param(TrainingConfig(validation_fraction=0.0), 18_750, id="none"),
        pytest.param(TrainingConfig(epochs=1, batch_size=8192), 6, id="large batches"),
        pytest.param(
            TrainingConfig(epochs=3, batch_size=8192, dataset="few"), 3, id="few images"
        ),
        pytest.param(
            TrainingConfig(epochs=1, batch_size=8192, validation_fraction=0.5),
            3,
            id="half held out",
        ),
    ],
)
def test_steps_are_full_batches_over_all_epochs(
    config: TrainingConfig, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images left over at the end of an epoch open the next one."""
    few = replace(catalog.spec("mnist"), name="few", num_train=24)
    monkeypatch.setattr(catalog, "_SPECS", (catalog.spec("mnist"), few))
    assert network_cost.num_steps(config) == steps


def test_a_network_has_as_many_answers_as_its_data_set_has_classes() -> None:
    """784 x 128 + 128, 128 x 64 + 64, 64 x 10 + 10."""
    config = presets.preset("classic-mlp").config

    assert network_cost.describe_network(config) == "784-128-64-10"
    assert network_cost.num_parameters(config) == 109_386
    assert network_cost.num_macs(config) == 784 * 128 + 128 * 64 + 640
    assert [layer.name for layer in network_cost.layers(config)][-1] == "10"


def test_memory_grows_with_the_batch() -> None:
    """Outputs and their gradients are kept for each image of it."""
    config = presets.preset("lenet").config

    small, large = (
        network_cost.training_bytes(replace(config, batch_size=size))
        for size in (32, 64)
    )

    assert small < large < 2 * small
