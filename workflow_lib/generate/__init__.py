"""Make clips: the only place that asks a backend for anything. `door.obtain` is the only function that spends."""

from workflow_lib.generate.clips import clip

__all__ = ["clip"]
