"""Import TensorFlow without its notices.

TensorFlow's C++ code writes to the process's error stream, past Python: notices on processors, on GPUs that are not
there, on registrations. A student can do nothing about any of them, and in a notebook they fill the screen in pink.
Errors are not hidden: if the import fails, what was written is shown.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType


@contextlib.contextmanager
def silenced_stderr() -> Iterator[None]:
    """Hold back what the block writes to the process's error stream, and show it only if the block fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        saved = os.dup(2)
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(saved, held_back.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def import_tensorflow() -> ModuleType:
    """Import TensorFlow and Keras, run one small operation, and return TensorFlow; nothing is printed on the way.

    The first operation belongs to it, because some notices come only then. What the user has set in
    ``TF_CPP_MIN_LOG_LEVEL`` stays: set it to 0 to see everything from then on.

    Raises
    ------
    ImportError
        If TensorFlow is not installed or cannot be loaded.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with silenced_stderr():
        tensorflow = importlib.import_module("tensorflow")
        importlib.import_module("keras")
        tensorflow.get_logger().setLevel("ERROR")
        tensorflow.constant(1.0) + 1.0
    return tensorflow
