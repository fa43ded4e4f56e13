"""The package behind the course on recurrent networks: data, plots, widgets, checks, and what lessons have taught."""

__version__ = "0.1.0"
