"""A story that a film's clips are drafted from, and what its manifest asks of the draft."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import catalog, files, keys, manifest, models, project, yamlfile
from workflow_lib.catalog import Drafter
from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project
from workflow_lib.timing import LEAD_S, TAIL_S

MAX_BYTES = 400_000
TOO_LARGE = "make a film of each chapter"
"""What a story may weigh: a short novel, and a tenth of what the models read."""

CHARACTERS_A_SECOND = 14.0
"""How fast a line is spoken, taken slowly: 55 sentences of Aesop by the scratch voice, at 175 words a minute, have 14.9
(the slowest) to 19.8 characters a second, 16.7 in the middle; people who narrate speak about 150 words a minute."""

_CHARACTERS_A_WORD = 5.6  # with its space, in the same sentences
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a storyboard is drafted from: the story's `text`, and the manifest with what its `story:` asks for.

    `keyframe_s`: how long a clip between two keyframes is asked for, where its backend has no clips of the film's
    length.
    """

    project: Project
    written: manifest.Manifest
    text: str
    asked: manifest.Story
    keyframe_s: float | None = None

    def seconds(self, number: int) -> float:
        """The length of a clip."""
        between = number in self.asked.keyframes
        return self.keyframe_s if between and self.keyframe_s else float(self.written.duration)

    def most_characters(self, number: int) -> int:
        """How long the line of a clip may be."""
        return max(0, int((self.seconds(number) - LEAD_S - TAIL_S) * CHARACTERS_A_SECOND))

    def most_words(self, number: int) -> int:
        """The same in words, with some room."""
        return max(1, int(self.most_characters(number) * 0.9 / _CHARACTERS_A_WORD))

    def details_of(self, number: int) -> dict[str, object]:
        """What the manifest decides of a clip: a length and a backend of its own, where it has them."""
        if number not in self.asked.keyframes:
            return {}
        details: dict[str, object] = {}
        if self.keyframe_s:
            details["duration"] = self.keyframe_s
        if self.asked.keyframes_backend:
            details["backend"] = self.asked.keyframes_backend
        return details


def spoken_s(line: str) -> float:
    """About how long it takes to speak a line, in seconds."""
    return len(" ".join(line.split())) / CHARACTERS_A_SECOND


def is_awaited(item: Project) -> bool:
    """Whether a film's clips are still to be drafted: it has a story, and nobody has listed them.

    Raises:
        InvalidInput: the manifest cannot be read.
    """
    if item.storyboard.exists() or not item.story.exists() or not item.manifest.exists():
        return False
    return _written(item).clips is None


def drafter(config: Config) -> Drafter:
    """Who drafts: a model where something is set by which it can be asked, unless the settings name somebody.

    Raises:
        InvalidInput: `.env` cannot be read.
    """
    return config.drafter or ("gemini" if keys.reaches_gemini() else "embedded")


def read(item: Project, config: Config) -> Brief:
    """The brief of a project.

    Raises:
        InvalidInput: with every problem of the manifest's `story:` and of the story, what backends do not take too.
    """
    written = _written(item)
    asked = written.story or manifest.Story()
    problems: list[Problem] = []
    text = _text(item.story, problems)
    beyond = [number for number in asked.keyframes if not 1 <= number <= asked.clips]
    if beyond:
        what = f"names clip {', '.join(map(str, beyond))} of {asked.clips}"
        problems.append(Problem(f"{item.manifest}: story.keyframes", what, "correct the number, or ask for more clips"))
    brief = Brief(item, written, text, asked, _keyframe_seconds(written, asked, config))
    _check_backends(brief, config, problems)
    if problems:
        raise InvalidInput(problems)
    return brief


def sample(brief: Brief, config: Config, problems: list[Problem]) -> list[Clip]:
    """Clips of the kinds that are asked for, before anybody has drafted them."""
    listed = []
    for number in range(1, brief.asked.clips + 1):
        picture = manifest.Picture(describe="A picture.")
        seen: dict[str, object] = {"composite": manifest.Composite(background=picture)}
        if number in brief.asked.keyframes:
            seen = {"keyframes": manifest.Keyframes(start=picture, end=picture)}
        listed.append(manifest.Clip.model_validate({"prompt": "A clip.", **seen, **brief.details_of(number)}))
    return project.drafted(brief.project, brief.written, listed, config, problems)


def _check_backends(brief: Brief, config: Config, problems: list[Problem]) -> None:
    """See that backends make such clips: said once, of the manifest, before anything is drafted."""
    found: list[Problem] = []
    sample(brief, config, found)
    said = set()
    for problem in found:
        key = problem.where.rpartition(".")[2] if "." in problem.where.rpartition(": ")[2] else "backend"
        if (key, problem.hint) not in said:
            said.add((key, problem.hint))
            where = problem.where if problem.where.startswith("config") else f"{brief.project.manifest}: {key}"
            problems.append(Problem(where, problem.what, problem.hint))


def _written(item: Project) -> manifest.Manifest:
    return yamlfile.validated(manifest.Manifest, yamlfile.read(item.manifest), str(item.manifest))


def text_at(path: Path, missing: str = "") -> str:
    """A story as it is written at `path`; `missing`: what to do when there is none.

    Raises:
        InvalidInput: it cannot be read, or is larger than MAX_BYTES.
    """
    return files.text_at(path, MAX_BYTES, missing=missing, large=TOO_LARGE)


def _text(path: Path, problems: list[Problem]) -> str:
    hint = "write the story there: prose, or a topic and how to tell it"
    try:
        read = text_at(path, hint)
    except InvalidInput as error:
        problems.extend(error.problems)
        return ""
    text = _COMMENT.sub("", read).replace("\r\n", "\n").strip()
    if not any(letter.isalnum() for letter in text):
        problems.append(Problem(str(path), "says nothing", hint))
    return text


def _keyframe_seconds(written: manifest.Manifest, asked: manifest.Story, config: Config) -> float | None:
    backend = asked.keyframes_backend
    if backend is None:
        return None
    found = _length_between(catalog.model(backend, models.default_model(backend, config)), written.duration)
    if found is not None and config.backend is not None:
        # One run's other backend makes them, too, if it can.
        other = catalog.model(config.backend, models.default_model(config.backend, config))
        return found if other.allows(found) else None
    return found


def _length_between(model: catalog.Model, seconds: float) -> float | None:
    """The length of a clip between two keyframes that cannot have the film's; None: it can, or nothing can."""
    longest = model.longest_with_end or model.longest
    if "end" in model.only_longest_with:
        return None if seconds == longest else longest
    if model.allows(seconds) and seconds <= longest:
        return None
    return model.reaching(min(seconds, longest))
