"""The prompt linter: what it finds, what it leaves alone, and what it proposes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import REPO, Studio, small_film
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib import proofreading, wording
from workflow_lib.catalog import Backend
from workflow_lib.config import Config
from workflow_lib.wording import Asked, Finding

STORYBOARDS = REPO / "tests/data/vimax"
KLING = "kling/v2-5-turbo-image-to-video-pro"


def lint(
    prompt: str | dict[str, str], seconds: float = 5, backend: Backend = "kling", model: str = KLING, negative: str = ""
) -> dict[str, Finding]:
    """What is found in a prompt, by kind."""
    parts = {"": prompt} if isinstance(prompt, str) else prompt
    asked = Asked("f.yaml", "clips[1].prompt", "clip_01", parts, backend, model, seconds, negative)
    return {finding.kind: finding for finding in wording.lint(asked)}


@pytest.mark.parametrize(
    ("prompt", "kind", "proposal"),
    [
        ("Slow push in. A finch turns its head.", "camera_first", "better: A finch turns its head. Slow push in."),
        ("Push in, then pan right as the ship sails.", "camera_first", "better: The ship sails. Push in. Pan right."),
        ("Close-up: a bee lands on a flower.", "framing_first", "better: A bee lands on a flower. Close-up."),
        (
            "Wide shot of a lone astronaut walking across red dunes.",
            "framing_first",
            "better: A lone astronaut walking across red dunes. Wide shot.",
        ),
        (
            "Dawn, misty harbour. A fishing boat leaves the quay. Slow pan right.",
            "setting_first",
            "better: A fishing boat leaves the quay. Dawn, misty harbour. Slow pan right.",
        ),
        (
            "INT. KITCHEN - NIGHT. A woman opens the fridge.",
            "setting_first",
            "better: A woman opens the fridge. INT. KITCHEN - NIGHT.",
        ),
        ("A quiet street without any people.", "negation", "leave it out, and write `negative_prompt: people`"),
        ("A quiet street. No text, no logo.", "negation", "leave it out, and write `negative_prompt: text, logo`"),
        ("Faces in a crowd. Don't show hands.", "negation", "leave it out, and write `negative_prompt: hands`"),
        ("A street at rest, no camera movement.", "negation", 'write "static camera" for "no camera movement"'),
        ("She steps around the stand without touching it.", "negation", "say what is seen in its place"),
    ],
)
def test_a_finding_proposes_what_to_write(prompt: str, kind: str, proposal: str) -> None:
    """Each finding says in words that can be copied what would be better."""
    assert lint(prompt)[kind].suggestion == proposal


@pytest.mark.parametrize(
    "prompt",
    [
        "The ship sails on. Push in, then pan right.",
        "The finch hops. Slow push in with a gentle tilt up.",
        "A field of wheat. The camera pans left, then pans right.",
        "The bird flies off. Camera slowly pans and tilts to follow the bird.",
        "A dog runs. The camera follows the dog, then pulls back.",
        "Waves break on the rock. Static camera. The camera slowly pushes in.",
        "A knight waits. Crane up and tilt down over the battlefield.",
        "The camera tilts down to include the foot and then tilts back up to his face.",
    ],
)
def test_two_moves_are_found(prompt: str) -> None:
    """Moves that compete or contradict are named, whoever says them and in whatever form."""
    assert "two_moves" in lint(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "A ship sails on a calm sea. Close-up, slow push in.",
        "A finch hops. Slow push-in. The camera keeps pushing in.",
        "The camera holds for a beat, then pulls back from the ship.",
        "A chef shakes a hot pan over the fire, then tilts up the pot.",
        "She raises the camera to her eye, pans with the racing car and zooms in with her lens.",
        "Their hands meet at the table edge, then pull back.",
        "A crane lifts steel beams. Slow tilt up.",
        "Tracking shot along the river. A boat drifts. The camera retreats to keep its distance.",
    ],
)
def test_one_move_is_no_two(prompt: str) -> None:
    """A framing with a move, a move said twice, and what people do with pans and cameras are no second move."""
    assert "two_moves" not in lint(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "He walks on, no longer afraid.",
        'She says "no" and leaves.',
        "A sign reads “No entry”.",
        "He takes not only the bread but the knife.",
        "A moth circles a lamp. Day turns to night over the harbour.",
        "A girl in a midnight blue dress walks at noon.",
        "At night, a fox crosses the road.",
        "A pan flute player sits by the fountain.",
        "Two tortoises feed among the cacti; one stretches its neck, the other raises its head.",
        "海辺を走る犬、夕日が沈む。",
    ],
)
def test_what_is_well_said_is_left_alone(prompt: str) -> None:
    """No false alarm on words that only look like one."""
    assert lint(prompt) == {}


def test_actions_are_counted_against_the_length() -> None:
    """Five things in five seconds are too many, in fifteen they are not; the next clip's beginning is named."""
    prompt = "A man lights a cigarette, walks to the window, opens it, throws the match out and closes it again."

    found = lint(prompt, 5)["many_actions"]

    assert found.what == "wants 5 actions in 5 s (lights, walks, opens, throws, closes)"
    assert 'begin another clip at "throws the match out' in found.suggestion
    assert "many_actions" not in lint(prompt, 15)


def test_what_a_backend_lacks_is_not_proposed() -> None:
    """No negative prompt is proposed to a model that takes none; one that is there is added to."""
    omni = lint("A street, no people.", backend="omni", model="gemini-omni-1.2-flash")["negation"]
    kept = lint("A street, no people.", negative="blur")["negation"]

    assert "negative_prompt" not in omni.suggestion
    assert "takes no negative prompt" in omni.suggestion
    assert kept.suggestion.endswith("`negative_prompt: blur, people`")


