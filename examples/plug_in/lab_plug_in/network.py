"""A network of one convolution, for first tries."""

import tf_keras


def build(input_shape: tuple[int, int, int], n_classes: int, seed: int) -> tf_keras.Model:
    """Return a new network that gives logits; equal seeds give equal weights."""
    layers = tf_keras.layers

    def first(number: int) -> tf_keras.initializers.Initializer:
        return tf_keras.initializers.GlorotUniform(seed=seed + number)

    return tf_keras.Sequential(
        [
            layers.InputLayer(input_shape=input_shape),
            layers.Conv2D(8, 5, activation="relu", kernel_initializer=first(1)),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(n_classes, kernel_initializer=first(2)),
        ],
        name="tiny_cnn",
    )
