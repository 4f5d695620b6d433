"""The table of a batch as programs and people write it: read strictly, and all that is wrong told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow_lib import story, yamlfile
from workflow_lib.errors import InvalidInput
from workflow_lib.importing import batches
from workflow_lib.importing.batches import Film


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes) -> list[Film]:
    """The films of a table with this text."""
    Path("b.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return batches.read(Path("b.csv"))


def problems(text: str | bytes) -> list[str]:
    """What is wrong with a table with this text."""
    with pytest.raises(InvalidInput) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def key(film: Film, *names: str) -> object:
    """What the manifest of a film says."""
    value = yamlfile.parse(film.manifest, "")
    for name in names:
        assert isinstance(value, dict)
        value = value[name]
    return value


CLOSE = '(close the quote at the end of its cell; inside a quoted cell write "" for a quote: """Big"" film")'


@pytest.mark.parametrize("after", ["", 'crow,Crow,"A crow calls.",2\n'])
def test_an_unclosed_quote_swallows_no_film(after: str) -> None:
    """A quote that is not closed is told with the line on which its record begins, whatever comes below."""
    text = 'id,title,story,clips\n\nfox,Fox,"A fox finds a den.,2\nowl,Owl,An owl flies.,2\n' + after

    said = problems(text)

    assert len(said) == 1
    assert said[0].startswith("b.csv, line 3: ")
    assert said[0].endswith(CLOSE)


def test_text_after_a_closing_quote_is_told_line_by_line() -> None:
    """Quotes around a part of a cell are told on every line that has them, beside what else is wrong."""
    text = 'id,title,backend\nfox,"Big" film,\nowl,Owl,sora\ncrow,"The" crow,\n"hen","The ""hen""",\n'

    said = problems(text)

    what = "goes on after the closing quote of a cell"
    assert said[:2] == [f"b.csv, line {line}: {what} {CLOSE}" for line in (2, 4)]
    assert len(said) == 3
    assert said[2].startswith("b.csv, line 3: backend: ")


def test_a_broken_head_is_one_line() -> None:
    """Where the names of the columns cannot be read, no other line is taken for them."""
    assert len(problems('\nid,"The" title\nfox,Fox\nowl,Owl\n')) == 1


def test_quotes_within_a_cell_are_text() -> None:
    """A cell that does not begin with a quote may hold some; doubled ones in a quoted cell are one each."""
    films = read('id,title\nfox,The "big" fox\nowl,"The ""wise"", old owl"\n')

    assert [key(film, "title") for film in films] == ['The "big" fox', 'The "wise", old owl']


@pytest.mark.parametrize("kept", ["from a cell", "from a file"])
def test_a_batch_that_was_killed_goes_on(kept: str) -> None:
    """A story with the line ends of Windows that was written without its manifest is known again."""
    told = "A fox finds a den.\r\n\r\nIt sleeps."
    Path("fox.txt").write_bytes(b"\xef\xbb\xbf" + told.encode())
    text = f'id,story\nfox,"{told}"\n' if kept == "from a cell" else "id,story_file\nfox,fox.txt\n"
    batches.make(read(text))
    Path("projects/fox/project.yaml").unlink()

    done = batches.make(read(text))

    assert [project.root for project in done.made] == [Path("projects/fox")]
    assert Path("projects/fox/story.md").read_bytes().startswith(told.encode())


@pytest.mark.parametrize("other", [b"\xff\xfe\x00", b"A fox finds a den.\r\n", None])
def test_another_story_in_the_way_is_told(other: bytes | None) -> None:
    """Whatever stands at a story's place and is not the story is one line, a folder and what is no text too."""
    place = Path("projects/fox/story.md")
    place.parent.mkdir(parents=True)
    if other is None:
        place.mkdir()
    else:
        place.write_bytes(other)

    said = problems("id,story\nfox,A fox finds a den.\n")

    assert said == ["b.csv, line 2: projects/fox/story.md is there and says something else (move it away)"]


def test_control_characters_hide_no_other_problem() -> None:
    """What no file may hold is left out of every cell, and the problems of all lines are told."""
    hostile = "dark\x92 and\x00 \u2028slow\ufffe\x1b[31m"
    films = read(f"id,title,story,direction\nfox,{hostile},A fox.,{hostile}\n")
    said = problems(f"id,story,direction,backend\nfox,A fox.,{hostile},sora\na b,An owl.,{'x' * 4001},nobody\n")

    assert key(films[0], "story", "direction") == key(films[0], "title") == "dark and slow[31m"
    assert [line.rpartition(": ")[0].partition(" (")[0] for line in said] == [
        "b.csv, line 2: backend",
        "b.csv, line 3: id",
        "b.csv, line 3: backend",
        "b.csv, line 3: direction",
    ], said


def test_a_story_that_is_missing_hides_no_other_problem() -> None:
    """What is asked of a story is checked where the story cannot be read, and what is in its place is not judged."""
    Path("projects/fox").mkdir(parents=True)
    Path("projects/fox/story.md").write_text("A fox.")

    said = problems(f"id,story_file,direction\nfox,gone.txt,{'x' * 4001}\n")

    assert [line.split(": ")[1] for line in said] == ["story_file", "direction"]


