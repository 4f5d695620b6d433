"""Storyboards that were written elsewhere, made into projects."""
