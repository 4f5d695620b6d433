"""`project.yaml` as its author writes it: the models, and the rules that one file can break."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from workflow_lib import forms, prompts
from workflow_lib.catalog import Backend, ImagesMaker
from workflow_lib.hooks import Notify, Publish
from workflow_lib.layout import MAX_CLIPS
from workflow_lib.recipes import Fit, SplitDirection
from workflow_lib.timing import Timing
from workflow_lib.transitions import Kind

Captions = Literal["soft", "burned", "none"]
Reframe = Literal["blur", "crop"]
Size = Annotated[int, Field(ge=64, le=4096, multiple_of=2)]
Fraction01 = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(max_length=200, pattern=forms.FILLED)]
PathText = Annotated[str, Field(min_length=1, max_length=400)]
Name = Annotated[str, Field(pattern=forms.NAME)]

SIZES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Prompt(_Part):
    """A prompt in five parts, joined in this order: the core action first, the camera last."""

    action: str = Field(min_length=1, description="What happens; the most important words.")
    details: str = Field("", description="How it looks and moves.")
    sequence: str = Field("", description="What follows in time.")
    environment: str = Field("", description="Place, light, weather.")
    camera: str = Field("", description="The camera's move.")


class Look(_Part):
    """A character, defined once and named wherever it is seen."""

    look: str = Field(min_length=1, max_length=1000, description="What it is and how it looks, in every picture alike.")
    colours: str = Field("", max_length=300, description="Its colours.")
    reference: PathText | None = Field(None, description="A picture of it inside the project, if there is one.")


class Picture(_Part):
    """A picture that is made from words."""

    describe: str = Field(min_length=1, max_length=2000, description="What is seen in it.")
    characters: list[Name] = Field([], max_length=10, description="Who is seen in it, by name.")
    take: int = Field(1, ge=1, le=999, description="A higher number asks for another one on purpose.")


class Character(_Part):
    """A cut-out on the background: a picture, or one of the film's characters in a pose."""

    image: PathText | None = Field(None, description="A picture with transparency, inside the project.")
    character: Name | None = Field(None, description="In its place: who it is, by the name in `characters`.")
    pose: str = Field("", max_length=500, description="What a named character does. Default: as it stands.")
    x: float = Field(ge=-1, le=2, description="Middle of its bottom edge, as a fraction of the width.")
    y: float = Field(ge=-1, le=2, description="Its bottom edge, as a fraction of the height from the top.")
    height: float = Field(gt=0, le=4, description="Its height as a fraction of the frame's.")
    flip: bool = Field(False, description="Mirror it.")
    opacity: Fraction01 = Field(1.0, description="0 invisible .. 1 solid.")
    depth: Fraction01 | None = Field(None, description="0 far .. 1 near; by default lower in the frame is nearer.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.image is None) == (self.character is None):
            raise ValueError("needs either `image` (a picture) or `character` (a name)")
        if self.pose and self.character is None:
            raise ValueError("has a `pose` for a picture; it is for a named `character`")
        return self


class Scene(_Part):
    """A background with characters on it."""

    background: PathText | Picture = Field(description="A picture inside the project, or what is seen in it.")
    characters: list[Character] = Field([], max_length=50, description="Painted in this order.")
    fit: Fit = Field("cover", description="How the background fills the frame.")


class Split(_Part):
    """Two scenes with a divider between them."""

    first: Scene = Field(description="The left or upper half.")
    second: Scene = Field(description="The right or lower half.")
    direction: SplitDirection = Field("left_right", description="Side by side, or one above the other.")
    divider: int = Field(8, ge=0, le=200, description="Width in pixels of a 1920x1080 frame.")
    color: str = Field("#ffffff", pattern=forms.COLOUR, description="The divider's colour.")


class Composite(_Part):
    """A recipe: either a background with characters, or `split`."""

    background: PathText | Picture | None = Field(
        None, description="A picture inside the project, or what is seen in it."
    )
    characters: list[Character] = Field([], max_length=50, description="Painted in this order.")
    fit: Fit = Field("cover", description="How the background fills the frame.")
    split: Split | None = Field(None, description="Two scenes in one frame.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.background is None) == (self.split is None):
            raise ValueError("needs either `background` (with `characters`) or `split`")
        if self.split is not None and self.characters:
            raise ValueError("has `characters` beside `split`; put them into `split.first` or `split.second`")
        return self


class Keyframes(_Part):
    """The stills between which a clip is animated."""

    start: PathText | Picture | None = Field(None, description="Default: keyframes/clip_NN_start.png.")
    end: PathText | Picture | None = Field(None, description="Default: keyframes/clip_NN_end.png if it exists.")


class Transition(_Part):
    """The way from one clip into the next."""

    kind: Kind = Field(description="cut, crossfade, or dip (through black).")
    seconds: float = Field(0.5, gt=0, le=10, description="How long it takes; a cut takes no time.")


class Clip(_Part):
    """One piece of the film."""

    number: int | None = Field(None, ge=1, le=MAX_CLIPS, description="Default: its place in the list.")
    title: Text | None = Field(None, description="A chapter title.")
    prompt: str | Prompt = Field(description="What happens: one text, or five parts.")
    narration: str = Field("", max_length=5000, description="What the narrator says over it.")
    sound_effect: str = Field("", max_length=450, description="What is heard beside the narration: waves, gulls.")
    composite: PathText | Composite | None = Field(
        None, description="A recipe or a picture's path. Default: assets/composites/clip_NN.png if it exists."
    )
    keyframes: Keyframes | None = Field(None, description="Start and end stills.")
    source: Literal["text"] | None = Field(None, description="`text`: made from the prompt alone.")
    continue_: bool = Field(False, alias="continue", description="Start from the end keyframe of the clip before.")
    fit: Fit | None = Field(None, description="How a picture of another size is brought to the film's.")
    duration: float | None = Field(None, gt=0, description="Seconds. Default: the film's.")
    length: float | None = Field(
        None, gt=0, le=3600, description="Seconds that it has in the film, whatever was made. Default: all of it."
    )
    timing: Timing = Field(
        "auto",
        description="Where line and picture differ in length: `hold` its last frame (as `auto` does), "
        "`trim` the picture to a shorter line, or `stretch` it by up to a tenth.",
    )
    transition: Kind | Transition | None = Field(None, description="From the clip before. Default: the film's.")
    backend: Backend | None = Field(None, description="Default: the film's.")
    model: Text | None = Field(None, description="Default: the backend's.")
    negative_prompt: str = Field("", max_length=2500, description="What must not be seen.")
    seed: int | None = Field(None, ge=0, le=4294967295, description="Where the backend takes one.")
    trim: bool | None = Field(
        None, description="Ask for a longer clip and cut it, where the backend has no such length."
    )
    take: int = Field(1, ge=1, le=999, description="A higher number asks for another take on purpose.")

    @model_validator(mode="before")
    @classmethod
    def _timing_as_fit(cls, given: Any) -> Any:  # noqa: ANN401 (whatever stands in the file)
        """People call both `fit`: what is done with a picture of another shape, and of another length."""
        if isinstance(given, dict) and "timing" not in given and given.get("fit") in get_args(Timing):
            given = dict(given)
            given["timing"] = given.pop("fit")
        return given

    @field_validator("prompt")
    @classmethod
    def _said_something(cls, prompt: str | Prompt) -> str | Prompt:
        text = prompt if isinstance(prompt, str) else prompt.action
        if not text.strip():
            raise ValueError("is empty; say what happens in the clip")
        return prompt

    @model_validator(mode="after")
    def _one_picture(self) -> Self:
        named = {"composite": self.composite, "keyframes": self.keyframes, "source: text": self.source}
        given = [name for name, value in named.items() if value is not None]
        if len(given) > 1:
            raise ValueError(f"has more than one picture source ({', '.join(given)}); keep one")
        if self.continue_ and (self.composite is not None or self.source is not None):
            raise ValueError(f"has `continue: true` beside {given[0]}; keep one")
        if self.continue_ and self.keyframes is not None and self.keyframes.start is not None:
            raise ValueError("has `continue: true` beside keyframes.start; keep one")
        return self

    def prompt_text(self) -> str:
        """The prompt as one text."""
        if isinstance(self.prompt, str):
            return self.prompt.strip()
        return prompts.join(self.prompt.model_dump())

    def prompt_parts(self) -> tuple[tuple[str, str], ...]:
        """The named parts of the prompt that are not empty, in their order; none when it is one text."""
        if isinstance(self.prompt, str):
            return ()
        return tuple((name, text.strip()) for name, text in self.prompt.model_dump().items() if text.strip())

    def camera_text(self) -> str:
        """What the prompt says about the camera; empty when it says nothing."""
        if isinstance(self.prompt, str):
            return prompts.camera_part(self.prompt)
        return self.prompt.camera


class Music(_Part):
    """The music under a film."""

    file: PathText = Field(description="A sound file inside the project; it is repeated until the film's end.")
    gain_db: float = Field(-12, ge=-60, le=20, description="How much louder it is made; under the voice it is softer.")
    fade_in_s: float = Field(1, ge=0, le=60, description="Seconds until it is there.")
    fade_out_s: float = Field(4, ge=0, le=60, description="Seconds before the film's end in which it goes.")


class Story(_Part):
    """What a storyboard is drafted to be, when there is a story and no list of clips."""

    clips: int = Field(18, ge=1, le=MAX_CLIPS, description="How many clips.")
    direction: str = Field("", max_length=4000, description="Tone, audience, what to leave out: said to who drafts it.")
    keyframes: list[int] = Field([], description="Numbers of the clips that go from a start to an end keyframe.")
    keyframes_backend: Backend | None = Field(None, description="Who animates those. Default: the film's backend.")


class Storyboard(_Part):
    """The list of clips in a file of its own, for a manifest without `clips`."""

    style: str = Field("", max_length=500, description="How all described pictures are drawn.")
    characters: dict[Name, Look] = Field({}, max_length=50, description="Who is seen, by name.")
    clips: list[Clip] = Field(description="As in a manifest.")


class Manifest(_Part):
    """What a film is."""

    title: Text = Field(description="The film's title.")
    size: list[Size] | None = Field(None, min_length=2, max_length=2, description="Width and height in pixels, even.")
    aspect: Literal["16:9", "9:16", "1:1"] | None = Field(None, description="In place of `size`.")
    fps: float = Field(24, ge=1, le=60, description="Frames a second; 23.976, 29.97 and 59.94 are the NTSC rates.")
    backend: Backend = Field("animatic", description="Who animates the clips.")
    model: Text | None = Field(None, description="Default: the backend's.")
    duration: float = Field(10, gt=0, description="Seconds of a clip.")
    trim: bool = Field(False, description="Ask for longer clips and cut them, where a backend has no such length.")
    transition: Kind | Transition = Field("cut", description="From each clip into the next.")
    captions: Captions = Field("soft", description="`soft`: a track that viewers switch on; `burned` into the picture.")
    reframe: Reframe = Field("blur", description="How final_9x16.mp4 and final_1x1.mp4 are filled beside the picture.")
    budget_usd: float | None = Field(None, ge=0, description="What this film may cost.")
    voice: str = Field(
        "scratch",
        pattern=forms.VOICE,
        description="scratch | elevenlabs:<voice id>",
    )
    music: PathText | Music | None = Field(None, description="Default: audio/music.* if there is one.")
    effects: Literal["none", "elevenlabs"] | None = Field(
        None, description="Who makes the sound effects; none: nobody, they are silent."
    )
    images: ImagesMaker | None = Field(
        None, description="Who draws described pictures: gemini, or a free sketch. Default: gemini where a key is set."
    )
    style: str = Field("", max_length=500, description="How described pictures are drawn. Default: the storyboard's.")
    characters: dict[Name, Look] = Field(
        {}, max_length=50, description="Who is seen in described pictures, by name; goes before the storyboard's."
    )
    story: Story | None = Field(None, description="What storyboard.yaml is drafted to be from story.md.")
    notify: Notify | None = Field(None, description="Who is told of its runs. Default: as config.yaml says.")
    publish: Publish | None = Field(None, description="Where it is published. Default: as config.yaml says.")
    clips: list[Clip] | None = Field(None, description="Left out: taken from storyboard.yaml.")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.size is not None and self.aspect is not None:
            raise ValueError("has both `size` and `aspect`; keep one")
        return self

    def frame(self) -> tuple[int, int]:
        """Width and height in pixels."""
        if self.size is not None:
            return self.size[0], self.size[1]
        return SIZES[self.aspect or "16:9"]
