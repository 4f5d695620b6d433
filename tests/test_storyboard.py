"""A story becomes a list of clips without any model: the same one each time, complete, and in the story's own words."""

# ruff: noqa: RUF001 (stories in other scripts)
from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO, SIZE, Studio, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from storied_films import BOARD, STORY, board_of

from workflow_lib import story, yamlfile
from workflow_lib.config import Config
from workflow_lib.drafting import checking, embedded, sentences, writing
from workflow_lib.errors import InvalidInput
from workflow_lib.layout import Project
from workflow_lib.manifest import Storyboard
from workflow_lib.media import voice
from workflow_lib.timing import LEAD_S, TAIL_S

FABLE = (REPO / "projects/shepherd/story.md").read_text(encoding="utf-8")


def brief_of(folder: Path, text: str, manifest: str = "story: {clips: 6}") -> story.Brief:
    """The brief of a story in a project of its own."""
    project = Project(folder / "projects/film")
    project.root.mkdir(parents=True, exist_ok=True)
    project.manifest.write_text(f"title: A tale\n{manifest}\n")
    project.story.write_text(text, encoding="utf-8")
    return story.read(project, Config())


def checked(brief: story.Brief, board: dict[str, Any]) -> Storyboard:
    """The board as a storyboard; it must be one."""
    wrong: list[str] = []
    found = checking.checked(board, brief, Config(), wrong)
    assert not wrong
    assert found is not None
    return found


def test_a_story_that_fits_is_told_word_for_word(tmp_path: Path) -> None:
    """The lines of the clips, one after the other, are the story."""
    brief = brief_of(tmp_path, FABLE, "story: {clips: 7}")

    board = checked(brief, embedded.draft(brief))

    told = " ".join(clip.narration for clip in board.clips)
    plain = brief.text.partition("\n\n")[2]
    assert _letters(told) == _letters(plain)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def test_a_story_that_is_too_long_loses_whole_sentences_evenly(tmp_path: Path) -> None:
    """What is left out are sentences, the first and the last stay, and no stretch of the story is silent."""
    listed = [f"This is what happened on day {day} of the long journey to the sea." for day in range(1, 41)]
    brief = brief_of(tmp_path, " ".join(listed))

    board = checked(brief, embedded.draft(brief))

    told = [part for clip in board.clips for part in sentences.sentences(clip.narration)]
    places = [listed.index(part) for part in told]
    assert (places[0], places[-1]) == (0, 39)
    assert places == sorted(places)
    gaps = [after - before for before, after in pairwise(places)]
    assert max(gaps) - min(gaps) <= 1


def test_who_is_in_a_fable_is_found_and_seen_where_he_is_named(tmp_path: Path) -> None:
    """Animals and people who come again are characters; a clip shows those whom its line names."""
    brief = brief_of(tmp_path, FABLE, "story: {clips: 7}")

    board = checked(brief, embedded.draft(brief))

    assert {"wolf", "boy"} <= set(board.characters)
    assert "shepherd" not in board.characters
    seen = [checking.seen_in(clip) for clip in board.clips]
    assert seen[0] == ["boy"]
    assert {"wolf", "boy"} == set(seen[4])
    assert board.characters["wolf"].colours


@pytest.mark.parametrize(
    ("called", "name"),
    [("Amélie", "amelie"), ("Þorvald", "thorvald"), ("Øyvind", "oyvind"), ("Bo" + "o" * 60, "bo" + "o" * 38)],
)
def test_names_with_letters_of_other_languages_are_characters(tmp_path: Path, called: str, name: str) -> None:
    """Whoever comes again in a story is a character, under a name that a storyboard may have."""
    told = f"Then {called} ran to the hill. At night {called} slept. In the end we saw {called} again."
    brief = brief_of(tmp_path, told, "duration: 10\nstory: {clips: 3}")

    board = checked(brief, embedded.draft(brief))

    assert list(board.characters) == [name]
    assert checking.seen_in(board.clips[0]) == [name]
    assert called in board.characters[name].look


def test_the_camera_never_moves_the_same_way_twice_in_a_row(tmp_path: Path) -> None:
    """Each clip has a move of its own, as the last of its prompt's parts."""
    brief = brief_of(tmp_path, FABLE, "story: {clips: 12}")

    board = checked(brief, embedded.draft(brief))

    moves = [clip.camera_text() for clip in board.clips]
    assert all(before != after for before, after in pairwise(moves))
    assert all(clip.prompt_text().rstrip(".").lower().endswith(clip.camera_text()) for clip in board.clips)


