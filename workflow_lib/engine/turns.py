"""Whose turn it is: the clips of all films of a run in an order that is fair between channels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from workflow_lib.engine.films import Films


class Turns:
    """The turn of each clip that a run makes, among those of its channel, as far as its films are known."""

    def __init__(self, films: Films) -> None:
        self._films = films
        self._known: dict[tuple[str, int], int] = {}
        self._counted: set[str] = set()
        self._first: dict[str, int] = {}
        self._in_channel: Counter[Path] = Counter()

    def of(self, folder: str, number: int) -> float:
        """The turn of a clip, from 1 for the first one of a channel down to 0 for what needs not be made."""
        if folder not in self._counted:
            self._count()
            self._counted.add(folder)
        turn = self._known.get((folder, number))
        return 1 / turn if turn else 0.0

    def of_film(self, folder: str) -> float:
        """The turn of the first clip that is made of a film."""
        self.of(folder, 0)
        return self.of(folder, self._first.get(folder, 0))

    def _count(self) -> None:
        """Count the clips of films that have become known since: film by film, as they were asked for."""
        for (folder, cut), found in self._films.plans.items():
            if cut != "final" or folder in self._counted:
                continue
            self._counted.add(folder)
            channel = found.film.project.takes
            for item in found.clips:
                if item.to_make:
                    self._in_channel[channel] += 1
                    self._first.setdefault(folder, item.clip.number)
                    self._known[folder, item.clip.number] = self._in_channel[channel]
