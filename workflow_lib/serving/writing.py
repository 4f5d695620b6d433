"""What a page may do: write decisions and words into files. The next run acts on them, and only a run spends."""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workflow_lib import catalog, decisions, files, locks, manifest, plan, verdicts, yamlfile
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.journal import now
from workflow_lib.layout import Project
from workflow_lib.planned import ClipPlan
from workflow_lib.project import Film
from workflow_lib.prompts import PARTS
from workflow_lib.serving import edits, looking
from workflow_lib.verdicts import Judgement, Verdict

MAX_WORDS = 20_000
_PLACE = re.compile(r"\Aclips\[(\d+)\]\Z")

Board = TypeVar("Board", manifest.Manifest, manifest.Storyboard)
Words = str | Mapping[str, str]
"""A prompt: one text, or parts by their names."""


class Changed(WorkflowError):
    """The file is not as the page has read it; nothing was written."""


@dataclass(frozen=True, slots=True)
class Written:
    """The prompt of a clip as it stands in its file: which that is, and the digest of its bytes."""

    where: str
    digest: str
    prompt: Words


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the next run will do about a clip, in words and USD, and the command that is that run."""

    text: str
    usd: float
    command: str


def choose(item: Project, number: int, take: str) -> str:
    """Choose a take of a clip, as `clipwright takes --choose` does; returns what that leads to.

    Raises:
        WorkflowError: there is no such take, or a run deals with the clip.
    """
    film, _ = looking.film_of(item)
    decision = decisions.older_take(film, number, take)
    decisions.decide(film, decision)
    return decision.text


def judge(item: Project, number: int, take: str, verdict: Judgement, note: str) -> str:
    """Approve or reject the take that a clip shows; returns what comes next.

    Raises:
        InvalidInput: the clip shows another one, or the note is too long.
    """
    film, settings = looking.film_of(item)
    locks.agree(settings)
    found = plan.of_clip(film, number)
    seen = found.seen
    if not seen or take != seen:
        what = f"{found.label} shows another take by now" if seen else f"{found.label} has no take to be judged"
        raise InvalidInput([Problem(str(item.root), what, "look at it again")])
    if len(note) > verdicts.MAX_NOTE:
        raise InvalidInput([Problem("note", f"has {len(note)} characters", f"{verdicts.MAX_NOTE} at most")])
    told = Verdict(clip=number, take=take, verdict=verdict, note=note.strip(), at=now()[:19] + "Z")
    verdicts.add(item, told)
    if verdict == "approved":
        return f"{found.label} is approved"
    return f"{found.label} is rejected; change its prompt, or ask for another take"


def written(item: Project, number: int) -> Written:
    """The prompt of a clip as it stands in its file.

    Raises:
        InvalidInput: there is no such clip.
    """
    film, _ = looking.film_of(item)
    path, _, digest, clip = _stands(film, number)
    prompt = clip.prompt if isinstance(clip.prompt, str) else clip.prompt.model_dump()
    return Written(str(path), digest, prompt)


def foresee(item: Project, number: int, words: Words) -> Foreseen:
    """What the next run would do about a clip with such a prompt; nothing is written.

    Raises:
        InvalidInput: its model does not take it.
    """
    film, _ = looking.film_of(item)
    _, _, _, clip = _stands(film, number)
    return _foreseen(film, number, _worded(clip, words))


def reword(item: Project, number: int, words: Words, digest: str) -> Foreseen:
    """Write another prompt into the file that lists the clips, all else in it as it was; says what the next run does.

    Raises:
        Changed: the file's bytes have not that digest.
        InvalidInput: the words cannot be a prompt, or cannot be written without something else changing.
        OutOfSpace: the disk is full; the file is as it was.
    """
    film, settings = looking.film_of(item)
    locks.agree(settings)
    path, _, _, _ = _stands(film, number)
    with locks.making(item, path):
        path, text, found, clip = _stands(film, number)
        if found != digest:
            raise Changed(f"{path} was changed since it was read here; nothing was written. Look at it again")
        text_before = _prompt_of(clip)
        changed, place = text, _index(film, number, path)
        _worded(clip, words)
        for key, value in _values(clip, words):
            changed = edits.replaced(changed, ["clips", place, "prompt", *key], value, str(path))
        if changed != text:
            _check(path, item, changed)
            foreseen = _foreseen(film, number, _worded(clip, words))
            _put(path, changed)
            return foreseen
    return _foreseen(film, number, text_before)


def _values(clip: manifest.Clip, words: Words) -> list[tuple[tuple[str, ...], str]]:
    """The texts that are to stand in the file, by their keys below the prompt's."""
    if isinstance(clip.prompt, str):
        if not isinstance(words, str):
            raise InvalidInput([Problem("prompt", "is one text in its file", "send one text")])
        return [((), words)]
    if isinstance(words, str):
        raise InvalidInput([Problem("prompt", "is written in parts in its file", f"send {', '.join(PARTS)}")])
    before = clip.prompt.model_dump()
    return [((name,), words[name]) for name in PARTS if name in words and words[name] != before[name]]


