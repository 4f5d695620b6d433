"""The emulated ElevenLabs, driven with the HTTP client that the workflow uses."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import av
import httpx
import pytest
from emulator.client import KEYS, Emulator

SPEECH = "/v1/text-to-speech/voice1"


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def voice(emulator: Emulator) -> Iterator[httpx.Client]:
    """An account in good order."""
    headers = {"xi-api-key": KEYS["ELEVENLABS_API_KEY"]}
    with httpx.Client(base_url=emulator.env["ELEVENLABS_BASE_URL"], headers=headers, trust_env=False) as client:
        yield client


def seconds(sound: bytes) -> float:
    """How long a sound plays."""
    with av.open(io.BytesIO(sound), "r") as opened:
        return sum(frame.samples / frame.sample_rate for frame in opened.decode(audio=0))


def test_speech_is_sound(emulator: Emulator, voice: httpx.Client) -> None:
    """Speech decodes, is billed by the character, and the answer says what it cost."""
    answer = voice.post(SPEECH, json={"text": "A bird flies over the hill.", "seed": 1})

    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["character-cost"] == "27"
    assert seconds(answer.content) == pytest.approx(2.0, abs=0.15)
    assert emulator.report()["usd"] == 0.0027
    assert voice.get("/v1/user/subscription").json()["character_count"] == 27


def test_formats(voice: httpx.Client) -> None:
    """Raw samples are what their name says; a format that is not sold is a 422."""
    raw = voice.post(SPEECH, params={"output_format": "pcm_16000"}, json={"text": "A bird."})
    wrong = voice.post(SPEECH, params={"output_format": "mp3_1"}, json={"text": "A bird."})

    assert len(raw.content) == pytest.approx((7 / 15 + 0.2) * 16000 * 2, abs=4)
    assert wrong.status_code == 422


def test_timed_speech(voice: httpx.Client) -> None:
    """Timestamps come as three arrays of equal length, one entry for each character, within the sound."""
    answer = voice.post(f"{SPEECH}/with-timestamps", json={"text": "A bird."}).json()
    alignment = answer["alignment"]

    assert "".join(alignment["characters"]) == "A bird."
    assert len({len(values) for values in alignment.values()}) == 1
    last = alignment["character_end_times_seconds"][-1]
    assert seconds(base64.b64decode(answer["audio_base64"])) == pytest.approx(last, abs=0.15)


def test_effects(emulator: Emulator, voice: httpx.Client) -> None:
    """An effect lasts as long as it was asked to, and is billed by the piece."""
    asked = {"text": "waves", "duration_seconds": 1.5, "prompt_influence": 0.3}
    answer = voice.post("/v1/sound-generation", json=asked)
    wrong = voice.post("/v1/sound-generation", json={**asked, "duration_seconds": 31})

    assert seconds(answer.content) == pytest.approx(1.5, abs=0.1)
    assert wrong.status_code == 422
    assert emulator.report()["usd"] == 0.12


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (SPEECH, {"text": "x", "model_id": "eleven_v9"}, 400, "model_not_found"),
        (SPEECH, {"text": "x" * 10_001}, 400, "max_character_limit_exceeded"),
        ("/v1/text-to-speech/missing1", {"text": "x"}, 404, "voice_not_found"),
    ],
)
def test_refusals_have_a_code(
    emulator: Emulator, voice: httpx.Client, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    """Errors of both shapes carry a code, and nothing is bought."""
    answer = voice.post(path, json=body)

    assert (status, code) == (answer.status_code, answer.json()["detail"]["status"])
    assert emulator.report()["counts"] == {}


@pytest.mark.parametrize(
    "body", [{}, {"text": 5}, {"text": "x", "voice_settings": {"speed": 3}}, {"text": "x", "volume": 1}, {"text": ""}]
)
def test_validation_comes_before_the_key(emulator: Emulator, body: dict[str, Any]) -> None:
    """A body out of order is a list of problems, with a key or without."""
    answer = httpx.post(emulator.env["ELEVENLABS_BASE_URL"] + SPEECH, json=body, trust_env=False)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_keys_are_checked(emulator: Emulator) -> None:
    """A bearer header is no key, and an unknown key is named as such."""
    for headers, code in (
        ({"Authorization": "Bearer x"}, "needs_authorization"),
        ({"xi-api-key": "invalid"}, "invalid_api_key"),
    ):
        answer = httpx.post(
            emulator.env["ELEVENLABS_BASE_URL"] + SPEECH, json={"text": "x"}, headers=headers, trust_env=False
        )
        assert (answer.status_code, answer.json()["detail"]["code"]) == (401, code)


def test_an_empty_quota_looks_like_a_bad_key(emulator: Emulator, voice: httpx.Client) -> None:
    """A quota that is used up is a 401 too, told apart by its code."""
    emulator.fault("out_of_credits", "elevenlabs")
    answer = voice.post(SPEECH, json={"text": "A bird."})

    assert (answer.status_code, answer.json()["detail"]["status"]) == (401, "quota_exceeded")


def test_lost_speech_is_in_the_history(emulator: Emulator, voice: httpx.Client) -> None:
    """Speech whose answer was lost is found by its text, and fetched without a second charge."""
    emulator.fault("drop_after_accept", "elevenlabs")
    with pytest.raises(httpx.RemoteProtocolError):
        voice.post(SPEECH, json={"text": "A bird."})
    emulator.finish()
    found = voice.get("/v1/history", params={"voice_id": "voice1"}).json()["history"]
    again = voice.get(f"/v1/history/{found[0]['history_item_id']}/audio")

    assert [item["text"] for item in found] == ["A bird."]
    assert seconds(again.content) > 0
    assert emulator.report()["counts"] == {"elevenlabs": 1}


def test_too_many_at_once(emulator: Emulator, voice: httpx.Client) -> None:
    """The sixth request at the same time is refused."""
    emulator.fault("slow", "elevenlabs", None, factor=50)
    with ThreadPoolExecutor(6) as crowd:
        codes = sorted(
            answer.status_code for answer in crowd.map(lambda n: voice.post(SPEECH, json={"text": f"{n}."}), range(6))
        )

    assert codes == [200] * 5 + [429]
    assert emulator.report()["max_in_flight"]["elevenlabs"] == 5
