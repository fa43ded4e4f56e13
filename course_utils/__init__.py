"""The package behind the course on recurrent networks: data, plots, widgets, checks, and what lessons have taught."""

__version__ = "0.1.0"


def __getattr__(name: str):
    # Late, so that `import course_utils` costs next to nothing.
    if name == "start":
        from .start import start

        return start
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
