"""Promises of what the live page writes: decisions and prompts, with all that stands beside them kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import Studio
from hypothesis import given
from hypothesis import strategies as st
from served import Answer, Served

from workflow_lib import yamlfile
from workflow_lib.errors import InvalidInput
from workflow_lib.journal import Journal
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.runs import Ending, Run
from workflow_lib.serving import edits

PAGE = "/projects/film/"
WRITTEN = """\
# What I think of this film 🐢
title: "Small film"   # in quotes
size: [128, 72]
fps: 12
duration: 0.5

clips:
  # the first one
  - prompt: A bird sits on a hill. Slow pan right.   # plain
    source: text
    narration: A bird.
  - {source: text, prompt: 'A brown field, they say. Slow push in.', title: "Two"}   # in one line

  - source: text
    prompt: >-   # folded
      Day becomes
      night. Static camera.

    # after the third
    title: Three
  - source: text
    prompt:
      action: The end   # of the story
      camera: static
"""


@pytest.fixture(scope="module")
def studio_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A film with comments, built; not to be changed."""
    made = Studio(tmp_path_factory.mktemp("commented") / "studio").install()
    made.write(WRITTEN)
    made.build("projects/film/videos/clip_01.mp4", "projects/film/videos/clip_02.mp4")
    return made


@pytest.fixture
def commented(studio_once: Studio, tmp_path: Path) -> Studio:
    """A copy of that."""
    return studio_once.copied(tmp_path / "studio")


@pytest.fixture
def server(commented: Studio) -> Iterator[Served]:
    """The server of that copy."""
    with Served(commented.folder) as started:
        yield started


def reword(server: Served, clip: int, prompt: object) -> Answer:
    """Send a prompt as the page does: after having read the old one."""
    read = server.ask(f"{PAGE}prompt?clip={clip}").json
    return server.send(f"{PAGE}prompt", {"clip": clip, "prompt": prompt, "digest": read["digest"]})


@pytest.mark.parametrize(
    ("clip", "prompt", "before", "after"),
    [
        (1, "A cat sits there.", "A bird sits on a hill. Slow pan right.", "A cat sits there."),
        (1, "Look: a #1 cat", "A bird sits on a hill. Slow pan right.", '"Look: a #1 cat"'),
        (2, "It's {red}, they say", "'A brown field, they say. Slow push in.'", "'It''s {red}, they say'"),
        (3, "Day. Static camera.", "Day becomes\n      night. Static camera.", "Day. Static camera."),
        (4, {"action": "The start"}, "action: The end ", "action: The start "),
        (4, {"details": "slowly"}, "camera: static\n", "camera: static\n      details: slowly\n"),
    ],
)
def test_an_edited_prompt_leaves_all_else_as_it_was(
    server: Served, commented: Studio, clip: int, prompt: object, before: str, after: str
) -> None:
    """Comments, order, quotes and empty lines of the manifest stay, byte for byte; only the value is another."""
    answer = reword(server, clip, prompt)

    assert answer.status == 200, answer.text
    assert commented.path("project.yaml").read_text() == WRITTEN.replace(before, after, 1)


def test_an_edit_names_what_the_next_run_costs_and_makes(server: Served, commented: Studio) -> None:
    """The price is told before and after it is written, and a dry run names that clip and no other."""
    value = {"clip": 2, "prompt": "A blue field."}

    foreseen = server.send(f"{PAGE}foresee", value).json
    untouched = commented.path("project.yaml").read_text()
    told = reword(server, 2, "A blue field.").json
    jobs, said = commented.planned("projects/film/videos/clip_01.mp4", "projects/film/videos/clip_02.mp4")

    assert untouched == WRITTEN
    assert foreseen == told
    assert told["text"] == "the next run renders clip_02 again, $0"
    assert told["command"] == "snakemake --cores all projects/film/final.mp4"
    assert jobs == {"generate_clip": 1}
    assert "clip_02  animatic  0.5 s  $0.00  prompt changed" in said


def test_a_manifest_that_was_changed_meanwhile_is_kept(server: Served, commented: Studio) -> None:
    """What somebody saved in an editor after the page had read it is not written over."""
    read = server.ask(f"{PAGE}prompt?clip=1").json
    mine = WRITTEN.replace("the first one", "the first one, edited")
    commented.path("project.yaml").write_text(mine)

    answer = server.send(f"{PAGE}prompt", {"clip": 1, "prompt": "A cat.", "digest": read["digest"]})

    assert answer.status == 409
    assert "was changed since it was read here; nothing was written" in answer.json["error"]
    assert commented.path("project.yaml").read_text() == mine


