"""Promises of every paid backend of clips, asked at the emulator: one request per submission, no guessed outcome."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import provider_bench
import pytest
from conftest import draw
from emulator.client import Emulator
from provider_bench import ended, nowhere

from workflow_lib.catalog import Backend
from workflow_lib.config import Config
from workflow_lib.errors import BadMedia, OutcomeUnknown, Refused, RetryLater, WorkflowError
from workflow_lib.providers import access
from workflow_lib.providers.base import Draft, Finished, Order, Provider

SETTINGS = Config()
KEYS = ("canary-kie-0f3a9c51e7", "canary-gemini-7be21d04a9", "canary-vertex-5d94e0a6f1")

Answers = dict[str, tuple[type[WorkflowError], str]]

UNSURE: Answers = {
    "http_503": (OutcomeUnknown, "503"),
    "html_answer": (OutcomeUnknown, "HTTP 502"),
    "drop_before_accept": (OutcomeUnknown, "after the request was sent"),
    "drop_after_accept": (OutcomeUnknown, "after the request was sent"),
    "html_after_accept": (OutcomeUnknown, "HTTP 502"),
    "error_after_accept": (OutcomeUnknown, "500"),
}
GOOGLE: Answers = UNSURE | {
    "refuse_401": (Refused, "check the key or credentials"),
    "refuse_402": (Refused, "billing"),
    "out_of_credits": (Refused, "billing"),
    "refuse_403": (Refused, "permission"),
    "refuse_429": (RetryLater, "429"),
    "refuse_455": (OutcomeUnknown, "503"),
    "refuse_500": (OutcomeUnknown, "500"),
}
ANSWERS: dict[Backend, Answers] = {
    "kling": UNSURE
    | {
        "refuse_401": (Refused, "KIE_API_KEY"),
        "refuse_402": (Refused, "top up"),
        "refuse_403": (Refused, "KIE_API_KEY"),
        "out_of_credits": (Refused, "top up"),
        "refuse_429": (RetryLater, "429"),
        "refuse_455": (RetryLater, "455"),
        "refuse_500": (RetryLater, "500"),
        "no_id": (OutcomeUnknown, "names no task"),
    },
    "veo": GOOGLE | {"no_id": (OutcomeUnknown, "names no operation")},
    "omni": GOOGLE | {"no_id": (OutcomeUnknown, "names no interaction")},
}
"""What each answer of the emulator to a submission means; only a parsed refusal says that there is no operation."""


@dataclass(frozen=True)
class Bench:
    """One backend at the emulator."""

    backend: Backend
    provider: Provider
    emulator: Emulator

    def submitted(self) -> str:
        """Submit a clip of words alone and give its operation."""
        return self.provider.submit(self.drafted())

    def drafted(self, start: Path | None = None) -> Draft:
        """Prepare a clip of words alone, or from a picture."""
        order = Order(
            model={"kling": SETTINGS.kling_model, "veo": SETTINGS.veo_model, "omni": SETTINGS.omni_model}[self.backend],
            prompt="A finch turns its head. Slow pan right.",
            negative_prompt="",
            seconds=10.0 if self.backend == "kling" else 8.0,
            aspect="16:9",
            resolution="" if self.backend == "kling" else "720p",
            seed=None,
            start=start,
            end=None,
        )
        return self.provider.prepare(order, nowhere)


@pytest.fixture(params=list(ANSWERS))
def bench(
    request: pytest.FixtureRequest, shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """Each backend in turn, at an emulator with empty books."""
    emulator = provider_bench.at(shared_emulator, tmp_path, monkeypatch)
    return Bench(request.param, access.open_provider(request.param, SETTINGS), emulator)


@pytest.mark.parametrize("fault", list(ANSWERS["kling"]))
def test_each_answer_to_a_submission_has_its_own_outcome(bench: Bench, fault: str) -> None:
    """Only the provider's own refusal says that there is no operation, and whatever comes, one request was sent."""
    error, says = ANSWERS[bench.backend][fault]
    bench.emulator.fault(fault, bench.backend, times=None)

    with pytest.raises(error, match=says) as caught:
        bench.submitted()

    assert type(caught.value) is error
    assert not any(key in str(caught.value) for key in KEYS)
    assert bench.emulator.report()["creates_seen"][bench.backend] == 1


def test_a_wait_that_is_asked_for_is_passed_on(bench: Bench) -> None:
    """A refusal with Retry-After says how long to wait."""
    bench.emulator.fault("refuse_429", bench.backend, retry_after=7)

    with pytest.raises(RetryLater) as caught:
        bench.submitted()

    assert caught.value.after_s == 7


@pytest.mark.parametrize("fault", ["poll_429", "poll_500", "poll_html", "poll_reset"])
def test_a_failing_question_says_nothing_about_the_operation(bench: Bench, fault: str) -> None:
    """A poll that goes wrong may be asked again, and then finds the clip."""
    operation = bench.submitted()
    bench.emulator.fault(fault, bench.backend)

    with pytest.raises(RetryLater):
        bench.provider.poll(operation, 61.0)

    assert isinstance(ended(bench.provider, bench.emulator, operation), Finished)


@pytest.mark.parametrize("bench", ["kling", "omni"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "error"), [("truncated", RetryLater), ("result_reset", RetryLater), ("html_result", BadMedia)]
)
def test_a_broken_download_leaves_no_file(bench: Bench, tmp_path: Path, fault: str, error: type[WorkflowError]) -> None:
    """A clip is there whole or not at all, and can be fetched again."""
    finished = ended(bench.provider, bench.emulator, bench.submitted())
    assert isinstance(finished, Finished)
    bench.emulator.fault(fault, bench.backend)

    with pytest.raises(error):
        bench.provider.fetch(finished, tmp_path / "films" / "clip.mp4")

    assert list((tmp_path / "films").glob("*")) == []
    bench.provider.fetch(finished, tmp_path / "films" / "clip.mp4")


@pytest.mark.parametrize("bench", ["veo", "omni"], indirect=True)
def test_nothing_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """Even where the program logs everything, no address, key or picture is in the log."""
    caplog.set_level(logging.DEBUG)

    draft = bench.drafted(draw(tmp_path / "a.png"))
    ended(bench.provider, bench.emulator, bench.provider.submit(draft))

    assert [record for record in caplog.records if record.name.startswith(("http", "google"))] == []
    assert "PNG" not in repr(draft)
