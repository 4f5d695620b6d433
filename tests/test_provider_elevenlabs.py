"""ElevenLabs as a provider: one request a sound, errors read by their bodies, lost answers found in the history."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from emulator.client import KEYS, Emulator
from hypothesis import given, settings
from hypothesis import strategies as st
from provider_bench import JSON, OLD_S, Anything, anything, at, nowhere, outcome

from workflow_lib.config import Config
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    OutcomeUnknown,
    Refused,
    RetryLater,
    WorkflowError,
)
from workflow_lib.media import recording
from workflow_lib.providers import access
from workflow_lib.providers.base import Draft, EffectOrder, Finished, Provider, Remembering, Running, SpeechOrder
from workflow_lib.providers.elevenlabs import ElevenLabs
from workflow_lib.requests import EffectRequest, SpeechRequest
from workflow_lib.takes import Store

TEXT = "A bird flies over the hill."
KEY = KEYS["ELEVENLABS_API_KEY"]
SETTLE_S = 60.0
DAY_S = 24 * 3600
NO_SUBMISSION = (RetryLater, Refused, Filtered, GenerationFailed, OutcomeUnknown)


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, in an empty folder."""
    return at(shared_emulator, tmp_path, monkeypatch)


@pytest.fixture
def voice(emulator: Emulator) -> ElevenLabs:
    """An account in good order."""
    opened = access.open_provider("elevenlabs", Config(elevenlabs_settle_s=SETTLE_S))
    assert isinstance(opened, ElevenLabs)
    assert opened.base_url == emulator.env["ELEVENLABS_BASE_URL"]
    return opened


@pytest.fixture(scope="module")
def server() -> Iterator[Anything]:
    """A server that says anything."""
    with anything() as running:
        yield running


@pytest.fixture
def odd(server: Anything) -> ElevenLabs:
    """An account at that server."""
    return ElevenLabs(server.url, KEY, SETTLE_S)


def speech(**changes: Any) -> SpeechRequest:  # noqa: ANN401 - the fields of a request
    """A request for a line."""
    usual = {"stability": None, "similarity_boost": None, "style": None, "speed": None, "seed": None}
    return SpeechRequest(**{"model": "eleven_multilingual_v2", "voice": "voice1", "text": TEXT, **usual, **changes})


def drafted(voice: Provider, request: SpeechRequest | EffectRequest | None = None) -> Draft:
    """What is sent for a request, by default for a line."""
    if isinstance(request, EffectRequest):
        return voice.prepare(EffectOrder(request), nowhere)
    return voice.prepare(SpeechOrder(request or speech(), "", ""), nowhere)


def effect(seconds: float = 1.5) -> EffectRequest:
    """A request for an effect."""
    return EffectRequest(model="eleven_text_to_sound_v2", text="waves", seconds=seconds)


def finished(voice: Provider, operation: str, age_s: float = 0.0) -> Finished:
    """The result of an operation, which must be there."""
    state = voice.poll(operation, age_s)
    assert isinstance(state, Finished)
    return state


def test_speech_comes_with_the_answer(emulator: Emulator, voice: ElevenLabs, tmp_path: Path) -> None:
    """One request brings the recording, the time of each character and what it took; nothing else is asked."""
    result = finished(voice, voice.submit(drafted(voice)))
    voice.fetch(result, tmp_path / "line.mp3")

    recording.check(tmp_path / "line.mp3", 1.5, 2.5)
    assert result.units == "27 characters"
    assert result.notes is not None
    alignment: Any = result.notes["alignment"]
    assert "".join(alignment["characters"]) == TEXT
    assert len(emulator.submissions()) == 1
    assert emulator.report()["polls"] == {}


def test_an_effect_comes_with_the_answer(emulator: Emulator, voice: ElevenLabs, tmp_path: Path) -> None:
    """An effect is as long as it was asked for, and billed by the piece."""
    result = finished(voice, voice.submit(drafted(voice, effect())))
    voice.fetch(result, tmp_path / "waves.mp3")

    recording.check(tmp_path / "waves.mp3", 1.4, 1.7)
    assert result.units == "60 credits"
    assert emulator.report()["usd"] == 0.12


