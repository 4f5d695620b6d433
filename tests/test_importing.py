"""`clipwright import`: storyboards of other programs, good, odd and hostile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import REPO, SIZE, Studio, draw
from hypothesis import given
from hypothesis import strategies as st
from imported_boards import manifest, problems, read, sheet

from workflow_lib.errors import InvalidInput

ROWS = [
    ["Shot #", "Visual", "Voice-over (VO)", "Duration (s)", "Image", "Camera movement", "Sound FX"],
    [
        "1",
        'A tortoise, "the old one",\nwalks on.',
        "Les tortues é",
        "10 s",
        "pics/slope one.png",
        "slow push in",
        "waves",
    ],
    ["2", "The finch hops; it sings.", "", "0:10", "pics/slope one.png", "", ""],
    ["", "", "", "", "", "", ""],
    ["3", "Night falls over the crater", "Fin.", "5", "", "static", ""],
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_spreadsheet_is_read_however_it_was_saved(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """Separator and encoding make no difference; quotes, line breaks and empty rows are understood."""
    found = read(tmp_path, sheet(ROWS, delimiter).encode(encoding))

    assert [clip["prompt"] for clip in found.clips] == [
        {"action": 'A tortoise, "the old one", walks on.', "camera": "slow push in"},
        "The finch hops; it sings.",
        {"action": "Night falls over the crater", "camera": "static"},
    ]
    assert found.clips[0]["narration"] == "Les tortues é"
    assert found.clips[0]["sound_effect"] == "waves"
    assert [clip["duration"] for clip in found.clips] == [10, 10, 5]
    assert found.places == ["row 2", "row 3", "row 5"]


def test_a_spreadsheet_of_eighteen_rows_is_a_film_in_one_command(studio: Studio) -> None:
    """Pictures are copied, the manifest is checked without a word, and Snakemake plans every clip."""
    for number in range(1, 4):
        draw(studio.folder / f"in/pics/still {number}.png", size=(1920, 1080))
    rows = [["Nr", "Prompt", "Narration", "Seconds", "Picture", "Producer"]]
    rows += [
        [str(n), f"Bird {n} sings.", f"Line {n}.", "5", f"pics\\still {n % 3 + 1}.png", "Ann"] for n in range(1, 19)
    ]
    (studio.folder / "in/board.csv").write_text(sheet(rows, ";"), encoding="utf-8-sig")

    done = studio.clipwright("import", "in/board.csv", "--project", "birds", "--title", 'Birds: "all"')

    assert done.returncode == 0, done.stderr
    assert done.stdout == "projects/birds/project.yaml\n"
    assert "18 clips, 3 pictures copied" in done.stderr
    assert "the column 'Producer' is left out" in done.stderr
    text = studio.path("project.yaml", "birds").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../schemas/project.schema.json\n# From board.csv.\n")
    assert yaml.safe_load(text)["title"] == 'Birds: "all"'
    assert (
        studio.path("assets/still_2.png", "birds").read_bytes() == (studio.folder / "in/pics/still 2.png").read_bytes()
    )
    checked = studio.clipwright("check", "birds")
    assert (checked.returncode, checked.stderr) == (0, "1 project checked, nothing wrong\n")
    assert studio.planned("projects/birds/final.mp4")[0]["generate_clip"] == 18


def test_an_imported_film_is_built(studio: Studio) -> None:
    """What is imported is a film like any other."""
    draw(studio.folder / "a.png")
    (studio.folder / "b.csv").write_text("Prompt,Length,Image\nA bird sings.,0.5,a.png\n")
    studio.clipwright("import", "b.csv", "--project", "film")
    text = studio.path("project.yaml").read_text().replace("[1920, 1080]", str(list(SIZE)))
    studio.write(text)

    studio.build("projects/film/draft.mp4")

    assert studio.path("draft.mp4").exists()


def test_an_existing_project_is_never_replaced(studio: Studio) -> None:
    """The second import of the same name is refused with 3, and so is a name that is none; nothing changes."""
    (studio.folder / "b.csv").write_text("Prompt\nA bird sings.\n")
    first = studio.clipwright("import", "b.csv", "--project", "film")
    before = studio.path("project.yaml").read_text()
    (studio.folder / "b.csv").write_text("Prompt\nA fish swims.\n")

    again = studio.clipwright("import", "b.csv", "--project", "film")
    outside = studio.clipwright("import", "b.csv", "--project", "../film")

    assert (first.returncode, again.returncode, outside.returncode) == (0, 3, 3)
    assert "is already there" in again.stderr
    assert studio.path("project.yaml").read_text() == before


def test_a_dry_run_prints_and_writes_nothing(studio: Studio) -> None:
    """-n prints the manifest that would be written; no folder is made."""
    (studio.folder / "b.csv").write_text("Regie,Bild\nlangsam,A bird sings.\n")

    options = ["--project", "film", "--map", "Bild=prompt", "--map", "Regie=camera"]
    done = studio.clipwright("import", "b.csv", "-n", "--backend", "kling", *options)

    assert yaml.safe_load(done.stdout)["backend"] == "kling"
    assert yaml.safe_load(done.stdout)["clips"][0]["prompt"] == {"action": "A bird sings.", "camera": "langsam"}
    assert not studio.path("").exists()


def test_every_problem_is_named_by_row_and_column(tmp_path: Path) -> None:
    """All problems come at once, as the spreadsheet counts its rows; nothing is guessed."""
    rows = [["Prompt", "Duration", "Backend", "Seed", "Start frame", "End frame", "Transition"]]
    rows += [["A bird.", "ten", "kling", "1", "", "", ""], ["", "10", "sora", "x", "", "b.png", "wobble"]]
    rows += [["A bird.", "0", "", "", "", "", "", "stray"]]

    assert problems(tmp_path, sheet(rows)) == [
        "board.csv: row 4: has 8 cells; there are 7 columns (put cells with a separator in them into quotes)",
        'board.csv: row 2, column "Duration": "ten" is no length (10, 10 s or 0:10)',
        'board.csv: row 3, column "Prompt": is empty (say what happens in the clip)',
        'board.csv: row 3, column "End frame": is an end picture without a start (name the start too)',
        'board.csv: row 3, column "Backend": "sora" is no backend (animatic, kling, veo or omni)',
        'board.csv: row 3, column "Seed": "x" is no whole number from 0 to 4294967295',
        'board.csv: row 3, column "Transition": "wobble" is no transition (cut, crossfade or dip)',
        'board.csv: row 4, column "Duration": "0" is no length (10, 10 s or 0:10)',
    ]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "board.csv", "has no clips in it"),
        ("Prompt\n", "board.csv", "has no clips in it"),
        ("Foo,Bar\na,b\n", "board.csv", "the columns are 'Foo', 'Bar'; name the one that does: --map COLUMN=prompt"),
        ("Prompt,prompt \na,b\n", "board.csv", 'has the column "prompt" twice'),
        ("Prompt\n" + "A bird.\n" * 1000, "board.csv", "has 1,000 clips (999 at most)"),
        ("Prompt\n" + "a" * 100_000, "board.csv", 'row 2, column "Prompt": has 100000 characters; 10000 at most'),
        ("{", "board.json", "is not readable JSON"),
        ("[" * 100_000, "board.json", "is not readable JSON"),
        ("3", "board.json", "holds no list of clips"),
        ('{"clips": ["a", {"prompt": "b"}]}', "board.json", 'clips[1]: is "a", not an object'),
        ("just words", "board.md", "has no clips in it"),
        ("x", "board.docx", "is no storyboard: its name ends in .docx"),
    ],
)
def test_what_is_no_storyboard_is_one_line(tmp_path: Path, text: str, name: str, said: str) -> None:
    """Each wrong file is named with what is wrong and what to do."""
    assert any(said in problem for problem in problems(tmp_path, text, name))


CLOSE = '(close the quote at the end of its cell; inside a quoted cell write "" for a quote: """Big"" film")'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'sep=,\nPrompt,Seconds\n"A\nbird.",1\n"A fish,2\nA fox.,3\n',
            "line 5: opens a quote that is not closed where its cell ends",
        ),
        (
            'Prompt,Seconds\n"A fish,2\n"A fox.",3\nAn owl.,4\n',
            "line 2: opens a quote that is not closed where its cell ends",
        ),
        ('Prompt,Seconds\n"Big" film,2\n', "line 2: goes on after the closing quote of a cell"),
        ('Nr;"Prompt" text;Prompt\n1;a;b\n', "line 1: goes on after the closing quote of a cell"),
        ('Foo,Bar\n"Big" film,2\n', "line 2: goes on after the closing quote of a cell"),
    ],
)
def test_a_broken_quote_swallows_no_clip(tmp_path: Path, text: str, said: str) -> None:
    """A quote that is not closed, or around a part of a cell, is told with the line on which its row begins."""
    assert problems(tmp_path, text) == [f"board.csv, {said} {CLOSE}"]