def _worded(clip: manifest.Clip, words: Words) -> str:
    """The whole prompt with other words.

    Raises:
        InvalidInput: it says nothing, is too long, or has parts of other names.
    """
    texts = [words] if isinstance(words, str) else list(words.values())
    problems = []
    if sum(map(len, texts)) > MAX_WORDS:
        problems.append(Problem("prompt", f"has more than {MAX_WORDS} characters", "say less"))
    if not isinstance(words, str) and not set(words) <= set(PARTS):
        problems.append(Problem("prompt", "has parts that are not known", f"its parts are {', '.join(PARTS)}"))
    if problems:
        raise InvalidInput(problems)
    prompt: object = words
    if not isinstance(words, str) and not isinstance(clip.prompt, str):
        prompt = {**clip.prompt.model_dump(), **words}
    given = {**clip.model_dump(by_alias=True, exclude_unset=True), "prompt": prompt}
    return _prompt_of(yamlfile.validated(manifest.Clip, given, "this clip"))


def _prompt_of(clip: manifest.Clip) -> str:
    return clip.prompt_text()


def _foreseen(film: Film, number: int, prompt: str) -> Foreseen:
    clip = film.clip(number)
    most = catalog.model(clip.backend, clip.model).prompt_chars
    if len(prompt) > most:
        what = f"{clip.label} has a prompt of {len(prompt)} characters"
        raise InvalidInput([Problem("prompt", what, f"{clip.backend} takes {most} at most")])
    clips = tuple(dataclasses.replace(one, prompt=prompt) if one.number == number else one for one in film.clips)
    found = plan.of_clip(dataclasses.replace(film, clips=clips), number)
    return Foreseen(_next(found), found.price_usd, f"snakemake --cores all {film.project.film('final')}")


def _next(found: ClipPlan) -> str:
    """What the next run does about a clip."""
    label = found.label
    if found.standing == "manual":
        return f"{label} was put there by hand and is kept, whatever its prompt says"
    if not found.to_make:
        return f"{label} is kept as it is, $0"
    told = {
        "render": f"the next run renders {label} again, $0",
        "buy": f"the next run buys {label} from {found.clip.backend} for {catalog.priced(found.price_usd)}",
        "reuse": "the next run puts a take of it that is in the store in place, $0",
        "resume": "the next run waits for its operation, $0",
        "decide": f"nobody knows whether {label} was bought; settle that with `clipwright retake` first",
        "stand_in": "the content filter has refused it before; a stand-in takes its place, $0",
    }
    return told.get(found.action, f"the next run makes {label}")


def _stands(film: Film, number: int) -> tuple[Path, str, str, manifest.Clip]:
    """The file that lists the clips, its text, the digest of its bytes, and the clip as it is written there."""
    item = film.project
    path = item.manifest
    data = path.read_bytes()
    board: manifest.Manifest | manifest.Storyboard = _read(manifest.Manifest, data, path)
    if board.clips is None:
        path = item.storyboard
        data = path.read_bytes()
        board = _read(manifest.Storyboard, data, path)
    place = _index(film, number, path)
    if not 0 <= place < len(board.clips or []):
        raise Changed(f"{path} was changed at this moment; look at it again")
    return path, data.decode("utf-8-sig"), hashlib.sha256(data).hexdigest(), (board.clips or [])[place]


def _read(model: type[Board], data: bytes, path: Path) -> Board:
    return yamlfile.validated(model, yamlfile.parse(data.decode("utf-8-sig"), str(path)), str(path))


def _index(film: Film, number: int, path: Path) -> int:
    found = _PLACE.match(film.clip(number).place)
    if found is None:
        raise InvalidInput([Problem(str(path), f"does not say where clip {number} stands", "edit it there")])
    return int(found[1]) - 1


def _check(path: Path, item: Project, text: str) -> None:
    model: type[manifest.Manifest | manifest.Storyboard] = manifest.Manifest
    if path == item.storyboard:
        model = manifest.Storyboard
    yamlfile.validated(model, yamlfile.parse(text, str(path)), str(path))


def _put(path: Path, text: str) -> None:
    """Replace the file where it really lies, with the rights that it has."""
    real = path.resolve(strict=True)
    if not real.is_relative_to(Path.cwd()):
        raise InvalidInput([Problem(str(path), "lies outside of this folder", "edit it there")])
    mark = codecs.BOM_UTF8 if real.read_bytes().startswith(codecs.BOM_UTF8) else b""
    with files.atomic_path(real) as temporary:
        temporary.write_bytes(mark + text.encode())
        shutil.copymode(real, temporary)
