"""What stands in the columns and cells of a storyboard: each is taken for what it is, or named as a problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import draw
from imported_boards import manifest, problems, read, sheet

from workflow_lib.importing import cells, columns


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Video Prompt", "prompt"), ("video_prompt", "prompt"), ("videoPrompt", "prompt"),
        ("VO", "narration"), ("V.O.", "narration"),
        ("Voice-Over", "narration"), ("SCRIPT", "narration"), ("Length (seconds)", "duration"), ("Seconds", "duration"),
        ("Start image", "start"), ("END_FRAME", "end"), ("SFX", "sound_effect"),
        ("Camera / movement", "camera"), ("Clip #", "number"),
        ("Negative Prompt", "negative_prompt"), ("Chapter", "title"), ("Background", "image"),
        ("What happens?", "action"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_usual_names(header: str, key: str) -> None:
    """Case, spaces, underscores and brackets make no difference."""
    assert list(columns.understood([header], {}, {}).keys) == [key]


def test_a_number_is_told_from_a_description() -> None:
    """A column `Shot` with numbers is the clip's number, one with words is what happens."""
    assert "number" in columns.understood(["Shot"], {"Shot": ["1", "2a", "3"]}, {}).keys
    assert "action" in columns.understood(["Shot"], {"Shot": ["A bird sings", "It flies"]}, {}).keys


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10", 10), ("10 s", 10), ("7,5 sec.", 7.5), ("0:10", 10), ("00:01:05", 65),
        ("1 min 5 s", 65), ("0:05 - 0:15", 10),
        ("ten", None), ("-3", None), ("0", None), ("0:15-0:05", None), ("1e9", None),
    ],
)  # fmt: skip
def test_lengths(text: str, seconds: float | None) -> None:
    """Seconds are read in the ways in which people write them."""
    assert cells.seconds(text) == seconds


def test_hostile_cells_are_harmless_and_named(tmp_path: Path) -> None:
    """Formulas are text, control characters go, YAML cannot be broken out of; each is said."""
    rows = [["Prompt", "Narration"]]
    rows += [
        ["=cmd|'/c calc'!A0", "a\0b\x1b[31m"],
        ["x\n  - injected: 1", "'}] # : & * ! %"],
        ["A bird.", "\u202eevil \ud7ff"],
    ]

    board = read(tmp_path, sheet(rows))

    written = manifest(board)["clips"]
    assert written[0]["prompt"] == "=cmd|'/c calc'!A0"
    assert written[0]["narration"] == "ab[31m"
    assert written[1]["prompt"] == "x - injected: 1"
    assert written[1]["narration"] == "'}] # : & * ! %"
    assert written[2]["narration"] == "evil \ud7ff"
    assert any("is taken as text, not as a formula" in note for note in board.notes)
    assert any('row 2, column "Narration": control characters are left out' in note for note in board.notes)