@pytest.mark.parametrize(
    "text",
    [
        '"Prompt";"Voice-over, text"\n"A bird; it sings.";"One, two"\n',
        'Nr;Action;Text\n1;A bird.;"One"\n2;"A list";walk, camera, light, text\n"3";"An ""odd"", one";x\n',
        'Prompt\tText\n"A, b"\tsaid "so", or not\n',
        'Prompt,Text\nA "big", bird\nThe 5" one,"2"\n',
    ],
)
def test_a_quote_is_judged_by_the_separator_that_the_file_has(tmp_path: Path, text: str) -> None:
    """What would be a broken quote between other separators is none."""
    assert read(tmp_path, text).clips


def test_hostile_names_of_columns_are_printed_plainly(studio: Studio) -> None:
    """Escapes, half characters and huge names of columns reach neither the terminal nor the manifest."""
    item = {"prompt": "A bird.", "\x1b[31mred": "1", "\ud800": "2", "n" * 100_000: "3"}
    (studio.folder / "b.json").write_text(json.dumps({"clips": [item], "\x1b]0;title": 1}))

    done = studio.clipwright("import", "b.json", "--project", "film", "-n")

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "[31mred" in done.stderr
    assert len(done.stderr) < 1000


def test_markdown_tables(tmp_path: Path) -> None:
    """Several tables, each with columns of its own; escaped pipes, alignment, code and other tables are understood."""
    text = """# The *long* day

| # | Visual | VO | Length | First frame | Last frame |
|--:|:------|----|:--:|---|---|
| 1 | A boat \\| a big one | Hello<br>there | 0:05 | A boat at sea | |
| 2 | Night falls. | | 8 | a day | a night |

| who | does |
|---|---|
| Ann | sound |

```
| Visual |
|---|
| not this |
```

Scene | Description | Neg
--- | --- | ---
3 | The end | text
"""
    board = read(tmp_path, text, "board.md")

    clips = manifest(board)["clips"]
    assert clips[0] == {
        "prompt": "A boat | a big one",
        "narration": "Hello there",
        "composite": {"background": {"describe": "A boat at sea"}},
    }
    assert clips[1]["keyframes"] == {"start": {"describe": "a day"}, "end": {"describe": "a night"}}
    assert clips[1]["duration"] == 8
    assert clips[2] == {"prompt": "The end", "negative_prompt": "text", "source": "text"}
    assert board.title == "The *long* day"
    assert any("line 8" in note and "left out" in note for note in board.notes)