def test_the_limit_is_the_models() -> None:
    """The same prompt is too long for one model and not for another."""
    prompt = "A tortoise walks up the black slope of the old volcano. " * 20

    assert "takes 1000" in lint(prompt, model="kling-2.6/image-to-video")["too_long"].what
    assert "too_long" not in lint(prompt)


@pytest.mark.parametrize("prompt", ["Slow push in.", "A finch.", "Waves.", "Close-up, 85mm lens, static camera."])
def test_a_prompt_that_says_nothing_is_named(prompt: str) -> None:
    """One word, or only the camera, is nothing to make a clip from."""
    assert "thin" in lint(prompt)


def test_times_that_exclude_each_other_are_named() -> None:
    """Night and midday in one shot are a contradiction."""
    found = lint("Midday sun burns over the dunes; the clear night sky is full of stars.")["contradiction"]

    assert found.what == 'has "clear night" and "Midday" in one clip'


def test_the_camera_in_another_part_is_named_with_its_place() -> None:
    """In five parts, a move outside of `camera` is found in the part where it stands."""
    parts = {"action": "Slow push in, a finch hops", "details": "", "sequence": "", "environment": "", "camera": ""}

    found = lint(parts)["wrong_part"]

    assert found.place == "clips[1].prompt.action"
    assert found.suggestion == "write `action: a finch hops`, and `camera: push in`"


@given(st.text(max_size=300))
def test_any_text_is_read(prompt: str) -> None:
    """No prompt makes the linter fail."""
    lint(prompt)
    lint({"action": prompt, "camera": prompt})


@pytest.mark.parametrize("word", ["pan ", "he turns ", "then zoom in ", "no ", "slow ", "wide-", "a, "])
def test_a_huge_prompt_takes_no_time(word: str) -> None:
    """100 kB of the words that are looked for are read like anything else."""
    found = lint(word * (100_000 // len(word)))

    assert "too_long" in found


def test_real_storyboards() -> None:
    """Over three storyboards that people wrote, the findings are those that were read and judged."""
    found: Counter[str] = Counter()
    prompts = 0
    for path in sorted(STORYBOARDS.glob("*.json")):
        asked = proofreading.of_file(path, Config(backend="kling"))
        prompts += len(asked)
        found.update(finding.kind for item in asked for finding in wording.lint(item))

    assert prompts == 44
    assert found == {"framing_first": 44, "negation": 8, "two_moves": 2, "many_actions": 2}


def test_check_prompts_tells_what_could_be_said_better(studio: Studio) -> None:
    """Findings name file, place and clip on stdout; they are warnings, and an error only with --strict."""
    manifest = small_film(studio)
    manifest["clips"][1]["prompt"] = "A brown field without people. Slow push in, then pan right."
    studio.write(manifest)
    studio.path("assets/composites/clip_02.png").unlink()

    done = studio.clipwright("check", "--prompts", "film")
    strict = studio.clipwright("check", "--prompts", "--strict")

    where = "projects/film/project.yaml: clips[2].prompt: clip_02"
    assert done.returncode == 0
    assert f'{where} asks for two camera moves, "push in" and "pan right"; keep "push in"' in done.stdout
    assert f'{where} says what is not there ("without people")' in done.stdout
    assert "4 prompts read, 2 findings in 1 of them" in done.stderr
    assert strict.returncode == 3
    assert studio.clipwright("check", "--strict").returncode == 2


def test_check_prompts_reads_files_and_storyboards_as_json(studio: Studio) -> None:
    """A storyboard and a file that could be imported are read alike, without a project; what is no file is named."""
    board = studio.folder / "board.csv"
    board.write_text("Shot,Seconds\nSlow push in. A bird sings.,5\nA bird sings.,5\n")
    root = studio.path("")
    root.mkdir(parents=True)
    (root / "project.yaml").write_text("title: T\nbackend: omni\n")
    (root / "storyboard.yaml").write_text("clips:\n- {prompt: 'A street, no people.'}\n")

    names = ["board.csv", "projects/film/storyboard.yaml", "film", "none.csv"]
    done = studio.clipwright("check", "--prompts", "--json", *names)

    told = json.loads(done.stdout)
    places = [(item["file"], item["place"], item["clip"], item["kind"]) for item in told["findings"]]
    beside = ("projects/film/storyboard.yaml", "clips[1].prompt", "clip_01", "negation")
    assert places == [("board.csv", "row 2", "clip_01", "camera_first"), beside, beside]
    assert "omni" in told["findings"][1]["suggestion"]
    assert [item["where"] for item in told["problems"]] == ["none.csv"]
    assert done.returncode == 3


def test_the_examples_of_the_docs_are_true() -> None:
    """Each example in docs/prompts.md is found as the kind under which it stands, and its better form is not."""
    text = (REPO / "docs/prompts.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `") and " | " in line]
    examples = [row for row in rows if len(row) == 4 and row[1].startswith("`")]

    assert len(examples) >= 8
    for kind, before, after, _ in examples:
        assert kind.strip("`") in lint(before.strip("`")), before
        assert kind.strip("`") not in lint(after.strip("`")), after


def test_a_path_of_the_data_is_there() -> None:
    """The storyboards carry their credit."""
    assert "MIT" in (Path(STORYBOARDS).parent / "README.md").read_text()
