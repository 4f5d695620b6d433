"""Telling people elsewhere that a film is begun, done or broken: in the background, and never at a build's cost."""