def test_a_draft_is_the_same_each_time_and_reads_as_it_was_written(tmp_path: Path) -> None:
    """Nothing in it depends on the moment; the file holds what was drafted."""
    brief = brief_of(tmp_path, FABLE)

    first, second = embedded.draft(brief), embedded.draft(brief)

    assert first == second
    text = writing.text_of(first, brief.project, "Drafted for a test.")
    assert yamlfile.parse(text, "storyboard.yaml") == first


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), min_size=1, max_size=12),
    st.integers(1, 30),
    st.sampled_from([1, 3, 10]),
)
def test_any_text_makes_as_many_clips_as_are_asked_for(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], clips: int, seconds: int
) -> None:
    """Whatever is written as a story, the draft is valid, its lines fit, and it can be written down."""
    text = ". ".join(parts)
    folder = tmp_path_factory.mktemp("any")
    manifest = f"duration: {seconds}\nstory: {{clips: {clips}, keyframes: [1]}}"
    if not any(letter.isalnum() for letter in text):
        with pytest.raises(InvalidInput, match="says nothing"):
            brief_of(folder, text, manifest)
        return
    brief = brief_of(folder, text, manifest)

    board = embedded.draft(brief)

    assert len(checked(brief, board).clips) == clips
    assert yamlfile.parse(writing.text_of(board, brief.project, "For a test."), "storyboard.yaml")


def test_lines_are_spoken_within_their_clips(tmp_path: Path) -> None:
    """What is taken to fit a clip fits it when the scratch voice speaks it."""
    brief = brief_of(tmp_path, FABLE, "duration: 8\nstory: {clips: 9}")

    board = checked(brief, embedded.draft(brief))

    lines = [clip.narration for clip in board.clips if clip.narration]
    for line in lines:
        spoken = voice.speak(line, tmp_path / "line.wav").duration_s
        assert LEAD_S + spoken + TAIL_S <= 8


@pytest.mark.parametrize(
    "text",
    [
        "The fog comes\n\non little cat feet\n\nIt sits looking\n\nThen it moves on",
        "# Fog\n\nThe fog comes\n\non little cat feet\n\nIt sits looking\n\nThen it moves on",
        "The fog comes\n\non little cat feet\n\nIt sits looking\n\nThen it moves on.",
        "Fog\n\nThe fog comes on little cat feet. It sits looking\n\nThen it moves on",
        "# Fog\n\nThe fog comes on little cat feet. It sits looking.\n\n## Then it moves on",
    ],
)
def test_a_poem_is_told_line_by_line(tmp_path: Path, text: str) -> None:
    """Short lines without an end are spoken, each and in their order, also the last ones under a heading."""
    board = checked(brief := brief_of(tmp_path, text), embedded.draft(brief))

    told = " ".join(clip.narration for clip in board.clips)
    assert _letters(told).removeprefix("Fog") == "ThefogcomesonlittlecatfeetItsitslookingThenitmoveson"


def test_a_heading_stands_alone_above_its_text() -> None:
    """What is above a text is its heading; a heading without a text below is one, a title above a heading is none."""
    tales = "The Fox\n\nA fox ran.\n\n# The Hens\n\n# The Cocks\n\nA cock crowed.\n\nThe end"

    assert sentences.paragraphs(tales) == [
        ("The Fox", ["A fox ran."]),
        ("", ["The Hens"]),
        ("The Cocks", ["A cock crowed."]),
        ("", ["The end"]),
    ]
    assert sentences.paragraphs("XVII\n\nOf a Fox\n\nIt ran.") == [("", ["XVII"]), ("Of a Fox", ["It ran."])]
    assert sentences.paragraphs("# Tales\n\n## The Fox\nIt ran.") == [("The Fox", ["It ran."])]
    assert sentences.paragraphs("# Tales\n\nby A. Nonymous\n\nIt ran.") == [
        ("Tales", ["by A. Nonymous"]),
        ("", ["It ran."]),
    ]