def test_a_storyboard_of_scenes_and_shots(tmp_path: Path) -> None:
    """A storyboard of the ViMax benchmark becomes a film: first frames that are text are described pictures."""
    source = REPO / "tests/data/vimax/artist_extreme_weather_typeA.json"
    board = read(tmp_path, source.read_bytes(), source.name)

    shots = [shot for scene in json.loads(source.read_bytes())["scenes"] for shot in scene["shots"]]
    clips = manifest(board)["clips"]
    assert [clip["prompt"] for clip in clips] == [shot["video_prompt"] for shot in shots]
    assert [clip["composite"]["background"]["describe"] for clip in clips] == [shot["first_frame"] for shot in shots]
    assert board.scenes[0] == "1"
    assert any("story_overview" in note for note in board.notes)


def test_json_in_the_shapes_that_people_write(tmp_path: Path) -> None:
    """A list, `clips`, or a manifest's own five parts and keyframes are read alike."""
    own = [
        {"prompt": {"action": "A bird sings", "camera": "pan left"}, "keyframes": {"start": "a.png", "end": "b.png"}}
    ]
    for value in (own, {"clips": own}, {"title": "Birds", "scenes": [{"title": "One", "shots": own}]}):
        clip = read(tmp_path, json.dumps(value), "board.json").clips[0]

        assert clip["prompt"] == {"action": "A bird sings", "camera": "pan left"}
        assert clip["keyframes"] == {"start": "keyframes/a.png", "end": "keyframes/b.png"}


def test_numbers_are_kept_where_they_say_something(tmp_path: Path) -> None:
    """Gaps in the numbers are kept; numbers that start again in each scene are not, and that is said."""
    gap = read(tmp_path, "Clip,Prompt\n1,A bird.\n7,A fish.\n")
    again = read(tmp_path, "Clip,Prompt\n1,A bird.\n1,A fish.\n")

    assert [clip.get("number") for clip in gap.clips] == [1, 7]
    assert [clip.get("number") for clip in again.clips] == [None, None]
    assert any("numbered in their order" in note for note in again.notes)


@given(st.lists(st.lists(st.text(max_size=30), min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_cells_make_a_manifest_that_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Whatever stands in the cells, the manifest is valid and holds it, or the problem is named."""
    folder = tmp_path_factory.mktemp("any")
    text = sheet([["Prompt", "Narration"], *([f"A bird {prompt}", line] for prompt, line in rows)])
    try:
        board = read(folder, text.encode("utf-8", errors="replace"))
    except InvalidInput:
        return

    assert [clip["prompt"] for clip in manifest(board)["clips"]] == [clip["prompt"] for clip in board.clips]
