"""Make clips: the only place that asks a backend for anything, and the only one that spends."""

from workflow_lib.generate.clips import clip
from workflow_lib.generate.door import obtain

__all__ = ["clip", "obtain"]