SCRIPTS = {
    "Russian": "На {} день они шли к морю, и было ещё далеко. ",
    "Greek": "Την {} μέρα πήγαιναν προς τη θάλασσα; ήταν μακριά. ",
    "Polish": "Żeglarze {} dnia szli nad morze, a było jeszcze daleko. ",
    "Hindi": "यात्रा के दिन {} पर वे समुद्र की ओर चले। ",
    "Arabic": "في اليوم {} ساروا نحو البحر وكان بعيدا. ",
    "Chinese": "第{}天他们走向大海，路还很远，天也黑了。",
    "Japanese": "{}日目に彼らは海へ向かって歩いたが、まだ遠かった！",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_story_in_any_script_loses_whole_sentences_evenly(tmp_path: Path, script: str) -> None:
    """Sentences end as their script ends them: lines are whole sentences, the first and the last among them."""
    listed = [SCRIPTS[script].format(day).strip() for day in range(101, 141)]
    between = "" if script in ("Chinese", "Japanese") else " "
    brief = brief_of(tmp_path, between.join(listed), "duration: 6\nstory: {clips: 6}")

    board = checked(brief, embedded.draft(brief))

    told = [part for clip in board.clips for part in sentences.sentences(clip.narration)]
    places = [listed.index(part) for part in told]
    assert (places[0], places[-1]) == (0, 39)
    gaps = [after - before for before, after in pairwise(places)]
    assert max(gaps) - min(gaps) <= 1
    assert all(between.join(sentences.sentences(clip.narration)) == clip.narration for clip in board.clips)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("А. С. Пушкин жил там. Он писал.", ["А. С. Пушкин жил там.", "Он писал."]),
        ("«Стой!» — крикнул он. «Куда?» Лиса ушла.", ["«Стой!» — крикнул он.", "«Куда?»", "Лиса ушла."]),
        ("— Да! — сказал он. — Иду.", ["— Да! — сказал он.", "— Иду."]),
        ("Πού πας; Στη θάλασσα.", ["Πού πας;", "Στη θάλασσα."]),
        ("He went; Ann stayed. ¿Y tú? Yo no.", ["He went; Ann stayed.", "¿Y tú?", "Yo no."]),
        ("他说：“走吧！”她走了。天黑了……他回来了。", ["他说：“走吧！”她走了。", "天黑了……他回来了。"]),
        ("“你好！”“再见！”", ["“你好！”", "“再见！”"]),
        ("「行こう！」と彼は言った。「はい。」", ["「行こう！」と彼は言った。", "「はい。」"]),
        (
            "It cost 3.50 in all. and so on. eBay is one. 7 came.",
            ["It cost 3.50 in all. and so on. eBay is one.", "7 came."],
        ),
    ],
)
def test_a_sentence_ends_where_its_script_ends_it(text: str, found: list[str]) -> None:
    """Stops, quotation marks and capitals of other scripts are known; what goes on in small letters is one sentence."""
    assert sentences.sentences(text) == found


def test_lines_in_a_script_without_spaces_get_none() -> None:
    """Where parts of a Chinese story meet in a line, no space is put between them."""
    assert sentences.spoken(["天黑了。", "他回来了。", "OK, 好。"]) == "天黑了。他回来了。OK, 好。"


def test_abbreviations_end_no_sentence() -> None:
    """A stop after a title or an initial does not part a sentence; quotation marks stay with theirs."""
    text = "Mr. Fox met Dr. A. Goose. “Good day!” said he. She left."

    found = sentences.sentences(text)

    assert found == ["Mr. Fox met Dr. A. Goose.", "“Good day!” said he.", "She left."]
    assert sentences.spoken(["she said, “Come"]) == "she said, “Come”"
    assert sentences.spoken(["and go,” he said."]) == "“and go,” he said."


def story_project(studio: Studio, project: str = "film") -> None:
    """Write a small project of a story, to be drafted without any key."""
    film = {"title": "A tale", "size": list(SIZE), "fps": 8, "duration": 3, "story": {"clips": 2}}
    studio.write(film, project)
    studio.path("story.md", project).write_text(STORY, encoding="utf-8")


def test_a_bare_story_becomes_a_film_without_any_key(studio: Studio) -> None:
    """One plain command drafts the clips by itself, says so, and builds them; the next run has nothing to do."""
    story_project(studio)
    story_project(studio, "drafted")
    studio.build("projects/drafted/storyboard.yaml")
    for number, clip in enumerate(board_of(studio, "drafted")["clips"], start=1):
        # What is described would be drawn; these pictures are the user's own.
        draw(studio.path(f"assets/backgrounds/clip_{number:02d}.png"))
        for place, one in enumerate(clip["composite"].get("characters", []), start=1):
            name = f"assets/characters/clip_{number:02d}_{place}_{one['character']}.png"
            draw(studio.path(name), "#803020", (30, 40), figure=True)

    said = studio.build()

    assert "a draft made without a model" in said
    assert "projects/film/final.mp4: 0 clips kept, 2 to make" in said
    text = studio.path("storyboard.yaml").read_text()
    assert "without a model" in text.splitlines()[1]
    assert studio.path("final.mp4").exists()
    assert "Nothing to be done" in studio.build()
    assert studio.clipwright("check", "film").returncode == 0


