"""The callback service under load, and its store when it is large (``python -m benchmarks.callback.large_store``)."""

from benchmarks.callback.service import run

__all__ = ["run"]