def test_pictures_outside_are_not_fetched(tmp_path: Path) -> None:
    """Only files within the folder of the storyboard are copied, links followed; each other is named with its place."""
    inside = tmp_path / "in"
    draw(tmp_path / "secret.png")
    draw(inside / "a/x.png")
    draw(inside / "b/x.png")
    (inside / "link.png").symlink_to(tmp_path / "secret.png")
    names = [
        "../secret.png",
        "/etc/x.png",
        "C:\\x.png",
        "link.png",
        "https://e.org/x.png",
        "none.png",
        "a/x.png",
        "b\\x.png",
    ]
    rows = [["Prompt", "Picture"], *(["A bird.", name] for name in names)]

    board = read(inside, sheet(rows))

    assert sorted(board.copies.values()) == [inside / "a/x.png", inside / "b/x.png"]
    assert all(Path(name).parent == Path("assets") for name in board.copies)
    assert len(set(map(str.lower, board.copies))) == 2
    assert sum("leads out of the file's folder" in note for note in board.notes) == 5
    assert any('row 7, column "Picture": there is no' in note and "assets/none.png" in note for note in board.notes)


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("![Frame 1](frames/01.png)", "frames/01.png"),
        ('![A boat](frames/01.png "At sea")', "frames/01.png"),
        ("[Frame 1](frames/01.png)", "frames/01.png"),
        ("[![Frame 1](frames/01.png)](https://e.org/1)", "frames/01.png"),
        ("![](<frames/01 (a).png>)", "frames/01 (a).png"),
        ("![Frame 1](frames/01%20(a).png)", "frames/01 (a).png"),
        ("![[frames/01.png]]", "frames/01.png"),
        ("<frames/01.png>", "frames/01.png"),
    ],
)
def test_a_picture_is_found_in_markdown(tmp_path: Path, cell: str, path: str) -> None:
    """The path is taken out of the syntax of a picture or a link, and the picture beside the file is copied."""
    draw(tmp_path / path)

    board = read(tmp_path, f"| Visual | Image |\n|---|---|\n| A boat. | {cell} |\n", "board.md")

    assert list(board.copies.values()) == [tmp_path / path]
    assert [clip["composite"] for clip in board.clips] == list(board.copies)
    assert board.notes == []


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("https://drive.google.com/file/d/1AbC/view", "is an address"),
        ("![Frame 1](https://drive.google.com/file/d/1AbC/view)", "is an address"),
        ("[A boat at sea](https://e.org/boat)", "is an address"),
        ("drive.google.com/file/d/1AbC/view?usp=sharing", "is an address"),
        ("www.e.org", "is an address"),
        ("data:image/png;base64,iVBORw0KGgo=", "is an address"),
        ("Like this: https://e.org/boat", "has an address in it"),
        ("https://e.org/1 https://e.org/2", "has an address in it"),
        ("frames/03.heic", "names a file that is no picture of a kind that is read"),
        ("night one.PSD", "names a file that is no picture of a kind that is read"),
        ("shots\\03.mov", "names a file that is no picture of a kind that is read"),
        ("frames/frame_03", "names a file that is no picture of a kind that is read"),
        ("frames/01.png (draft)", "names a file among other words"),
        ("![a](1.png) ![b](2.png)", "is Markdown"),
        ("![Frame 1][one]", "is Markdown"),
    ],
)
@pytest.mark.parametrize("column", ["Image", "First frame", "Last frame"])
def test_what_is_no_description_is_never_drawn(tmp_path: Path, cell: str, what: str, column: str) -> None:
    """An address, a file of another kind, and what is neither a path nor a text are named by row and column."""
    rows = [["Prompt", "Start image" if column == "Last frame" else "Mood", column], ["A boat.", "A quay", cell]]

    (problem,) = problems(tmp_path, sheet(rows))

    assert problem.startswith(f'board.csv: row 2, column "{column}": ')
    assert what in problem
    assert f'--map "{column}=-"' in problem


def test_a_picture_at_an_address_has_its_place_named(tmp_path: Path) -> None:
    """An address that ends in a picture's name is not fetched; where the picture goes is said."""
    rows = [["Prompt", "Image"], ["A boat.", "https://e.org/a/04.png?raw=1"], ["A ship.", "https://e.org/b/04.png#x"]]

    board = read(tmp_path, sheet(rows))

    assert [clip["composite"] for clip in board.clips] == ["assets/04.png", "assets/04_2.png"]
    assert [note.partition(" is not ")[2] for note in board.notes] == [
        "copied; put it at assets/04.png",
        "copied; put it at assets/04_2.png",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A boat at sea. Night.",
        "day/night",
        "INT./EXT. a quay (low tide)",
        "Two cats, 1.5 m apart; no. 7 is lit",
        "A sign says [closed] (in red)",
        "e.g. a boat at 5.30pm, v2.0",
    ],
)
def test_a_description_is_still_one(tmp_path: Path, text: str) -> None:
    """Words with stops, strokes and brackets in them describe a picture."""
    board = read(tmp_path, sheet([["Prompt", "Image"], ["A boat.", text]]))

    assert board.clips[0]["composite"] == {"background": {"describe": text}}


@pytest.mark.parametrize("header", ["Audio", "AUDIO", "Audio (VO)"])
def test_the_audio_of_a_script_of_two_columns_is_spoken(tmp_path: Path, header: str) -> None:
    """Where no column is the narration, Audio is; that is said, and how to say otherwise."""
    text = f"Shot,Video,{header}\n1,A fox in the snow.,Narrator: Once there was a fox.\n2,It runs.,It ran.\n"

    board = read(tmp_path, text)
    heard = read(tmp_path, text, "board.csv", f"{header}=sound_effect")

    assert [clip.get("narration") for clip in board.clips] == ["Once there was a fox.", "It ran."]
    assert not any("sound_effect" in clip for clip in board.clips)
    taken, label = board.notes
    assert f"the column '{header}' is taken for the narration" in taken
    assert taken.endswith(f'--map "{header}=sound_effect"')
    assert label.endswith(f"the column '{header}' names who speaks, as in 'Narrator:'; that is not spoken")
    assert heard.clips[1]["sound_effect"] == "It ran."
    assert not any("narration" in clip for clip in heard.clips)
    assert heard.notes == []


def test_audio_beside_a_narration_is_what_is_heard(tmp_path: Path) -> None:
    """With a column for the narration, known by its name or by what the user says, Audio is the sound effect."""
    named = read(tmp_path, "Video,VO,Audio\nA fox.,Once.,wind\n")
    mapped = read(tmp_path, "Video,Stimme,Audio\nA fox.,Once.,wind\n", "board.csv", "Stimme=narration")

    for board in (named, mapped):
        assert (board.clips[0]["narration"], board.clips[0]["sound_effect"]) == ("Once.", "wind")
        assert board.notes == []


