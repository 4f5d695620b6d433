"""Every name on disk: folders, files and the patterns by which Snakemake finds them. Nothing else spells a path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workflow_lib.forms import NAMED

Cut = Literal["final", "draft"]
Side = Literal["start", "end"]
Half = Literal["first", "second"]
Captions = Literal["srt", "vtt"]
EditList = Literal["edl", "otio"]
Shape = Literal["9x16", "1x1"]

_ID = r"[A-Za-z0-9_-]{1,100}"
PROJECT = rf"(?:channels/{_ID}/)?projects/{_ID}"
SHAPE = "9x16|1x1"
_FILMS = f"final(?:_(?:{SHAPE}))?|draft"
NO_PROJECT = rf"(?!/|{PROJECT}/(?:{_FILMS}|videos/clip_\d+|\.work/.+)\.mp4$).*(?:{_FILMS}|clip_\d+)"
PLOT = "gantt|cost"
PLOT_FORMAT = "svg|png"
CLIP = r"\d{2}|[1-9]\d{2}"
CUT = "final|draft"
NARRATION = "audio"
DRAFT_NARRATION = r"\.work/draft"
COMPOSITES = r"assets|\.work/draft"
_DESCRIBED = (
    rf"assets/backgrounds/clip_(?:{CLIP})(?:_first|_second)?"
    rf"|assets/characters/(?:clip_(?:{CLIP})_\d{{1,2}}_)?{NAMED}|keyframes/clip_(?:{CLIP})_(?:start|end)"
)
PICTURE = rf"(?:\.work/draft/)?(?:{_DESCRIBED})"
MAX_CLIPS = 999
CONFIG = "config.yaml"
TAKES = ".takes"
SOUND_FILES = (".aac", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav")

_PROJECT_RE = re.compile(rf"\A{PROJECT}\Z")
_DESCRIBED_RE = re.compile(rf"\A(?:{_DESCRIBED})\.png\Z")
_FOLDERS = ("projects/*/project.yaml", "channels/*/projects/*/project.yaml")


def label(number: int) -> str:
    """The name of a clip: `clip_07`, `clip_100`."""
    return f"clip_{number:02d}"


def number(path: str) -> int:
    """The number in the name of a clip's file.

    Raises:
        ValueError: it is no clip's file.
    """
    return int(Path(path).stem.removeprefix("clip_"))


@dataclass(frozen=True, slots=True)
class Project:
    """The files of one film; `root` is its folder, relative to the working folder (`projects/vid_123`)."""

    root: Path

    @property
    def manifest(self) -> Path:
        """What the user wrote."""
        return self.root / "project.yaml"

    @property
    def storyboard(self) -> Path:
        """The drafted list of clips."""
        return self.root / "storyboard.yaml"

    def kept_storyboard(self, number: int) -> Path:
        """A storyboard that was drafted anew since, `storyboard.1.yaml`: 1 is the oldest."""
        return self.root / f"storyboard.{number}.yaml"

    @property
    def story(self) -> Path:
        """The prose that a storyboard is drafted from."""
        return self.root / "story.md"

    @property
    def takes(self) -> Path:
        """The take store that the project shares with those beside it."""
        return self.root.parent / TAKES

    @property
    def lock(self) -> Path:
        """Held by the run that builds this project."""
        return self.root / ".lock"

    @property
    def run_settings(self) -> Path:
        """The `--config` values of the run that builds this project."""
        return self.root / ".work" / "run.json"

    @property
    def work(self) -> Path:
        """What may be deleted at any time."""
        return self.root / ".work"

    @property
    def digests(self) -> Path:
        """What is remembered of the files' digests."""
        return self.root / ".work" / "digests.json"

    def progress(self, number: int) -> Path:
        """How far a paid clip is."""
        return self.root / ".work" / "progress" / f"{label(number)}.json"

    def submitted(self, number: int) -> Path:
        """How a clip stood when it was last submitted without being waited for."""
        return Path(f"{self.root}/.work/submitted/{label(number)}.json")

    @property
    def submissions(self) -> Path:
        """What was left at providers."""
        return self.root / "submitted.txt"

    def film(self, cut: Cut) -> Path:
        """`final.mp4` or `draft.mp4`."""
        return self.root / f"{cut}.mp4"

    def video(self, number: int) -> Path:
        """The clip."""
        return Path(f"{self.root}/videos/{label(number)}.mp4")

    def composite(self, number: int, *, split: bool = False) -> Path:
        """The picture that the clip starts from."""
        return Path(f"{self.root}/assets/composites/{label(number)}{'_split' if split else ''}.png")

    def keyframe(self, number: int, side: Side) -> Path:
        """The start or end still, where the manifest does not name one."""
        return Path(f"{self.root}/keyframes/{label(number)}_{side}.png")

    def background(self, number: int, half: Half | None = None) -> Path:
        """The described background of a clip, or of one half of its split screen."""
        return Path(f"{self.root}/assets/backgrounds/{label(number)}{f'_{half}' if half else ''}.png")

    def character(self, name: str, number: int | None = None, place: int = 1) -> Path:
        """A character on its own: as it stands, or in the pose that it has at `place` of clip `number`'s recipe."""
        pose = f"{label(number)}_{place}_" if number else ""
        return Path(f"{self.root}/assets/characters/{pose}{name}.png")

    def drafted(self, picture: Path) -> Path:
        """Where a draft sketches a described picture that is not there yet."""
        return Path(f"{self.root}/.work/draft/{picture.relative_to(self.root)}")

    def draft_composite(self, number: int, *, split: bool = False) -> Path:
        """The picture that a clip of a draft starts from when some of it is sketched."""
        return Path(f"{self.root}/.work/draft/composites/{label(number)}{'_split' if split else ''}.png")

    def narration(self, number: int) -> Path:
        """The spoken line, with its alignment beside it (`.json`)."""
        return Path(f"{self.root}/audio/narration/{label(number)}.wav")

    def effect(self, number: int) -> Path:
        """The sound effect, with its receipt beside it (`.json`)."""
        return Path(f"{self.root}/audio/sfx/{label(number)}.wav")

    def draft_narration(self, number: int) -> Path:
        """The scratch line of a draft whose film has a paid voice."""
        return Path(f"{self.root}/.work/draft/narration/{label(number)}.wav")

    def draft_clip(self, number: int) -> Path:
        """The draft's own clip."""
        return Path(f"{self.root}/.work/draft/clips/{label(number)}.mp4")

    def picture(self, cut: Cut, number: int) -> Path:
        """The conformed picture of a clip."""
        return Path(f"{self.root}/.work/{cut}/{label(number)}.mp4")

    def music(self) -> Path | None:
        """The music that lies where it is looked for when the manifest names none: `audio/music.wav`, `.mp3`, ..."""
        return next((path for path in sorted(self.root.glob("audio/music.*")) if path.suffix in SOUND_FILES), None)

    def join(self, cut: Cut, number: int) -> Path:
        """The rendered transition into a clip."""
        return Path(f"{self.root}/.work/{cut}/join_{number:02d}.mp4")

    def captions(self, cut: Cut, kind: Captions) -> Path:
        """What is said in the film, as a file of captions."""
        return self.root / f"{cut}.{kind}"

    def edit_list(self, cut: Cut, kind: EditList) -> Path:
        """What the film is cut from, for an editing program."""
        return self.root / f"{cut}.{kind}"

    def reframed(self, shape: Shape) -> Path:
        """The film in another shape."""
        return self.root / f"final_{shape}.mp4"

    @property
    def thumbnail(self) -> Path:
        """The picture that stands for the film."""
        return self.root / "thumbnail.jpg"

    @property
    def thumbnail_receipt(self) -> Path:
        """What the thumbnail was made from."""
        return self.work / "final" / "thumbnail.json"

    @property
    def review(self) -> Path:
        """The page on which all clips are looked at."""
        return self.root / "review.html"

    @property
    def decisions(self) -> Path:
        """Which takes were approved and rejected."""
        return self.root / "decisions.yaml"

    @property
    def contact_sheet(self) -> Path:
        """One frame of each clip."""
        return self.root / "contact_sheet.png"

    def plot(self, name: str) -> Path:
        """A picture of how the film was made: `gantt.svg`, `cost.png`."""
        return Path(f"{self.root}/plots/{name}")

    def reported(self) -> list[Path]:
        """What a report of the film shows."""
        return [self.contact_sheet, self.thumbnail, self.plot("gantt.svg"), self.plot("cost.svg")]

    @property
    def published(self) -> Path:
        """Where the film was published, and by which addresses it is there."""
        return self.root / "published.json"

    def still(self, sha256: str) -> Path:
        """A small picture of the file with that digest."""
        return self.work / "stills" / f"{sha256}.jpg"

    def sound(self, cut: Cut) -> Path:
        """The sound of the whole film."""
        return Path(f"{self.root}/.work/{cut}/sound.m4a")

    def parts(self, cut: Cut) -> Path:
        """What the film was joined from."""
        return Path(f"{self.root}/.work/{cut}/film.json")


