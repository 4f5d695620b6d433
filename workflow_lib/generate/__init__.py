"""Make clips: the only place that asks a backend for anything, and the only one that spends."""

from workflow_lib.generate.clips import check_sound, clip
from workflow_lib.generate.desk import Desk, Purchase
from workflow_lib.generate.door import obtain

__all__ = ["Desk", "Purchase", "check_sound", "clip", "obtain"]