@pytest.mark.parametrize(
    ("clip", "prompt", "says"),
    [
        (1, "   ", "is empty; say what happens in the clip"),
        (1, "x" * 30_000, "has more than 20000 characters"),
        (1, {"action": "x"}, "is one text in its file"),
        (4, "x", "is written in parts in its file"),
        (4, {"mood": "x"}, "has parts that are not known"),
        (9, "x", "has no clip 9"),
    ],
)
def test_a_prompt_that_cannot_be_is_refused(
    server: Served, commented: Studio, clip: int, prompt: object, says: str
) -> None:
    """What the manifest's model does not take is told in one line, and nothing is written."""
    digest = hashlib.sha256(WRITTEN.encode()).hexdigest()

    answer = server.send(f"{PAGE}prompt", {"clip": clip, "prompt": prompt, "digest": digest})

    assert answer.status == 422
    assert says in answer.json["error"]
    assert commented.path("project.yaml").read_text() == WRITTEN


def test_a_take_is_rejected_with_a_note(server: Served, commented: Studio) -> None:
    """The note goes into decisions.yaml beside what stands there, the page shows it, and a dry run repeats it."""
    own = '# mine\ndecisions:\n  - {clip: 2, take: "00000000", verdict: approved}   # an old one\n'
    commented.path("decisions.yaml").write_text(own)
    page = server.ask(PAGE).text
    take = page.partition('data-deed="rejected" data-take="')[2][:8]
    note = 'The "shell": {wrong}\n# <b>all</b> of it'

    answer = server.send(f"{PAGE}verdict", {"clip": 1, "take": take, "verdict": "rejected", "note": note})
    text = commented.path("decisions.yaml").read_text()
    listed = yaml.safe_load(text)["decisions"]
    said = commented.planned("projects/film/videos/clip_01.mp4")[1]
    planned = commented.clipwright("plan", "film").stdout

    assert answer.status == 200, answer.text
    assert text.startswith(own)
    assert (listed[1]["clip"], listed[1]["take"], listed[1]["note"]) == (1, take, note)
    assert "&lt;b&gt;all&lt;/b&gt;" in server.ask(PAGE).text
    told = 'clip_01  rejected: The "shell": {wrong} # <b>all</b> of it; change its prompt, or `clipwright retake'
    assert told in said
    assert told in planned


def test_the_last_word_about_a_take_counts(server: Served, commented: Studio) -> None:
    """An approval after a rejection takes it back; a take that is not the clip's any more is not judged."""
    take = server.ask(PAGE).text.partition('data-deed="approved" data-take="')[2][:8]
    for verdict in ("rejected", "approved"):
        assert server.send(f"{PAGE}verdict", {"clip": 1, "take": take, "verdict": verdict}).status == 200
    other = server.send(f"{PAGE}verdict", {"clip": 1, "take": "0" * 8, "verdict": "approved"})

    assert commented.path("decisions.yaml").read_text().count("\n  - ") == 2
    assert '<span class="chip good">Approved</span>' in server.ask(PAGE).text
    assert "rejected" not in commented.planned("projects/film/videos/clip_01.mp4")[1]
    assert other.status == 422


def test_decisions_that_cannot_be_read_are_told_and_stop_no_build(commented: Studio) -> None:
    """A broken decisions.yaml is a warning of the dry run, which goes on."""
    commented.path("decisions.yaml").write_text("decisions: [{clip: 1}]\n")

    said = commented.planned("projects/film/videos/clip_01.mp4")[1]

    assert "warning: projects/film/decisions.yaml: decisions[1].take: is missing" in said


