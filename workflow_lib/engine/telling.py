"""Tell people elsewhere how a run goes: which films it is about, and what is said of each. Nothing here stops a run."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import hooks, plan, project, runs
from workflow_lib.config import Config
from workflow_lib.engine.films import Films
from workflow_lib.errors import WorkflowError
from workflow_lib.hooks import Event, Notify
from workflow_lib.layout import Project
from workflow_lib.notify import courier, notice
from workflow_lib.notify.notice import Letter
from workflow_lib.runs import Ending


@dataclass(frozen=True, slots=True)
class _Told:
    """A film of which somebody is told, by its folder."""

    folder: str
    title: str
    notify: Notify


class Telling:
    """What one run tells: of each film whose `final.mp4` it builds, to whom the film's settings name."""

    def __init__(self, settings: Config, films: Films) -> None:
        self._settings = settings
        self._films = films
        self._folder = courier.folder_in(settings.slots_dir)
        self._run = runs.new_id()
        self._told: list[_Told] = []

    def begin(self, jobs: Iterable[tuple[str, dict[str, str]]]) -> None:
        """Say what could not be delivered before, and that these films are being built."""
        self._say_complaints()
        with _never_in_the_way():
            films = {wild["project"] for rule, wild in jobs if rule == "assemble_film" and wild["cut"] == "final"}
            self._told = [told for folder in sorted(films) if (told := self._of(folder)) is not None]
            self._send([self._letter(told, "start", ()) for told in self._told])

    def end(self, endings: Sequence[Ending], *, succeeded: bool) -> None:
        """Say how it ended: a film that is built is ready, whatever became of the others."""
        if not self._told:
            return
        with _never_in_the_way():
            letters = []
            for told in self._told:
                causes = [f"{end.clip}: {end.cause}" for end in endings if end.project == told.folder and end.code]
                letters.append(self._letter(told, None, causes, succeeded=succeeded))
            carrier = self._send(letters)
            if carrier is not None:
                courier.wait(carrier)
        self._say_complaints()

    def _of(self, folder: str) -> _Told | None:
        if self._films.has_no_clips(folder):
            written = self._films.storyboards.plan(folder).brief.written
            title, notify = written.title, hooks.merged(self._settings.notify, written.notify)
        else:
            film = self._films.plan(folder, "final").film
            title, notify = film.title, film.hooks.notify
        return _Told(folder, title, notify) if notify is not None else None

    def _letter(self, told: _Told, event: Event | None, causes: Sequence[str], *, succeeded: bool = False) -> Letter:
        """The letter about a film as its files are now; `event` None: how the run ended for it."""
        try:
            if event == "start" and not self._films.has_no_clips(told.folder):
                found = self._films.planned(told.folder, "final")
            else:
                found = plan.of(project.load(Project(Path(told.folder)), self._settings))
        except WorkflowError:
            ended = event or ("success" if succeeded else "error")
            return Letter(notice.undrafted(told.folder, told.title, ended, self._run, causes), told.notify)
        ended = event or ("success" if succeeded or found.standing == "fresh" else "error")
        return Letter(notice.of(found, ended, self._run, () if ended == "success" else causes), told.notify)

    def _send(self, letters: Sequence[Letter]) -> subprocess.Popen[bytes] | None:
        return courier.send(self._folder, letters) if letters else None

    def _say_complaints(self) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.writelines(f"{line}\n" for line in courier.complaints(self._folder))


@contextlib.contextmanager
def _never_in_the_way() -> Iterator[None]:
    try:
        yield
    # A run that somebody pays for does not end because somebody else cannot be told of it.
    except Exception as error:  # noqa: BLE001
        sys.stderr.write(f"warning: nobody was told of this run: {type(error).__name__}: {error}\n")
