"""How a film's described pictures stand, and by what each is known, whether or not it is there yet.

A picture that we draw is known by its request, the references in which are known in the same way, so that all that an
edit leads to is known before anything is drawn. One that somebody put in its place is known by its pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from workflow_lib import files, layout
from workflow_lib.digests import Digests
from workflow_lib.drawings import Drawing
from workflow_lib.errors import BadMedia, InvalidInput, Problem
from workflow_lib.ledger import Ledger
from workflow_lib.marks import Mark, Marks
from workflow_lib.project import Film
from workflow_lib.requests import ImageRequest

Standing = Literal["fresh", "missing", "stale", "manual"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """How one picture stands. `identity`: by what those that use it know it; `key`: by what its file is known.

    `request`: what is asked of a model; None for a sketch; `wanted`: the fingerprint of the take that it is to have;
    `made`: the receipt of the file that is there, or was.
    """

    drawing: Drawing
    standing: Standing
    identity: str
    key: str
    request: ImageRequest | None = None
    wanted: str = ""
    made: Mapping[str, Any] = field(default_factory=dict)


def of(film: Film, digests: Digests, ledger: Ledger, marks: Marks) -> dict[Path, Drawn]:
    """How each described picture of `film` stands, by its path.

    Raises:
        InvalidInput: a picture that somebody put in its place, or sends along, is none.
    """
    looked = _Looked(film, digests, ledger, marks)
    return {drawing.path: looked.at(drawing) for drawing in film.drawings}


def identities(found: Mapping[Path, Drawn]) -> dict[Path, str]:
    """By what those of the pictures are known that nobody put there."""
    return {path: item.identity for path, item in found.items() if item.standing != "manual"}


def remembered(film: Film) -> dict[str, Mark]:
    """The marks of the user's pictures that were sent along when the film's pictures were drawn."""
    return dict(_marks(files.read_json(layout.receipt(drawing.path)) for drawing in film.drawings))


def _marks(made: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Mark]]:
    for receipt in made:
        told = receipt.get("pictures")
        for name, mark in told.items() if isinstance(told, dict) else ():
            try:
                yield name, Mark(**mark)
            except TypeError:
                continue


def file_key(identity: str, size: tuple[int, int] | None) -> str:
    """By what the file of a picture is known: what it is drawn from, and the size that it was brought to."""
    return files.digest({"drawing": identity, "size": size})


def stamp_of(project: layout.Project, path: Path, key: str) -> str:
    """What a picture that we draw says of itself: for which place it was drawn, and by which key."""
    return f"{path.relative_to(project.root).as_posix()} {key}"


class _Looked:
    """Each picture is looked at once, its references before it."""

    def __init__(self, film: Film, digests: Digests, ledger: Ledger, marks: Marks) -> None:
        self._film, self._digests, self._ledger, self._marks = film, digests, ledger, marks
        self._by_path = {drawing.path: drawing for drawing in film.drawings}
        self._drawn: dict[Path, Drawn] = {}
        self._painted: dict[Path, str] = {}

    def at(self, drawing: Drawing) -> Drawn:
        """How `drawing` stands."""
        found = self._drawn.get(drawing.path)
        if found is None:
            found = self._drawn[drawing.path] = self._look(drawing)
        return found

    def _look(self, drawing: Drawing) -> Drawn:
        made = files.read_json(layout.receipt(drawing.path))
        ours = self._key_of_ours(drawing, made)
        if drawing.path.is_file() and ours is None:
            pixels = self._pixels(drawing.path, drawing.place)
            return Drawn(drawing, "manual", pixels, "", self._request(drawing) if self._may_pay else None, made=made)
        request = self._request(drawing) if self._may_pay else None
        wanted = self._wanted(request) if request else ""
        painted = file_key(wanted, drawing.size)
        if request is None or (self._film.images == "bought" and not self._was_bought(ours, made, painted, wanted)):
            request, wanted = None, ""
        identity = wanted or files.digest(drawing.sketched_from)
        key = file_key(identity, drawing.size)
        standing: Standing = "missing" if not drawing.path.is_file() else "fresh" if ours == key else "stale"
        return Drawn(drawing, standing, identity, key, request, wanted, made)

    @property
    def _may_pay(self) -> bool:
        return self._film.images != "sketch"

    def _was_bought(self, ours: str | None, made: Mapping[str, Any], painted: str, wanted: str) -> bool:
        """Whether a model has drawn the picture as it is described now: nothing need be asked for to have it."""
        if ours == painted and made.get("backend") != "sketch":
            return True
        stored = self._ledger.stored(wanted)
        return stored is not None and bool(stored.file) and (self._film.project.takes / str(stored.file)).is_file()

    def _key_of_ours(self, drawing: Drawing, made: Mapping[str, Any]) -> str | None:
        """The key by which we drew the file that is there; None when it is somebody else's, or there is none.

        It is ours by its bytes; else by its pixels, because programs save a picture anew; else by what it says itself.
        """
        path = drawing.path
        if not path.is_file():
            return None
        file = made.get("file")
        if isinstance(file, dict) and file.get("sha256") == self._digests.of(path):
            return str(made.get("key"))
        try:
            mark = self._marks.of(path)
        except BadMedia:
            return None
        if mark.pixels == made.get("pixels"):
            return str(made.get("key"))
        place, _, key = (mark.drawn or "").partition(" ")
        return key if place == path.relative_to(self._film.project.root).as_posix() else None

    def _request(self, drawing: Drawing) -> ImageRequest:
        return ImageRequest(
            model=self._film.painter.model,
            take=drawing.take,
            kind=drawing.kind,
            words=drawing.words,
            pose=drawing.pose,
            style=drawing.style,
            cast=[[who.name, who.look, who.colours] for who in drawing.cast],
            last=drawing.last,
            references=[self._painted_by(path, drawing) for path in drawing.references],
            shape=drawing.shape,
            image_size=self._film.painter.size,
        )

    def _wanted(self, request: ImageRequest) -> str:
        choice = self._ledger.chosen(request.fingerprint)
        return choice.take if choice else request.fingerprint

    def _painted_by(self, path: Path, user: Drawing) -> str:
        """By what a reference is known to a model: as it would be painted, even where it is sketched at present."""
        drawing = self._by_path.get(path)
        if drawing is None:
            return self._pixels(path, user.place)
        if path not in self._painted:
            found = self.at(drawing)
            by_hand = found.standing == "manual"
            self._painted[path] = found.identity if by_hand else found.wanted or self._wanted(self._request(drawing))
        return self._painted[path]

    def _pixels(self, path: Path, place: str) -> str:
        try:
            mark = self._marks.of(path) if path.exists() else self._marks.remembered(path)
        except BadMedia as error:
            raise InvalidInput([Problem(f"{self._film.project.manifest}: {place}", str(error))]) from error
        return mark.pixels if mark else ""
