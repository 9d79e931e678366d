"""The dropout of compiled training loops against Keras's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.training.dropout import CompiledDropout

ONES = np.ones((500, 40), np.float32)


def compiled(layer: keras.layers.Dropout, *, times: int = 1) -> list[np.ndarray]:
    """Let XLA compute what a layer leaves of ones, several times in a row."""
    run = tf.function(lambda: layer(ONES, training=True), jit_compile=True)
    return [run().numpy() for _ in range(times)]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_is_left_out_and_the_rest_makes_up_for_it(rate: float) -> None:
    """The sum stays the same on average, so nothing changes when it is switched off."""
    (left,) = compiled(CompiledDropout(rate, seed=1))

    assert abs((left == 0).mean() - rate) < 0.015
    np.testing.assert_allclose(left[left != 0], 1 / (1 - rate), rtol=1e-6)


def test_each_step_leaves_out_others_and_a_seed_repeats_them_all() -> None:
    """Or the same units would never learn, or a run could not be repeated."""
    first, second = compiled(CompiledDropout(0.5, seed=1), times=2)
    again = compiled(CompiledDropout(0.5, seed=1), times=2)

    assert (first != second).mean() > 0.4
    np.testing.assert_array_equal([first, second], again)
    assert (compiled(CompiledDropout(0.5, seed=2))[0] != first).mean() > 0.4


def test_it_counts_its_steps_as_keras_does() -> None:
    """A checkpoint of one can be resumed with the other."""
    layers = [kind(0.5, seed=3) for kind in (CompiledDropout, keras.layers.Dropout)]

    for layer in layers:
        compiled(layer, times=3)

    ours, theirs = (np.asarray(layer.seed_generator.state) for layer in layers)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_nothing_is_left_out_where_nothing_shall_be(
    rate: float,
    training: bool,  # noqa: FBT001 - one of two cases
) -> None:
    """A network that is used keeps all of its units."""
    layer = CompiledDropout(rate, seed=1)

    np.testing.assert_array_equal(np.asarray(layer(ONES, training=training)), ONES)