@pytest.mark.parametrize(
    ("name", "manifest", "text", "said"),
    [
        ("no story", "title: T\n", None, "story.md: there is no such file"),
        ("clips", "title: T\nclips: [{prompt: A., source: text}]\n", STORY, "lists the clips itself"),
        ("empty", "title: T\n", "<!-- nothing -->", "story.md: says nothing"),
        ("keyframes", "title: T\nstory: {clips: 2, keyframes: [3]}\n", STORY, "names clip 3 of 2"),
        ("typo", "title: T\nstory: {clip: 2}\n", STORY, "did you mean `clips`?"),
    ],
)
def test_what_is_wrong_with_a_story_is_one_line(
    studio: Studio, name: str, manifest: str, text: str | None, said: str
) -> None:
    """A storyboard that cannot be drafted ends the run with 3, and names file and key."""
    studio.write(manifest)
    if text is not None:
        studio.path("story.md").write_text(text)

    done = studio.snakemake("-n", BOARD)

    assert done.returncode == 3, (name, done.stdout)
    assert said in done.stdout


def test_new_makes_a_project_of_a_story(studio: Studio) -> None:
    """`clipwright new --story` gives a project that can be drafted at once."""
    path = studio.folder / "tale.txt"
    path.write_text(STORY)

    done = studio.clipwright("new", "tale", "--story", "tale.txt", "--clips", "4")

    assert done.returncode == 0, done.stderr
    assert studio.path("story.md", "tale").read_text() == STORY
    studio.build("projects/tale/storyboard.yaml")
    assert len(board_of(studio, "tale")["clips"]) == 4


def test_a_storyboard_in_another_encoding_is_kept_as_it_is(studio: Studio) -> None:
    """`clipwright redraft` keeps the bytes of the old storyboard, whatever they are."""
    story_project(studio)
    studio.build("projects/film/storyboard.yaml")
    old = studio.path("storyboard.yaml", "film")
    text = old.read_text().encode("utf-16")
    old.write_bytes(text)

    done = studio.clipwright("redraft", "film", "--yes")

    assert done.returncode == 0, done.stderr
    kept = done.stdout.splitlines()[-1].removeprefix("the old one is kept as ")
    assert (studio.folder / kept).read_bytes() == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no such file"),
        (b"\xff\xfe", "is not UTF-8 text (byte 0) (save it as UTF-8)"),
        (b" \n", "says nothing"),
        (b"A tortoise walks. " * 23_000, "is larger than 400 kB (make a film of each chapter)"),
    ],
)
def test_new_makes_no_project_of_what_is_no_story(studio: Studio, text: bytes | None, said: str) -> None:
    """What `clipwright new --story` cannot use is named in one line, and no project is made of it."""
    path = studio.folder / "tale.txt"
    if text is not None:
        path.write_bytes(text)

    done = studio.clipwright("new", "tale", "--story", "tale.txt")

    assert (done.returncode, done.stderr.strip()) == (3, f"tale.txt: {said}")
    assert not studio.path("", "tale").exists()


def test_a_film_that_cannot_be_built_once_it_is_drafted_stops_no_other(studio: Studio) -> None:
    """A storyboard that turns out to be wrong fails its own film with 3, says why, and leaves the others alone."""
    story_project(studio)
    path = studio.path("assets/composites", "film")
    path.mkdir(parents=True)
    (path / "clip_01.png").write_text("no picture")
    other = {"title": "Other", "size": list(SIZE), "fps": 8, "duration": 0.5}
    studio.write({**other, "clips": [{"prompt": "A. Static camera.", "source": "text"}]}, "other")

    done = studio.snakemake("--cores", "2", "all")

    assert done.returncode == 3, done.stdout
    assert "clip_01" in done.stdout
    assert studio.path("final.mp4", "other").exists()
    assert not studio.path("final.mp4").exists()
