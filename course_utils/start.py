"""The one set-up call of a lesson."""

from __future__ import annotations

import os
import platform

from . import settings


def start(seed: int = 7) -> None:
    """Make a lesson ready: quiet TensorFlow, seeds, plot style; print one line on what it runs with.

    Parameters
    ----------
    seed : int
        For Python, NumPy and TensorFlow. With the same seed, the same machine gives the same numbers; another
        processor may differ in the last digits, and in training these grow.

    Raises
    ------
    ImportError
        If TensorFlow cannot be loaded; ``python -m course_utils.doctor`` says what to do.
    ValueError
        If ``COURSE_MODE`` holds a word it does not know.
    """
    mode = settings.mode()
    from .quiet import import_tensorflow

    try:
        tensorflow = import_tensorflow()
    except ImportError as error:
        raise ImportError(
            f"TensorFlow could not be loaded ({error}). Run `python -m course_utils.doctor` in a terminal: "
            "it says what is missing. Is this notebook running in the course's own environment?"
        ) from error
    import keras

    from . import data, plots

    keras.utils.set_random_seed(seed)
    plots.use_style()
    gpus = tensorflow.config.list_physical_devices("GPU")
    device = f"{len(gpus)} GPU" if gpus else f"CPU, {os.cpu_count()} cores"
    print(
        f"Python {platform.python_version()} · TensorFlow {tensorflow.__version__} · Keras {keras.__version__} · "
        f"{device} · {mode} mode · {data.summary()}"
    )