def test_only_what_was_set_is_sent(server: Anything, odd: ElevenLabs) -> None:
    """Settings that nobody chose are left to the voice; the neighbours' lines are sent with a line."""
    server.say(b"{}", 422)
    bare = odd.prepare(SpeechOrder(speech(), "", ""), nowhere)
    full = odd.prepare(SpeechOrder(speech(stability=0.5, speed=1.1, seed=3), "Before.", "After."), nowhere)
    sent = []
    for draft in (bare, full):
        outcome(partial(odd.submit, draft), NO_SUBMISSION)
        sent.append(json.loads(server.received))

    line = {"text": TEXT, "model_id": "eleven_multilingual_v2"}
    settled = {"voice_settings": {"stability": 0.5, "speed": 1.1}, "seed": 3}
    assert sent == [line, {**line, **settled, "previous_text": "Before.", "next_text": "After."}]


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        (401, {"type": "authentication_error", "code": "invalid_api_key", "message": "no", "status": "x"}, Refused),
        (401, {"status": "quota_exceeded", "message": "This request exceeds your quota"}, Refused),
        (401, {"status": "needs_authorization", "message": "no"}, Refused),
        (402, {"code": "insufficient_credits", "message": "no"}, Refused),
        (402, {"code": "paid_plan_required", "message": "no"}, Refused),
        (403, {"status": "missing_permissions", "message": "no"}, Refused),
        (401, {"status": "rate_limit_exceeded", "message": "slow down"}, RetryLater),
        (429, {"status": "too_many_concurrent_requests", "message": "no"}, RetryLater),
        (429, {"code": "concurrent_limit_exceeded", "message": "no"}, RetryLater),
        (429, {"code": "system_busy", "message": "no"}, RetryLater),
        (503, {"code": "system_busy", "message": "no"}, RetryLater),
        (429, {"code": "what_is_new", "message": "no"}, RetryLater),
        (404, {"status": "voice_not_found", "message": "no"}, GenerationFailed),
        (400, {"status": "voice_not_found", "message": "no"}, GenerationFailed),
        (400, {"code": "max_character_limit_exceeded", "message": "no"}, GenerationFailed),
        (400, {"code": "content_policy_violation", "message": "no"}, Filtered),
        (422, [{"type": "missing", "loc": ["body", "text"], "msg": "Field required", "input": {}}], GenerationFailed),
        (404, "Not Found", GenerationFailed),
        (500, {"code": "internal_error", "message": "no"}, OutcomeUnknown),
        (500, "Internal Server Error", OutcomeUnknown),
        (502, None, OutcomeUnknown),
        (429, None, OutcomeUnknown),
        (401, None, OutcomeUnknown),
    ],
)
def test_errors_are_read_by_their_bodies(
    server: Anything, odd: ElevenLabs, status: int, detail: object, expected: type[WorkflowError]
) -> None:
    """Each shape of error is told apart by what it says; one that says nothing leaves the outcome unknown."""
    body = b"<html>Bad gateway</html>" if detail is None else json.dumps({"detail": detail}).encode()
    server.say(body, status, {"Retry-After": "3"})

    error = outcome(lambda: odd.submit(drafted(odd)), NO_SUBMISSION)

    assert type(error) is expected
    assert server.asked == 1
    if isinstance(error, Refused):
        assert "ELEVENLABS_API_KEY" in str(error)
        assert str(status) in str(error)
    if isinstance(error, RetryLater):
        assert error.after_s == 3
    assert KEY not in str(error)


@settings(max_examples=150, deadline=None)
@given(body=JSON, status=st.sampled_from([200, 400, 401, 404, 422, 429, 500]), asks=st.integers(0, 3))
def test_no_answer_is_too_odd(body: object, status: int, asks: int) -> None:
    """Whatever a server answers to a submission or a question, what follows is one of the documented errors."""
    with anything() as server:
        odd = ElevenLabs(server.url, KEY, SETTLE_S)
        server.say(json.dumps(body).encode(), status)
        calls: list[Callable[[], object]] = [
            lambda: odd.submit(drafted(odd)),
            lambda: odd.submit(drafted(odd, effect())),
            lambda: odd.poll("op", OLD_S),
            lambda: odd.find(speech().as_dict(), OLD_S, []),
        ]
        outcome(calls[asks], NO_SUBMISSION)


def test_a_submission_that_has_no_connection_sent_nothing(server: Anything) -> None:
    """Where nobody listens nothing was sent."""
    nobody = ElevenLabs("http://127.0.0.1:9", KEY, SETTLE_S)

    assert server is not None
    with pytest.raises(RetryLater):
        nobody.submit(drafted(nobody))


