"""Promises of the Kling client, asked at the emulator: one task per submission, and no outcome that is guessed."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import provider_bench
import pytest
from conftest import draw
from emulator.client import Emulator
from hypothesis import given, settings
from hypothesis import strategies as st
from provider_bench import DOCUMENTED, JSON, Anything, ended, nowhere, outcome

from workflow_lib import hosting, kie
from workflow_lib.config import Config
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    InvalidInput,
    MissingKey,
    OutcomeUnknown,
    RetryLater,
)
from workflow_lib.providers import access, kling_answers, kling_models
from workflow_lib.providers.base import Draft, Finished, Host, Order, Provider, Running
from workflow_lib.providers.kling import Kling

SETTINGS = Config(retry_s=[0.01, 0.01])
ORDER = Order(
    model=SETTINGS.kling_model,
    prompt="A tortoise walks. Slow push in.",
    negative_prompt="text",
    seconds=10.0,
    aspect="16:9",
    resolution="",
    seed=None,
    start=None,
    end=None,
)
KEY = "canary-kie-0f3a9c51e7"


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, and an environment that points to it."""
    return provider_bench.at(shared_emulator, tmp_path, monkeypatch)


@pytest.fixture
def kling(emulator: Emulator) -> Provider:
    """The client of the emulated KIE."""
    assert emulator.url
    return access.open_provider("kling", SETTINGS)


@pytest.fixture
def host(emulator: Emulator, tmp_path: Path) -> Host:
    """The picture hosts of the emulator."""
    assert emulator.url
    return partial(hosting.hosted, settings=SETTINGS, cache=tmp_path / "hosted", warn=pytest.fail)


def _submitted(kling: Provider, prompt: str = ORDER.prompt) -> str:
    return kling.submit(kling.prepare(replace(ORDER, prompt=prompt), nowhere))


def test_a_clip_between_two_pictures_is_bought_once(
    kling: Provider, host: Host, emulator: Emulator, tmp_path: Path
) -> None:
    """Prepared, submitted, polled and fetched, a clip costs what KIE says, and no host of files saw the key."""
    start, end = draw(tmp_path / "a.png", size=(640, 360)), draw(tmp_path / "b.png", "#800000", (640, 360))

    operation = kling.submit(kling.prepare(replace(ORDER, start=start, end=end), host))
    assert isinstance(kling.poll(operation, 0.0), Running)
    finished = ended(kling, emulator, operation)
    assert isinstance(finished, Finished)
    kling.fetch(finished, tmp_path / "clip.mp4")

    assert (finished.usd, finished.units) == (0.42, "84 credits")
    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    report = emulator.report()
    assert [order["id"] for order in report["submissions"]] == [operation]
    assert report["creates_seen"]["kling"] == 1
    assert not report["leaked_keys"]


def test_words_alone_go_to_the_twin_model(kling: Provider, emulator: Emulator) -> None:
    """An order without a picture is made by the text-to-video model of the same family."""
    _submitted(kling)

    assert [order["model"] for order in emulator.submissions()] == ["kling/v2-5-turbo-text-to-video-pro"]


