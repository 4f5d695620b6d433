"""Make clips, lines and effects: the only place that asks anybody for anything. `door.obtain` alone spends."""