@pytest.mark.parametrize("label", ["Narrator:", "NARRATOR (V.O.):", "VO:", "V. O. :", "Voice-over:", "Narration:"])
def test_the_label_of_the_narrator_is_not_spoken(tmp_path: Path, label: str) -> None:
    """A line begins with its words, not with who says them; a name of somebody in the film stays."""
    board = read(tmp_path, sheet([["Video", "VO"], ["A fox.", f"{label} Once."], ["A hen.", "Hen: No!"]]))

    assert [clip["narration"] for clip in board.clips] == ["Once.", "Hen: No!"]
    assert [note.partition("'VO' ")[2] for note in board.notes] == [
        f"names who speaks, as in '{label}'; that is not spoken"
    ]


@pytest.mark.parametrize("text", ["0E0", "1e5", ".5", "+1", "0o7", "0x1F", "1_000", "12:30", "no", "~", "null", "<<"])
def test_a_line_that_looks_like_a_number_is_a_line(tmp_path: Path, text: str) -> None:
    """What could be read as a number, a time or a truth is spoken as it stands."""
    board = read(tmp_path, sheet([["Prompt", "Narration"], ["A boat.", text]]))

    assert manifest(board)["clips"][0]["narration"] == text


def test_lists_of_objects_are_their_texts(tmp_path: Path) -> None:
    """A list in JSON is joined; of objects, where each has one text, these."""
    told = [{"speaker": "A", "text": "Hi."}, {"speaker": "B", "text": "No."}, {"line": "Bye."}]
    clip = {"prompt": "A boat.", "narration": told, "camera": ["slow", None, "push in"], "image": [{"path": "a.png"}]}
    draw(tmp_path / "a.png")

    board = read(tmp_path, json.dumps([clip]), "board.json")

    assert board.clips[0]["narration"] == "Hi. No. Bye."
    assert board.clips[0]["prompt"] == {"action": "A boat.", "camera": "slow, push in"}
    assert board.clips[0]["composite"] == "assets/a.png"


def test_lists_without_a_plain_text_are_named_by_place(tmp_path: Path) -> None:
    """What is no text is refused where it would be one, told with its key; in other keys it is left out."""
    clips = [
        {"prompt": "A boat.", "narration": [{"a": "1", "b": "2"}], "camera": [["pan"]], "sound": {"cues": [{}, {}]}},
        {"prompt": "A ship.", "keyframes": {"start": [{"text": "a", "line": "b"}]}, "cast": [{"name": "A", "age": 3}]},
    ]

    found = problems(tmp_path, json.dumps({"clips": clips}), "board.json")

    assert [problem.partition(" (")[0] for problem in found] == [
        "board.json: clips[1].narration: is a list of objects, of which not each has one text",
        "board.json: clips[1].camera: is a list of lists",
        "board.json: clips[2].keyframes.start: is a list of objects, of which not each has one text",
    ]
    assert '--map "keyframes start=-"' in found[2]


def test_no_python_is_in_what_is_read_from_json(tmp_path: Path) -> None:
    """Truth, nothing and numbers are as JSON has them, and a list that means nothing stops no import."""
    clip = {"prompt": "A boat.", "text": [True, 1.5, None], "cast": [{"name": "A", "age": 3}], "seed": 7}

    board = read(tmp_path, json.dumps([clip]), "board.json")

    assert board.clips[0] == {"prompt": "A boat.", "narration": "true, 1.5", "source": "text", "seed": 7}
    assert any("the column 'cast' is left out" in note for note in board.notes)


@pytest.mark.parametrize("seed", ["0", "1234567890", "4294967295", "1234567890.0"])
def test_every_seed_of_a_manifest_is_taken(tmp_path: Path, seed: str) -> None:
    """A seed is any number that a manifest takes."""
    board = read(tmp_path, sheet([["Prompt", "Seed"], ["A boat.", seed]]))

    assert manifest(board)["clips"][0]["seed"] == int(float(seed))


def test_a_number_that_is_too_large_is_named_by_row_and_column(tmp_path: Path) -> None:
    """Seeds and takes beyond what a manifest takes are told where they stand, with what can be written."""
    rows = [["Prompt", "Seed", "Take"], ["A boat.", "4294967296", "1000"], ["A ship.", "9" * 400, "0"]]

    assert problems(tmp_path, sheet(rows)) == [
        'board.csv: row 2, column "Seed": "4294967296" is no whole number from 0 to 4294967295',
        'board.csv: row 2, column "Take": "1000" is no whole number from 1 to 999',
        f'board.csv: row 3, column "Seed": "{"9" * 40}" is no whole number from 0 to 4294967295',
        'board.csv: row 3, column "Take": "0" is no whole number from 1 to 999',
    ]
