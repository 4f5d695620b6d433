"""The emulated Omni, driven with Google's own client."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulator.client import Emulator
from emulator.sdk import client, png, shape
from google import genai
from google.genai import errors

OMNI = "gemini-omni-1.1-flash"


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def gemini(emulator: Emulator) -> Iterator[genai.Client]:
    """A client with a key."""
    with client(emulator) as made:
        yield made


def omni(client: genai.Client, words: str = "A bird.", pictures: int = 0, **wanted: Any) -> Any:  # noqa: ANN401
    """Submit a clip to Omni."""
    image = {"type": "image", "mime_type": "image/png", "data": base64.b64encode(png()).decode()}
    output = {"type": "video", "aspect_ratio": "16:9", "duration": "8s", "resolution": "720p", "delivery": "uri"}
    config = {"task": "image_to_video" if pictures else "text_to_video", **wanted.pop("video_config", {})}
    create: Callable[..., Any] = client.interactions.create
    return create(
        model=wanted.pop("model", OMNI),
        background=wanted.pop("background", True),
        store=True,
        input=[{"type": "text", "text": words}, *[image] * pictures],
        generation_config={"video_config": config},
        response_format={**output, **wanted},
    )


def test_omni_makes_a_clip(emulator: Emulator, gemini: genai.Client) -> None:
    """An interaction is found by its id alone; its film is a file that Google's client fetches."""
    submitted = omni(gemini, pictures=2)
    emulator.finish()
    done: Any = gemini.interactions.get(id=submitted.id)
    uri = done.output_video.uri
    file = gemini.files.get(name="files/" + uri.partition("/files/")[2].partition(":")[0])
    film = gemini.files.download(file=file)

    assert (submitted.status, done.status) == ("in_progress", "completed")
    assert uri.startswith("https://generativelanguage.googleapis.com/v1beta/files/")
    assert shape(film)[:2] == (1280, 720)
    assert shape(film)[4] == 1
    assert done.usage.total_output_tokens == 46336
    assert emulator.report()["usd"] == 0.8


def test_omni_files_are_processed_first(emulated_films: Path) -> None:
    """A new file is PROCESSING, and cannot be fetched before it is ACTIVE."""
    with Emulator(emulated_films, "--scale", "100", "--operation-s", "0") as slow, client(slow) as gemini:
        done = omni(gemini)
        name = "files/" + done.output_video.uri.partition("/files/")[2].partition(":")[0]
        before = gemini.files.get(name=name)
        with pytest.raises(errors.ClientError, match="ACTIVE"):
            gemini.files.download(file=name)
        slow.finish()
        after = gemini.files.get(name=name)

    assert before.state is not None
    assert after.state is not None
    assert (before.state.value, after.state.value) == ("PROCESSING", "ACTIVE")


@pytest.mark.parametrize(
    "wanted",
    [
        {"duration": "11s"},
        {"duration": "2s"},
        {"duration": "8"},
        {"resolution": "480p"},
        {"aspect_ratio": "1:1"},
        {"gcs_uri": "gs://b/x"},
        {"video_config": {"task": "image_to_video"}},
        {"video_config": {"task": "dream"}},
        {"pictures": 3},
    ],
)
def test_omni_refuses_what_it_cannot_make(emulator: Emulator, gemini: genai.Client, wanted: dict[str, Any]) -> None:
    """A setting against the documented rules is a 400, and nothing is bought."""
    with pytest.raises(Exception, match="INVALID_ARGUMENT") as caught:
        omni(gemini, **wanted)

    assert getattr(caught.value, "status_code", None) == 400
    assert emulator.report()["counts"] == {}


def test_omni_bills_what_it_ignores(emulator: Emulator, gemini: genai.Client) -> None:
    """An unknown key in video_config changes nothing, and the clip is billed."""
    omni(gemini)
    omni(gemini, video_config={"negative_prompt": "text"})

    plain, ignored = emulator.submissions("omni")
    assert plain["digest"] == ignored["digest"]
    assert emulator.report()["usd"] == 1.6


def test_omni_refuses_with_words(emulator: Emulator, gemini: genai.Client) -> None:
    """The filter completes an interaction without a film, or refuses it at once."""
    emulator.fault("filtered", "omni")
    emulator.fault("filtered", "omni", shape="submit")
    with pytest.raises(Exception, match="Support codes"):
        omni(gemini)
    submitted = omni(gemini)
    emulator.finish()
    done: Any = gemini.interactions.get(id=submitted.id)

    assert done.status == "completed"
    assert done.output_video is None


def test_omni_can_be_cancelled(emulator: Emulator, gemini: genai.Client) -> None:
    """A cancelled interaction says so and runs no longer; an unknown one is a 400."""
    emulator.fault("never", "omni")
    submitted = omni(gemini)
    gone: Any = gemini.interactions.cancel(id=submitted.id)

    with pytest.raises(Exception, match="Invalid interaction name"):
        gemini.interactions.get(id="v1_gone")
    assert gone.status == "cancelled"
    assert emulator.report()["in_flight"]["omni"] == 0


def test_omni_through_vertex(emulator: Emulator) -> None:
    """Through Vertex the film is inline, or in a bucket whose address is required for delivery by uri."""
    with client(emulator, "global") as vertex:
        inline = omni(vertex, model="gemini-omni-1.2-flash", delivery="inline")
        stored = omni(vertex, model="gemini-omni-1.2-flash", gcs_uri="gs://films/x")
        with pytest.raises(Exception, match="gcs_uri"):
            omni(vertex, model="gemini-omni-1.2-flash")
        emulator.finish()
        films: list[Any] = [vertex.interactions.get(id=made.id) for made in (inline, stored)]

    assert shape(base64.b64decode(films[0].output_video.data))[:2] == (1280, 720)
    assert films[1].output_video.uri.startswith("gs://films/x/")


def test_omni_without_background_blocks(emulator: Emulator, gemini: genai.Client) -> None:
    """Without `background` the answer comes with the film."""
    assert omni(gemini, background=False).status == "completed"
    assert emulator.report()["in_flight"]["omni"] == 0
