"""One look at the files for all who watch: what is seen by nobody is not looked at, and nobody looks twice."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from workflow_lib import layout, locks
from workflow_lib.layout import Project
from workflow_lib.serving import looking, pages, scanning, workspace
from workflow_lib.serving.faults import Faults
from workflow_lib.serving.looking import Glance, Going
from workflow_lib.serving.pages import FilmParts, Part

ALL = ""
"""The page of all projects."""

MOST_WATCHERS = 100
_KEPT = 4  # pages that nobody watches and that are kept all the same
_SHORTEST_S, _LONGEST_S = 0.5, 5.0  # between two glances
_LOOK_SHARE = 20  # of the time goes into looking whether anything has changed: a twentieth
_READ_SHARE = 8  # and an eighth into reading what has
_AT_ONCE_S = 0.7  # of reading, before the page of all projects is shown
_KEEP_ALIVE_S = 15.0

T = TypeVar("T")


class TooMany(Exception):
    """There are as many watchers as there may be."""


@dataclass
class View:
    """A page as it is now. `revision` counts its changes; `changed`: at which of them a part was changed last."""

    parts: dict[str, Part] = field(default_factory=dict)
    going: dict[str, object] = field(default_factory=dict)
    revision: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    going_at: int = 0
    used: float = 0.0
    watchers: int = 0
    said: dict[int, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the page for as long as somebody waits for it or watches it."""
        self.watchers += 1
        try:
            yield
        finally:
            self.watchers -= 1
            self.used = time.monotonic()

    def show(self, parts: dict[str, Part], going: dict[str, object]) -> bool:
        """Take over what there is now; says whether that is anything new."""
        fresh = [key for key, one in parts.items() if key not in self.parts or self.parts[key].digest != one.digest]
        gone = self.parts.keys() - parts.keys()
        if not fresh and not gone and going == self.going and self.revision:
            return False
        self.revision += 1
        self.said = {}
        if going != self.going:
            self.going, self.going_at = going, self.revision
        self.parts = parts
        self.changed = {key: self.revision if key in fresh else self.changed[key] for key in parts}
        return True

    def since(self, seen: int) -> str:
        """What a watcher must hear who has heard of revision `seen` (0: of nothing), as one JSON document."""
        if seen not in self.said:
            parts = {key: self.parts[key].digest for key, at in self.changed.items() if at > seen}
            told: dict[str, object] = {"parts": parts, "count": len(self.parts)}
            if self.going_at > seen or not seen:
                told["going"] = self.going
            self.said[seen] = json.dumps(told, separators=(",", ":"))
        return self.said[seen]