def test_an_address_where_nobody_listens_took_nothing(kling: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a connection nothing was sent, so the order may be sent again."""
    monkeypatch.setenv("KIE_BASE_URL", "http://127.0.0.1:1")

    with pytest.raises(RetryLater, match="could not be reached"):
        _submitted(access.open_provider("kling", SETTINGS))
    assert kling.base_url != "http://127.0.0.1:1"


def test_the_filter_is_told_from_a_failure(kling: Provider, emulator: Emulator) -> None:
    """Moderation, at once or at the end, is Filtered; any other end without a clip is a failure."""
    emulator.faults(
        [
            {"at": "filtered", "provider": "kling", "match": "one", "shape": "submit"},
            {"at": "filtered", "provider": "kling", "match": "two"},
            {"at": "failed", "provider": "kling", "match": "three"},
        ]
    )

    with pytest.raises(Filtered, match="moderation"):
        _submitted(kling, "one")
    with pytest.raises(Filtered, match="moderation"):
        ended(kling, emulator, _submitted(kling, "two"))
    with pytest.raises(GenerationFailed, match="501 Generation failed"):
        ended(kling, emulator, _submitted(kling, "three"))


def test_a_new_task_may_be_unknown_for_a_minute(kling: Provider, emulator: Emulator) -> None:
    """`recordInfo is null` means nothing for a young task; for an old one nobody knows what became of it."""
    operation = _submitted(kling)
    emulator.fault("record_null", "kling", times=2)

    assert isinstance(kling.poll(operation, 59.0), Running)
    with pytest.raises(OutcomeUnknown, match="does not know the task"):
        kling.poll(operation, 60.0)


def test_a_success_without_addresses_is_not_over(kling: Provider, emulator: Emulator) -> None:
    """A success whose list of results is still empty is polled on."""
    operation = _submitted(kling)
    emulator.fault("empty_urls_once", "kling")

    assert isinstance(ended(kling, emulator, operation), Running)
    assert isinstance(kling.poll(operation, 61.0), Finished)


def test_an_expired_address_is_replaced_once(kling: Provider, emulator: Emulator, tmp_path: Path) -> None:
    """A result that is gone under its address is asked for under another one; gone again, it is gone."""
    finished = ended(kling, emulator, _submitted(kling))
    assert isinstance(finished, Finished)
    emulator.fault("expired", "kling")

    kling.fetch(finished, tmp_path / "clip.mp4")
    emulator.fault("expired", "kling", times=2)
    with pytest.raises(OutcomeUnknown, match="does not keep the clip") as caught:
        kling.fetch(finished, tmp_path / "again.mp4")

    assert (tmp_path / "clip.mp4").stat().st_size > 1000
    assert "Signature" not in str(caught.value) + repr(finished)
    assert not emulator.report()["leaked_keys"]


def test_an_operation_is_resumed_where_it_was_submitted(kling: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another address in the settings does not lose a task that was made under the old one."""
    operation = _submitted(kling)
    monkeypatch.setenv("KIE_BASE_URL", "http://127.0.0.1:1")

    resumed = access.open_provider("kling", SETTINGS, base_url=kling.base_url)

    assert isinstance(resumed.poll(operation, 0.0), Running)
    assert resumed.account == kling.account


def test_accounts_are_told_apart_without_showing_a_key(kling: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another key is another account, and neither can be read in the client's texts."""
    monkeypatch.setenv("KIE_API_KEY", "another-key-1")
    other = access.open_provider("kling", SETTINGS)

    assert other.account != kling.account
    assert KEY not in f"{kling!r} {kling.account}"


def test_no_key_is_a_missing_key(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key nothing is asked."""
    monkeypatch.delenv("KIE_API_KEY")

    with pytest.raises(MissingKey, match="KIE_API_KEY"):
        access.open_provider("kling", SETTINGS)
    assert emulator.report()["creates_seen"].get("kling", 0) == 0


def test_nothing_is_logged(kling: Provider, emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """Even where the program logs everything, no address, key or body of a request is in the log."""
    caplog.set_level(logging.DEBUG)

    ended(kling, emulator, _submitted(kling))

    assert caplog.text == ""


def test_a_task_cannot_be_given_up(kling: Provider) -> None:
    """KIE offers no way to cancel, and the client says so."""
    assert not kling.cancel(_submitted(kling))


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "kling/unheard-of"},
        {"model": "kling/v2-1-pro"},
        {"seconds": 8.0},
        {"prompt": "x" * 2501},
        {"prompt": ""},
        {"negative_prompt": "x" * 501},
        {"aspect": "4:3"},
        {"end": Path("b.png")},
        {"model": "kling/v2-1-standard", "start": Path("a.png"), "end": Path("b.png")},
        {"model": "kling-2.6/image-to-video", "start": Path("a.png"), "negative_prompt": "text"},
    ],
)
def test_what_a_model_does_not_take_is_never_sent(changes: dict[str, Any], kling: Provider) -> None:
    """An order that KIE would refuse, or ignore and charge, is refused before anything is uploaded."""
    with pytest.raises(InvalidInput, match="model kling"):
        kling.prepare(replace(ORDER, **changes), nowhere)


def test_a_picture_that_is_too_large_is_never_uploaded(kling: Provider, tmp_path: Path) -> None:
    """Kling's limit of 10 MB is checked here."""
    (tmp_path / "a.png").write_bytes(bytes(10_000_001))

    with pytest.raises(GenerationFailed, match="10 MB"):
        kling.prepare(replace(ORDER, start=tmp_path / "a.png"), nowhere)


@pytest.mark.parametrize(
    ("model", "urls", "fields"),
    [
        ("kling/v2-5-turbo-image-to-video-pro", ["u"], {"image_url": "u", "negative_prompt": "", "cfg_scale": 0.5}),
        (
            "kling/v2-1-pro",
            ["u", "v"],
            {"image_url": "u", "tail_image_url": "v", "negative_prompt": "", "cfg_scale": 0.5},
        ),
        ("kling-2.6/image-to-video", ["u"], {"image_urls": ["u"], "sound": False}),
        (
            "kling-3.0/video",
            ["u", "v"],
            {"image_urls": ["u", "v"], "sound": False, "mode": "pro", "multi_shots": False, "aspect_ratio": "16:9"},
        ),
        ("kling/v3-turbo-image-to-video", ["u"], {"image_urls": ["u"], "resolution": "1080p"}),
    ],
)
def test_each_model_is_asked_in_its_own_shape(model: str, urls: list[str], fields: dict[str, object]) -> None:
    """Every field that a model takes is sent, and no other."""
    order = replace(ORDER, model=model, start=Path("a.png"), negative_prompt="")

    assert kling_models.body(order, urls) == {
        "model": model,
        "input": {"prompt": ORDER.prompt, "duration": "10", **fields},
    }


_RESULT = JSON | st.builds(json.dumps, JSON) | st.fixed_dictionaries({"resultUrls": JSON})
_RECORD = st.fixed_dictionaries(
    {},
    optional={
        "taskId": JSON,
        "state": st.sampled_from(["waiting", "success", "fail"]) | JSON,
        "successFlag": st.sampled_from([0, 1, 2, 3]) | JSON,
        "resultJson": _RESULT,
        "response": _RESULT,
        "creditsConsumed": JSON,
        "failCode": JSON,
        "failMsg": JSON,
    },
)
_ANSWER = st.builds(
    kie.Answer,
    st.none() | st.sampled_from([200, 400, 401, 402, 404, 408, 422, 429, 433, 455, 500, 501, 505, 777]),
    st.text(max_size=20),
    _RECORD | JSON,
    st.none() | st.just(3.0),
)


@given(answer=_ANSWER)
def test_any_answer_to_a_submission_is_an_id_or_a_documented_error(answer: kie.Answer) -> None:
    """Whatever KIE answers, there is an id, or one of the errors that the contract names."""
    assert outcome(lambda: kling_answers.task(answer), DOCUMENTED)


@given(answer=_ANSWER, age_s=st.floats(0, 1000))
def test_any_answer_to_a_poll_is_a_standing_or_a_documented_error(answer: kie.Answer, age_s: float) -> None:
    """Whatever KIE answers, the task stands somewhere, or one of the errors that the contract names is raised."""
    assert outcome(lambda: kling_answers.standing(answer, age_s), DOCUMENTED)


@settings(deadline=None)
@given(body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), status=st.integers(200, 599))
def test_whatever_a_server_says_is_paid_for_once(server: Anything, body: bytes, status: int) -> None:
    """Any status with any body is an id or a documented error, and was asked for with one request."""
    server.say(body, status)

    assert outcome(lambda: Kling(server.url, "any-key").submit(Draft("m", {})), DOCUMENTED)
    assert server.asked == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_key(server: Anything, status: int) -> None:
    """A submission that is sent elsewhere is not sent again, and nobody knows what became of it."""
    server.say(b"", status, {"Location": f"{server.url}/elsewhere"})

    with pytest.raises(OutcomeUnknown, match=f"HTTP {status}"):
        Kling(server.url, "any-key").submit(Draft("m", {}))
    assert server.asked == 1


def test_a_result_is_found_in_each_of_its_forms() -> None:
    """Results come as a string, as an object, or parsed under another name; credits may be missing."""
    urls = {"resultUrls": ["https://h.example/a.mp4"]}
    forms: list[dict[str, object]] = [{"resultJson": json.dumps(urls)}, {"resultJson": urls}, {"response": urls}]

    for form in forms:
        answer = kie.Answer(200, "success", {"state": "success", **form}, None)
        assert kling_answers.standing(answer, 0.0) == Finished(url="https://h.example/a.mp4")


def test_a_result_for_nothing_is_not_charged_yet() -> None:
    """A result of 0 credits counts with its list price, so that a budget fills."""
    done = {"state": "success", "resultJson": {"resultUrls": ["https://h.example/a.mp4"]}, "creditsConsumed": 0}

    assert kling_answers.standing(kie.Answer(200, "", done, None), 0.0) == Finished(url="https://h.example/a.mp4")


def test_the_cost_of_a_failure_is_told() -> None:
    """Where KIE names credits for a task that failed, the reason names them too."""
    answer = kie.Answer(200, "", {"state": "fail", "failCode": "500", "creditsConsumed": 42}, None)

    with pytest.raises(GenerationFailed, match="42 credits"):
        kling_answers.standing(answer, 0.0)


def test_a_draft_does_not_show_its_body() -> None:
    """What is sent may hold whole pictures, so it is not part of a draft's text."""
    assert repr(Draft("m", "secret body")) == "Draft(model='m')"
