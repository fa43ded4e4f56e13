"""A training of about a second, which shows that TensorFlow and Keras work: ``python -m course_utils.trial``.

The doctor runs it in a process of its own, because compiled code that crashes takes its process along.
"""

from __future__ import annotations

import json
import time


def train() -> dict[str, object]:
    """Train a small LSTM to continue generated text.

    Returns
    -------
    dict
        ``before`` and ``after``, the cross-entropy in nats per letter at the first and at the last step; ``seconds``;
        ``backend``, the one that Keras runs on; ``gpus``, how many TensorFlow sees.

    Raises
    ------
    ImportError
        If TensorFlow, Keras or NumPy cannot be loaded.
    """
    from .quiet import import_tensorflow

    tensorflow = import_tensorflow()
    import keras
    import numpy as np

    keras.utils.set_random_seed(7)
    text = "".join(np.random.default_rng(7).choice(["rain ", "rose ", "river "], size=60))
    letters, ids = np.unique(list(text), return_inverse=True)
    windows = np.lib.stride_tricks.sliding_window_view(ids, 13)
    model = keras.Sequential(
        [keras.layers.Embedding(len(letters), 8), keras.layers.LSTM(32), keras.layers.Dense(len(letters))]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.03), loss=loss)
    started = time.perf_counter()
    # One batch an epoch, so that the first loss of the history is the one before any step.
    fit = model.fit(windows[:, :-1], windows[:, -1], batch_size=len(windows), epochs=20, verbose=0)
    return {
        "before": fit.history["loss"][0],
        "after": fit.history["loss"][-1],
        "seconds": time.perf_counter() - started,
        "backend": keras.backend.backend(),
        "gpus": len(tensorflow.config.list_physical_devices("GPU")),
    }


if __name__ == "__main__":
    print("\n" + json.dumps(train()))