@dataclass
class _Film:
    """What is known of one project between two looks; `row`: its row on the page of all."""

    item: Project
    faults: Faults
    glance: Glance | None = None
    row: Part | None = None
    signature: tuple[object, ...] = ()
    read_at: float = 0.0
    cost_s: float = 0.0
    going: dict[int, Going] = field(default_factory=dict)

    def renew(self, *, now: bool) -> bool:
        """Look again; says whether what is known is newer. `now`: however dear it was the last time.

        A fault that nobody has foreseen takes the place of what is known, until it is gone.
        """
        began = time.monotonic()
        try:
            return self._look(now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other films go on
            self.faults.tell(f"/{self.item.root.as_posix()}/", error)
            self._show(looking.failed(self.item, error))
            self.going, self.signature = {}, ()
            self.read_at = time.monotonic()
            self.cost_s = self.read_at - began
            return True

    def _look(self, *, now: bool) -> bool:
        shared = self.glance.settings.slots_dir if self.glance and self.glance.settings else ".clipwright"
        signature: tuple[object, ...] = (scanning.signature(self.item, Path(shared)),)
        made = looking.making(self.glance) if self.glance else frozenset()
        signature = (*signature, made, locks.is_being_built(self.item))
        due = self.glance is None or signature != self.signature
        rested = now or time.monotonic() - self.read_at > _READ_SHARE * self.cost_s
        if due and rested:
            began = time.monotonic()
            glance = looking.at(self.item)
            self._show(glance)
            self.signature, self.read_at = signature, time.monotonic()
            self.cost_s = self.read_at - began
            made = looking.making(glance)
        if self.glance is not None:
            self.going = looking.going(self.glance, made)
        return due and rested

    def _show(self, glance: Glance) -> None:
        self.row = pages.row_part(pages.row(glance))
        self.glance = glance


class Hands:
    """One thread that does one thing after the other; it does not keep a process from ending."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._work, name="look", daemon=True).start()

    def do(self, work: Callable[[], T]) -> Future[T]:
        """The answer of `work`, once it is its turn."""
        answer: Future[T] = Future()

        def turn() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
                answer.set_exception(error)

        self._waiting.put(turn)
        return answer

    def _work(self) -> None:
        while True:
            self._waiting.get()()


class Watch:
    """All pages of the working folder, for any number of watchers up to `MOST_WATCHERS`."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}
        self._films: dict[str, _Film] = {}
        self._written: dict[str, FilmParts] = {}
        self._hands = Hands()
        self._faults = Faults()
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.watchers = 0
        self.closed = False

    async def do(self, work: Callable[[], T]) -> T:
        """The answer of `work`, which is done while nobody else looks at or writes a file here."""
        return await asyncio.wrap_future(self._hands.do(work))

    async def view(self, key: str, *, known: bool = False) -> View:
        """A page as it is at this moment; `known`: as watchers have heard of it is as good."""
        view = self._views.setdefault(key, View())
        with view.in_use():
            if not (known and view.revision):
                await self._renew(key, now=True)
        self._forget()
        return view

    def glance(self, key: str) -> Glance | None:
        """What was seen of a project the last time."""
        film = self._films.get(key)
        return film.glance if film else None

    async def glances(self) -> list[Glance]:
        """What there is of every project; who asks for something else has a turn after each that had to be read."""
        await self.view(ALL)
        items = await self.do(workspace.projects)
        found = [await self.do(functools.partial(self._known, item)) for item in items]
        return [glance for glance in found if glance is not None]

    async def watch(self, key: str) -> AsyncGenerator[str]:
        """What is new on a page, as JSON documents; an empty one where nothing is for a while.

        Raises:
            TooMany: nobody else may watch.
        """
        if self.watchers >= MOST_WATCHERS:
            raise TooMany
        self.watchers += 1
        view = self._views.setdefault(key, View())
        try:
            with view.in_use():
                if self._task is None:
                    self._task = asyncio.create_task(self._go_round())
                if not view.revision:
                    await self._try_renew(key, now=True)
                seen = 0
                while not self.closed:
                    if view.revision > seen:
                        told, seen = view.since(seen), view.revision
                        yield told
                        continue
                    yield "" if not await self._news(view, seen) else view.since(seen)
                    seen = view.revision
        finally:
            self.watchers -= 1

    async def _news(self, view: View, seen: int) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KEEP_ALIVE_S), self._changed:
                await self._changed.wait_for(lambda: view.revision > seen or self.closed)
        return view.revision > seen

    async def close(self) -> None:
        """Let all watchers go."""
        self.closed = True
        async with self._changed:
            self._changed.notify_all()

    async def _go_round(self) -> None:
        """Look at what is watched, again and again; rest when nobody watches."""
        try:
            while self.watchers and not self.closed:
                began = time.monotonic()
                spent = 0.0
                for key in [key for key, view in self._views.items() if view.watchers]:
                    spent += await self._try_renew(key, now=False)
                looked = max(0.0, time.monotonic() - began - spent)
                await asyncio.sleep(min(_LONGEST_S, max(_SHORTEST_S, _LOOK_SHARE * looked)))
                self._forget()
        finally:
            self._task = None

    async def _try_renew(self, key: str, *, now: bool) -> float:
        """The same as `_renew`; a page that cannot be made stays as it was, and the terminal is told why."""
        try:
            return await self._renew(key, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other pages go on
            self._faults.tell(f"/{key}/" if key else "/", error)
            return 0.0

    async def _renew(self, key: str, *, now: bool) -> float:
        """Look at one page; returns the seconds that reading took, if anything had to be read."""
        parts, going, spent = await self.do(lambda: self._one(key, now=now) if key else self._all())
        if self._views.setdefault(key, View()).show(parts, going):
            async with self._changed:
                self._changed.notify_all()
        return spent

    def _one(self, key: str, *, now: bool) -> tuple[dict[str, Part], dict[str, object], float]:
        film = self._film(Project(Path(key)))
        written = self._written.setdefault(key, FilmParts())
        renewed = film.renew(now=now)
        glance = film.glance
        if glance is None:
            return {}, {}, 0.0
        parts = written.of(glance)
        left = looking.left_s(glance, film.going)
        going: dict[str, object] = {layout.label(number): asdict(one) for number, one in film.going.items()}
        if glance.building:
            going["film"] = {"left_s": left}
        return parts, going, film.cost_s if renewed else 0.0

    def _all(self) -> tuple[dict[str, Part], dict[str, object], float]:
        items = {item.root.as_posix(): item for item in workspace.projects()}
        going: dict[str, object] = {}
        rows: dict[str, Part] = {}
        spent = 0.0
        for key, item in items.items():
            film = self._film(item)
            if film.glance is None and spent > _AT_ONCE_S:
                # The page comes at once; the others are read when it is looked at again.
                rows[key] = pages.row_part(pages.unread(item))
                continue
            if film.renew(now=False):
                spent += film.cost_s
            if film.glance is None or film.row is None:
                continue
            rows[key] = film.row
            if film.glance.building:
                percent = sum(one.percent for one in film.going.values())
                left = looking.left_s(film.glance, film.going)
                going[key] = {"making": len(film.going), "percent": percent, "left_s": left}
        return rows, going, spent

    def _known(self, item: Project) -> Glance | None:
        film = self._film(item)
        if film.glance is None:
            film.renew(now=True)
        return film.glance

    def _film(self, item: Project) -> _Film:
        return self._films.setdefault(item.root.as_posix(), _Film(item, self._faults))

    def _forget(self) -> None:
        """Keep what is watched, and a few pages beside it."""
        idle = sorted((view.used, key) for key, view in self._views.items() if not view.watchers)
        for _, key in idle[:-_KEPT]:
            del self._views[key]
            self._written.pop(key, None)
        if ALL not in self._views:
            for key in self._films.keys() - self._views.keys():
                del self._films[key]
