"""When the voice's provider fails: what is bought, how the run ends, what the history settles, and what is read."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import KEYS, Emulator
from paid_films import Paid, check_readable
from spoken_films import EFFECTS, LINES, SOUNDS, asked, effect_of, line_of, sounds_bought, spoken_film, store
from test_paid_secrets import _BASE64, _BINARY, _MEDIA, written

from workflow_lib.journal import Journal
from workflow_lib.media.voice import read_alignment

_SOUND = {".mp3", *_MEDIA}


@pytest.fixture
def fresh(studio: Studio, emulator: Emulator) -> Paid:
    """A fresh installation with the film still to be bought."""
    spoken_film(studio)
    return Paid(studio, emulator)


def events(paid: Paid) -> Counter[str]:
    """How often the journal has each event."""
    return Counter(event.event for event in Journal(store(paid)).events())


def make(paid: Paid, *targets: str, **settings: object) -> tuple[int, str]:
    """Make sounds (by default all of the film), and give the exit code and what was printed."""
    done = paid.run("--cores", "2", *(targets or SOUNDS), **settings)
    check_readable(done.stdout, paid.emulator)
    return done.returncode, done.stdout


def test_refusals_are_waited_out(fresh: Paid) -> None:
    """Too many requests, and a busy system, are asked again after a wait; each sound is bought once."""
    fresh.emulator.fault("refuse_429", "elevenlabs", 2, match=LINES[0], retry_after=0.1)
    fresh.emulator.fault("refuse_455", "elevenlabs", 1, match=EFFECTS[1])

    code, said = make(fresh)

    assert code == 0, said
    assert sounds_bought(fresh) == Counter([*LINES, *EFFECTS])
    assert asked(fresh) == 6 + 3
    assert fresh.emulator.report()["faults_left"] == 0
    assert events(fresh) == {"intended": 9, "refused": 3, "submitted": 6, "stored": 6}


def test_a_lost_answer_is_settled_by_the_history(fresh: Paid) -> None:
    """Lines whose answers got lost are found in the history and fetched, with no second submission, in the same run."""
    for number, fault in enumerate(("drop_after_accept", "error_after_accept", "html_after_accept")):
        fresh.emulator.fault(fault, "elevenlabs", match=LINES[number])

    code, said = make(fresh, *map(line_of, (1, 2, 3)))

    assert code == 0, said
    assert "asking what became of it" in said
    assert sounds_bought(fresh) == Counter(LINES)
    assert asked(fresh) == 3
    assert fresh.emulator.report()["downloads"] == {"elevenlabs": 3}
    assert events(fresh) == {"intended": 3, "submitted": 3, "stored": 3}
    for number, line in enumerate(LINES, start=1):
        receipt = (fresh.studio.folder / line_of(number)).with_suffix(".json")
        assert json.loads(receipt.read_text())["times"] == "estimated"
        assert [word.text for word in read_alignment(receipt).words] == line.split()


def test_what_never_arrived_is_sent_again(fresh: Paid) -> None:
    """A line that is in no history after a while never arrived, and is sent again; once, and not for ever."""
    make(fresh, line_of(3))
    fresh.emulator.fault("drop_before_accept", "elevenlabs", match=LINES[0])
    fresh.emulator.fault("drop_before_accept", "elevenlabs", None, match=LINES[1])

    code, said = make(fresh, line_of(1), line_of(2))

    assert "never arrived" in said
    assert code == 9
    assert "`clipwright retake projects/film 02 --of narration --operation ID`" in said
    assert sounds_bought(fresh) == Counter([LINES[0], LINES[2]])
    assert asked(fresh) == 1 + 2 + 2


def test_an_empty_history_proves_nothing(fresh: Paid) -> None:
    """Where the history holds nothing at all, it may be switched off: the run ends with 9, nothing is sent again."""
    fresh.emulator.fault("drop_before_accept", "elevenlabs")

    first, said = make(fresh, line_of(1))
    planned = fresh.plan(line_of(1))
    second, _ = make(fresh, line_of(1))
    told = fresh.studio.clipwright("retake", "film", "1", "--of", "narration", "--confirm-lost")
    last, _ = make(fresh, line_of(1))

    assert (first, second, last) == (9, 9, 0)
    assert "the history of ElevenLabs is empty" in said
    assert "`clipwright retake projects/film 01 --of narration --confirm-lost`" in said
    assert "ask its provider's history whether it was bought" in planned
    assert "the next run buys it again for $0.0015" in told.stdout
    assert asked(fresh) == 2
    assert sounds_bought(fresh) == Counter([LINES[0]])


def test_a_lost_effect_is_decided_by_the_user(fresh: Paid) -> None:
    """An effect whose answer got lost is in no history: the run ends with 9 and says how to settle it."""
    fresh.emulator.fault("drop_after_accept", "elevenlabs", match=EFFECTS[0])

    first, said = make(fresh, effect_of(1), effect_of(2))
    planned = fresh.plan(effect_of(1))
    second, _ = make(fresh, effect_of(1))
    fresh.studio.clipwright("retake", "film", "1", "--of", "effect", "--confirm-lost")
    last, _ = make(fresh, effect_of(1))

    assert (first, second, last) == (9, 9, 0)
    assert "keeps no history of sound effects; clip_01 effect was sent to elevenlabs at" in said
    assert "`clipwright retake projects/film 01 --of effect --confirm-lost`" in said
    assert "nobody knows whether it was bought: clipwright retake" in planned
    assert sounds_bought(fresh) == {EFFECTS[0]: 2, EFFECTS[1]: 1}
    assert asked(fresh) == 3


def test_one_bad_line_never_sinks_the_others(fresh: Paid) -> None:
    """A line that the filter refuses ends with 7 after the others are there, and is not asked for again unchanged."""
    fresh.emulator.fault("filtered", "elevenlabs", None, match=LINES[1])

    code, said = make(fresh, *map(line_of, (1, 2, 3)))
    seen, planned = asked(fresh), fresh.plan(line_of(2))
    again, _ = make(fresh, *map(line_of, (1, 2, 3)))
    fresh.edit(2, narration="A decent line.")
    last, _ = make(fresh, *map(line_of, (1, 2, 3)))

    assert (code, again, last) == (7, 7, 0), said
    assert "projects/film clip_02 narration: Filtered: ElevenLabs refused the text" in said
    assert (seen, asked(fresh)) == (4, 5)
    assert "filtered before: change its text" in planned
    assert sounds_bought(fresh) == Counter([LINES[0], LINES[2], "A decent line."])


def test_an_unknown_voice_is_said_in_a_line(fresh: Paid) -> None:
    """A voice that does not exist fails each line in words, and nothing is bought."""
    fresh.studio.write({**fresh.studio.manifest(), "voice": "elevenlabs:missing1"})

    code, said = make(fresh, line_of(1))

    assert code == 1
    assert "projects/film clip_01 narration: GenerationFailed: ElevenLabs refused it (404 voice_not_found" in said
    assert sounds_bought(fresh) == Counter()


@pytest.mark.parametrize("fault", ["refuse_401", "refuse_402", "refuse_403", "out_of_credits", "wrong key"])
def test_a_refused_account_stops_the_run(fresh: Paid, fault: str) -> None:
    """A refused key, or a quota that is used up, ends the run with exit code 6: no other job submits."""
    if fault == "wrong key":
        fresh.emulator.env["ELEVENLABS_API_KEY"] = "invalid-canary-elevenlabs-77"
    else:
        fresh.emulator.fault(fault, "elevenlabs", None)

    code, said = make(fresh)

    assert code == 6, said
    assert 1 <= asked(fresh) <= 2
    assert fresh.count() == 0
    assert "ELEVENLABS_API_KEY" in said
    assert ("its quota is used up" in said) == (fault == "out_of_credits")
    assert "invalid-canary" not in said
    assert "not submitted, because the run was stopped" in said


def test_a_download_that_breaks_is_tried_again(fresh: Paid) -> None:
    """A line that must be fetched again survives broken downloads; it is bought once."""
    make(fresh, line_of(1))
    shutil.rmtree(fresh.studio.path("audio"))
    for take in store(fresh).glob("*.mp3"):
        take.unlink()
    for fault in ("truncated", "result_reset", "html_result"):
        fresh.emulator.fault(fault, "elevenlabs")

    code, said = make(fresh, line_of(1))

    assert code == 0, said
    assert asked(fresh) == 1
    assert fresh.emulator.report()["faults_left"] == 0


def test_nothing_secret_is_kept_or_said(fresh: Paid) -> None:
    """After every kind of trouble, no file and no line holds the key or a sound in base64."""
    for number, fault in enumerate(("drop_after_accept", "refuse_429", "html_after_accept")):
        fresh.emulator.fault(fault, "elevenlabs", match=LINES[number])
    fresh.emulator.fault("truncated", "elevenlabs", match=EFFECTS[0])

    first = fresh.run("--cores", "2", *SOUNDS, "--verbose", "--show-failed-logs")
    fresh.emulator.fault("refuse_401", "elevenlabs", None)
    refused = fresh.run("--cores", "2", effect_of(1), on_unknown="resubmit")

    assert (first.returncode, refused.returncode) == (9, 6), first.stdout + refused.stdout
    found = dict(written(fresh.studio.folder))
    assert any(path.suffix == ".jsonl" for path in found)
    assert any(path.parent == store(fresh) and path.suffix == ".json" for path in found)
    said = {Path(name): run.stdout.encode() for name, run in (("1", first), ("2", refused))}
    for path, content in {**found, **said}.items():
        for key in KEYS.values():
            assert not (key.startswith("canary") and key.encode() in content), path
        if path.suffix not in _SOUND | _BINARY:
            assert _BASE64.search(content) is None, path
    assert fresh.emulator.report()["leaked_keys"] == 0