def receipt(path: Path) -> Path:
    """The receipt beside a clip, a narration, a conformed clip or a film's sound: the same name with `.json`."""
    return path.with_suffix(".json")


def is_draft(path: str) -> bool:
    """Whether a file below a project's folder is made for a draft alone."""
    return path.startswith(".work/draft") or path == DRAFT_NARRATION


def is_described(path: str) -> bool:
    """Whether `path`, below a project's folder, is the place of a picture that can be described."""
    return bool(_DESCRIBED_RE.match(path))


def find_stores(folder: Path) -> list[Path]:
    """Every take store below `folder`: that of its projects and one for each channel."""
    return sorted(
        folder / path for path in (*folder.glob(f"projects/{TAKES}"), *folder.glob(f"channels/*/projects/{TAKES}"))
    )


def find_reported(targets: Iterable[str]) -> list[str]:
    """What there is to be shown in a report of the films that `targets` are files of; without any, or `all`: of all."""
    named = list(targets)
    if not named or "all" in named:
        found = find_projects(Path())
    else:
        found = [Project(Path(target).parent) for target in named if is_project(Path(target).parent.as_posix())]
    return [str(path) for item in found for path in item.reported() if path.is_file()]


def is_project(path: str) -> bool:
    """Whether `path` is a project folder's name: `projects/<id>` or `channels/<channel>/projects/<id>`."""
    return bool(_PROJECT_RE.match(path))


def find_projects(folder: Path) -> list[Project]:
    """Every project below `folder` that has a manifest, in the order of names."""
    found = (path.parent.relative_to(folder) for pattern in _FOLDERS for path in folder.glob(pattern))
    return [Project(path) for path in sorted(found) if is_project(path.as_posix())]