def test_brackets_without_end_hide_no_other_problem() -> None:
    """A cell that no manifest can hold is told beside what is wrong on other lines."""
    said = problems(f"id,story,direction,backend\nfox,A fox.,{'[' * 2000},\nowl,,,sora\n")

    assert [line.partition(": ")[0] for line in said] == ["b.csv, line 2", "b.csv, line 3"]


def test_names_of_columns_are_printed_plainly() -> None:
    """A column's name that is not known reaches no terminal with its escapes."""
    assert "\x1b" not in "".join(problems("id,\x1b[31mred,story_file\nfox,,\x1b[31mgone\n"))


@pytest.mark.parametrize("column", ["budget_usd", "clips", "duration"])
def test_a_comma_before_three_digits_is_asked_about(column: str) -> None:
    """Thousands are not taken for a fraction: one line says how to write either."""
    said = problems(f'id,{column}\nfox,"1,500"\n')

    assert said == [f"b.csv, line 2: {column}: '1,500' is either thousands or a fraction (write 1500 or 1.500)"]


@pytest.mark.parametrize(
    ("cell", "value"), [("1,5", 1.5), ("$4.20", 4.2), ("1500", 1500), ("1.500", 1.5), ("$0,25", 0.25), ("1,2500", 1.25)]
)
def test_a_decimal_comma_is_read(cell: str, value: float) -> None:
    """Any other comma in a number is a decimal one."""
    assert key(read(f'id,budget_usd\nfox,"{cell}"\n')[0], "budget_usd") == value


def test_a_rate_of_pictures_has_no_thousands() -> None:
    """What can only be a fraction is read as one."""
    assert key(read('id,fps\nfox,"23,976"\n')[0], "fps") == 23.976


@pytest.mark.parametrize(("cell", "hint"), [("1,500,000", "1500000"), ("$1,500.00", "1500.00"), ("a,500", "1500")])
def test_thousands_are_told_how_to_be_written(cell: str, hint: str) -> None:
    """What can only be thousands is told with the number to write."""
    said = problems(f'id,budget_usd\nfox,"{cell}"\n')

    assert said == [f"b.csv, line 2: budget_usd: {cell!r} is not a number (write {hint})"]


def test_a_film_may_be_called_by_signs() -> None:
    """A name of which no words can be made is a title as it is."""
    assert key(read("id\n_\n")[0], "title") == "_"


@pytest.mark.parametrize("cell", ["much", "inf", "nan", "1e999", '"1,500,000"', "--1"])
def test_what_is_no_number_is_one_line(cell: str) -> None:
    """What cannot be an amount is told once, by line and column."""
    said = problems(f"id,budget_usd\nfox,{cell}\n")

    assert len(said) == 1
    assert said[0].startswith("b.csv, line 2: budget_usd: ")


@pytest.mark.parametrize("clips", ["0", "1.5", "1000"])
def test_a_wrong_count_is_one_line(clips: str) -> None:
    """A number of clips that no film can have is told once."""
    assert len(problems(f"id,story,clips\nfox,A fox.,{clips}\n")) == 1


@pytest.mark.parametrize("above", ["", "\n", "\r\n \r\n", "sep=;\r\n", "SEP=;\n\n", ";;;\n", "\r"])
def test_tables_are_read_as_spreadsheets_save_them(above: str) -> None:
    """Blank lines, a named separator and empty cells around the head are no matter; lines keep their numbers."""
    begin = len(above.splitlines())
    text = f"{above}id;title, maybe;;\r\n;;;\r\nfox;;;\r\n".replace("title, maybe", "title")

    assert key(read(text)[0], "title") == "Fox"
    assert problems(text + "a b;x;;\n")[0].startswith(f"b.csv, line {begin + 4}: id: ")
    assert problems(text + "owl;x;;stray\n") == [
        f"b.csv, line {begin + 4}: has more cells than the 2 columns of the head"
    ]


def test_a_column_in_between_needs_a_name() -> None:
    """Only cells behind the last name may be empty in the head."""
    assert "a column without a name" in problems("id,,title,\nfox,,x,\n")[0]


@pytest.mark.parametrize("column", ["story", "story_file"])
def test_a_story_that_no_build_would_take_is_refused(column: str) -> None:
    """A story that is too large is told when the table is read, with what the build would say."""
    long = "A fox finds a den. " * (story.MAX_BYTES // 19 + 1)
    Path("long.txt").write_text(long)
    cell = "long.txt" if column == "story_file" else long

    said = problems(f"id,{column}\nfox,{cell}\n")

    assert len(said) == 1
    assert said[0].startswith(f"b.csv, line 2: {column}: ")
    assert said[0].endswith("is larger than 400 kB (make a film of each chapter)")


@pytest.mark.parametrize("named", ["gone.txt", ".", "latin.txt", "a\x00b"])
def test_a_story_that_cannot_be_read_is_one_line(named: str) -> None:
    """A file that is missing, no file, no text or impossible is told by line and column."""
    Path("latin.txt").write_bytes("Füchse".encode("latin-1"))

    said = problems(f"id,story_file\nfox,{named}\n")

    assert len(said) == 1
    assert said[0].startswith("b.csv, line 2: story_file: ")