def test_lost_speech_is_found_and_fetched(emulator: Emulator, voice: ElevenLabs, tmp_path: Path) -> None:
    """Speech whose answer was lost is found by what was asked, and had again without another submission."""
    voice.submit(drafted(voice, speech(text="Another line.")))
    emulator.fault("drop_after_accept", "elevenlabs")
    with pytest.raises(OutcomeUnknown):
        voice.submit(drafted(voice))
    emulator.finish()

    assert isinstance(voice, Remembering)
    found = voice.find(speech().as_dict(), 1.0, [])
    assert found
    assert found == emulator.submissions()[-1]["id"]
    result = finished(ElevenLabs(voice.base_url, KEY, SETTLE_S), found, 1.0)
    voice.fetch(result, tmp_path / "line.mp3")

    recording.check(tmp_path / "line.mp3", 1.5, 2.5)
    assert result.notes is None
    assert result.units == "27 characters"
    assert len(emulator.submissions()) == 2


@pytest.mark.parametrize("other", [{"text": "Another."}, {"voice": "voice2"}, {"model": "eleven_flash_v2_5"}])
def test_what_is_not_the_same_is_not_found(emulator: Emulator, voice: ElevenLabs, other: dict[str, str]) -> None:
    """Another text, voice or model is not what was asked for; after a while it is certain that there is nothing."""
    voice.submit(drafted(voice, speech(**other)))
    emulator.finish()

    with pytest.raises(RetryLater, match="not in the history of ElevenLabs yet"):
        voice.find(speech().as_dict(), 1.0, [])
    assert voice.find(speech().as_dict(), OLD_S, []) is None


def test_what_is_known_is_not_found_again(emulator: Emulator, voice: ElevenLabs) -> None:
    """A generation that is another submission's is not given to this one."""
    known = voice.submit(drafted(voice))
    emulator.finish()

    assert voice.find(speech().as_dict(), OLD_S, []) == known
    assert voice.find(speech().as_dict(), OLD_S, [known]) is None


def test_what_was_made_before_is_not_found(server: Anything, odd: ElevenLabs) -> None:
    """The same line spoken long before it was sent is another one."""
    item = {"history_item_id": "h1", "request_id": "r1", "voice_id": "voice1", "text": TEXT}
    item |= {"model_id": "eleven_multilingual_v2", "date_unix": int(time.time()) - 2 * DAY_S}  # type: ignore[dict-item]
    server.say(json.dumps({"history": [item], "has_more": False}).encode())

    assert odd.find(speech().as_dict(), OLD_S, []) is None
    assert odd.find(speech().as_dict(), 2.0 * DAY_S, []) == "r1"


@pytest.mark.parametrize("fast_s", [61, 3600])
def test_a_clock_that_was_fast_loses_no_speech(server: Anything, odd: ElevenLabs, fast_s: int) -> None:
    """What was sent while the clock here was ahead seems to be made before it was sent; it is found all the same."""
    item = {"history_item_id": "h1", "request_id": "r1", "voice_id": "voice1", "text": TEXT}
    made = int(time.time() - OLD_S - fast_s)
    item |= {"model_id": "eleven_multilingual_v2", "date_unix": made}  # type: ignore[dict-item]
    server.say(json.dumps({"history": [item], "has_more": False}).encode())

    assert odd.find(speech().as_dict(), OLD_S, []) == "r1"


def test_a_clock_that_is_a_day_off_proves_nothing(server: Anything, odd: ElevenLabs) -> None:
    """Where the server's clock says that this one is far off, what is not found may be there."""
    item = {"history_item_id": "h1", "request_id": "r1", "voice_id": "voice1", "text": "Another."}
    item |= {"model_id": "eleven_multilingual_v2", "date_unix": int(time.time()) - DAY_S}  # type: ignore[dict-item]
    date = email.utils.formatdate(time.time() - DAY_S, usegmt=True)
    server.say(json.dumps({"history": [item], "has_more": False}).encode(), headers={"Date": date})

    with pytest.raises(OutcomeUnknown, match=r"clock of this machine is \+24 hours off"):
        odd.find(speech().as_dict(), OLD_S, [])


def test_an_empty_history_proves_nothing(emulator: Emulator, voice: ElevenLabs) -> None:
    """Without any entry the history may be switched off: nobody can tell."""
    assert emulator.report()["counts"] == {}

    with pytest.raises(OutcomeUnknown, match="history of ElevenLabs is empty"):
        voice.find(speech().as_dict(), OLD_S, [])


