"""Dropout whose random numbers XLA computes quickly on a processor.

Where it may choose, TensorFlow has XLA draw them with an algorithm that takes 280 times
as long as ThreeFry there, and an epoch of a dense network 12 times. Everything else is
Keras's own layer, and so is the seed.
"""

import keras
import tensorflow as tf


class CompiledDropout(keras.layers.Dropout):
    """Keras's dropout, for a network that is trained in a loop compiled by XLA."""

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:  # noqa: FBT001, FBT002 - Keras's own signature
        """Leave out some units, and scale the others up to make up for them."""
        if not training or not self.rate:
            return inputs
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        drawn = tf.random.stateless_uniform(tf.shape(inputs), seed, alg="threefry")
        kept = inputs / (1.0 - self.rate)
        return tf.where(drawn >= self.rate, kept, tf.zeros_like(inputs))