def test_what_a_run_could_not_make_is_told_with_what_to_do(server: Served, commented: Studio) -> None:
    """Why the last run could not make a clip stands beside it with its next step, until it is made or edited."""
    run = Run(commented.folder / ".clipwright", "2026-11-21T120000-aa", "s")
    run.log(Ending("projects/film", "clip_03", "MissingKey", 4, "<b>KIE_API_KEY</b> is not set"))

    page = server.ask(PAGE).text
    row = server.ask("/").text
    reword(server, 3, "Another one.")
    later = server.ask(PAGE).text

    assert "&lt;b&gt;KIE_API_KEY&lt;/b&gt; is not set" in page
    assert "snakemake --cores all projects/film/videos/clip_03.mp4" in page
    assert "Needs you" in row
    assert "KIE_API_KEY" not in later


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip),
    st.sampled_from([1, 2, 3]),
)
def test_any_text_is_written_so_that_it_is_read_back(value: str, clip: int) -> None:
    """Whatever somebody types comes out of the YAML as it went in, and no other value changes."""
    before = yamlfile.parse(WRITTEN, "x")

    changed = edits.replaced(WRITTEN, ["clips", clip - 1, "prompt"], value, "x")

    after = yamlfile.parse(changed, "x")
    assert isinstance(after, dict)
    assert isinstance(before, dict)
    assert after["clips"][clip - 1]["prompt"] == value
    after["clips"][clip - 1]["prompt"] = before["clips"][clip - 1]["prompt"]
    assert after == before
    assert [line for line in changed.splitlines() if "#" in line and "prompt" not in line][:2] == [
        line for line in WRITTEN.splitlines() if "#" in line and "prompt" not in line
    ][:2]


@pytest.mark.parametrize(
    "text", ["a: &p Words\nb: *p\n", "x: &x {p: Words}\na: *x\n", "base: &b {p: Words}\na: {<<: *b}\n"]
)
def test_a_value_that_stands_in_several_places_is_refused(text: str) -> None:
    """What an anchor shares cannot be changed for one clip alone: the user is told to do it."""
    path: list[str | int] = ["b"] if text.startswith("a:") else ["a", "p"]

    with pytest.raises(InvalidInput, match="cannot be changed from here"):
        edits.replaced(text, path, "Other", "x")


def test_jobs_are_told_as_json(server: Served, commented: Studio) -> None:
    """Other programs list jobs by state and project, ask for one and for a clip's latest, and read statistics."""
    attempts = [
        Attempt(
            id=f"{number:032x}", fingerprint=f"{number:064x}", state="intended", at=f"2026-11-21T12:00:0{number}+00:00",
            backend="kling", model="m", base_url="", project="projects/film", clip=f"clip_0{1 + number % 2}",
            list_usd=0.21, session=None, request={"prompt": f"Prompt {number}"},
        )
        for number in range(4)
    ]  # fmt: skip
    journal = Journal(commented.folder / "projects/.takes")
    for one in attempts:
        begun = {"at": one.at, "model": one.model, "usd": one.list_usd, "request": one.request}
        journal.add(one.event("intended", **begun))
        if one is not attempts[3]:
            journal.add(one.event("submitted", operation=f"task_{one.id[-1]}", at="2026-11-21T12:01:00+00:00"))
    journal.add(attempts[0].event("stored", at="2026-11-21T12:02:00+00:00", usd=0.25, file="x.mp4", size=1))
    journal.add(attempts[1].event("filtered", at="2026-11-21T12:02:00+00:00", reason="no"))
    assert len(Ledger(journal.events()).attempts()) == 4

    every = server.ask("/api/jobs").json
    stored = server.ask("/api/jobs?state=stored&project=film").json
    others = server.ask("/api/jobs?project=other").json
    one = server.ask(f"/api/jobs/{attempts[1].id}").json
    latest = server.ask("/api/projects/film/clips/1/job").json
    told = server.ask("/api/statistics").json
    projects = server.ask("/api/projects").json["projects"]

    assert (every["total"], [job["state"] for job in every["jobs"]]) == (4, ["intended", "open", "filtered", "stored"])
    assert [job["prompt"] for job in stored["jobs"]] == ["Prompt 0"]
    assert (stored["jobs"][0]["took_s"], stored["jobs"][0]["cost_usd"]) == (60.0, 0.25)
    assert others == {"total": 0, "jobs": []}
    assert (one["state"], one["reason"], one["operation"]) == ("filtered", "no", "task_1")
    assert (latest["id"], latest["state"], latest["progress"]) == (attempts[2].id, "open", None)
    assert (told["jobs"], told["success_rate"], told["mean_took_s"]) == (4, 0.5, 60.0)
    assert (told["spent_usd"], told["open_usd"]) == (0.25, 0.42)
    assert told["backends"]["kling"]["states"]["filtered"] == 1
    assert [project["root"] for project in projects] == ["projects/film"]
    assert server.ask("/api/jobs?state=lots").status == server.ask("/api/jobs?limit=-1").status == 400
    assert server.ask("/api/jobs/none").status == server.ask("/api/projects/film/clips/3/job").status == 404