def test_a_key_that_may_only_speak(server: Anything, odd: ElevenLabs) -> None:
    """A key that may not read the history leaves the outcome unknown and says what to allow; the run is not stopped."""
    server.say(json.dumps({"detail": {"status": "missing_permissions", "message": "no"}}).encode(), 401)

    with pytest.raises(OutcomeUnknown, match=r"may not read the history.*ELEVENLABS_API_KEY"):
        odd.find(speech().as_dict(), OLD_S, [])
    with pytest.raises(OutcomeUnknown, match="may not read the history"):
        odd.poll("operation", OLD_S)


def test_effects_are_in_no_history(emulator: Emulator, voice: ElevenLabs) -> None:
    """A lost effect cannot be asked for, and nothing is."""
    with pytest.raises(OutcomeUnknown, match="no history of sound effects"):
        voice.find(effect().as_dict(), OLD_S, [])

    assert emulator.report()["polls"] == {}


def test_an_operation_that_is_in_no_history(emulator: Emulator, voice: ElevenLabs) -> None:
    """An id that the history does not know yet may come; later it is gone."""
    assert emulator.report()["counts"] == {}

    assert voice.poll("nothing", 1.0) == Running("not yet in the history")
    with pytest.raises(OutcomeUnknown, match="does not have it"):
        voice.poll("nothing", OLD_S)


def test_a_history_is_read_page_by_page(server: Anything, odd: ElevenLabs) -> None:
    """A history that never ends is given up, rather than taken for one without the line."""
    item = {"history_item_id": "h1", "request_id": "r1", "voice_id": "v", "text": "x", "date_unix": int(time.time())}
    page = {"history": [item], "has_more": True, "last_history_item_id": "h1"}
    server.say(json.dumps(page).encode())

    with pytest.raises(OutcomeUnknown, match="more than"):
        odd.find(speech().as_dict(), OLD_S, [])


@pytest.mark.parametrize(
    "alignment",
    [
        None,
        {"characters": ["A"], "character_start_times_seconds": [], "character_end_times_seconds": []},
        {"characters": [1], "character_start_times_seconds": [0], "character_end_times_seconds": [1]},
        {"characters": ["A"], "character_start_times_seconds": [-1], "character_end_times_seconds": [1]},
        "text",
    ],
)
def test_speech_without_times_is_kept(server: Anything, odd: ElevenLabs, alignment: object) -> None:
    """A recording whose times are missing or do not fit together is a recording all the same."""
    body = {"audio_base64": "SUQz", "alignment": alignment}
    server.say(json.dumps(body).encode(), headers={"request-id": "r1"})

    operation = odd.submit(drafted(odd))

    assert operation == "r1"
    assert finished(odd, operation) == Finished(data=b"ID3")


def test_speech_with_half_letters_is_kept(server: Anything, odd: ElevenLabs, tmp_path: Path) -> None:
    """A letter whose halves come one by one spoils neither the recording nor the times of the others."""
    starts, ends = [0.0, 0.1, 0.2, 0.3], [0.1, 0.2, 0.3, 0.4]
    times = {"character_start_times_seconds": starts, "character_end_times_seconds": ends}
    body = {"audio_base64": "SUQz", "alignment": {"characters": ["A", "\ud83d", "\udc22", "!"], **times}}
    server.say(json.dumps(body).encode(), headers={"request-id": "r1"})
    store = Store(tmp_path)

    found = finished(odd, odd.submit(drafted(odd)))
    store.write_notes("a", "f" * 64, found.notes or {})

    assert found.notes == {"alignment": {"characters": ["A", "", "", "!"], **times}}


def test_sound_without_an_id_is_kept(server: Anything, odd: ElevenLabs) -> None:
    """An answer that names no id, but holds the sound, is the sound; one with neither leaves the outcome unknown."""
    server.say(json.dumps({"audio_base64": "SUQz"}).encode())
    operation = odd.submit(drafted(odd))
    server.say(b"{}")

    assert finished(odd, operation).data == b"ID3"
    with pytest.raises(OutcomeUnknown):
        odd.submit(drafted(odd))


def test_the_key_is_shown_nowhere(voice: ElevenLabs) -> None:
    """Neither the account nor what is prepared shows the key."""
    assert KEY not in f"{voice!r} {drafted(voice)!r} {voice.account}"
    assert voice.cancel("anything") is False
