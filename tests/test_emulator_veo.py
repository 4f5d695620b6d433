"""The emulated Veo, driven with Google's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest
from emulator.client import Emulator
from emulator.sdk import client, png, shape
from google import genai
from google.genai import errors, types

VEO = "veo-3.1-fast-generate-001"


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def vertex(emulator: Emulator) -> Iterator[genai.Client]:
    """A Vertex client where Veo is."""
    with client(emulator, "us-central1") as made:
        yield made


def veo(vertex: genai.Client, *, first: bool = True, **config: Any) -> types.GenerateVideosOperation:  # noqa: ANN401
    """Submit a film to Veo."""
    source = types.GenerateVideosSource(prompt="A bird.")
    if first:
        source.image = types.Image(image_bytes=png(), mime_type="image/png")
    settings = {"duration_seconds": 8, "aspect_ratio": "16:9", "generate_audio": False, **config}
    return vertex.models.generate_videos(model=VEO, source=source, config=types.GenerateVideosConfig(**settings))


def veo_done(emulator: Emulator, vertex: genai.Client, name: str | None) -> types.GenerateVideosOperation:
    """An operation after its time, found by its name alone."""
    emulator.finish()
    found: types.GenerateVideosOperation = vertex.operations.get(
        types.GenerateVideosOperation.model_validate({"name": name})
    )
    return found


def test_veo_makes_a_film(emulator: Emulator, vertex: genai.Client) -> None:
    """An operation is found by its name alone, ends with a silent film, and is billed once."""
    last = types.Image(image_bytes=png("blue"), mime_type="image/png")
    operation = veo(vertex, last_frame=last, resolution="1080p", seed=7)
    done = veo_done(emulator, vertex, operation.name)

    assert operation.done is None
    assert done.response is not None
    assert done.response.generated_videos is not None
    video = done.response.generated_videos[0].video
    assert video is not None
    assert shape(video.video_bytes or b"") == (1920, 1080, 192, 24, 0)
    assert emulator.report()["usd"] == 0.8


def test_veo_bills_sound_and_samples(emulator: Emulator, vertex: genai.Client) -> None:
    """Each sample is billed, at the price of films with sound where they have it, and no two are the same."""
    operation = veo(vertex, generate_audio=True, number_of_videos=2, duration_seconds=4)
    done = veo_done(emulator, vertex, operation.name)

    assert done.response is not None
    videos = done.response.generated_videos or []
    films = [(video.video.video_bytes or b"") if video.video else b"" for video in videos]
    assert [shape(film) for film in films] == [(1280, 720, 96, 24, 1)] * 2
    assert films[0] != films[1]
    assert emulator.report()["usd"] == 0.8


@pytest.mark.parametrize(
    "config",
    [
        {"duration_seconds": 5},
        {"duration_seconds": 6, "last_frame": types.Image(image_bytes=png(), mime_type="image/png")},
        {"duration_seconds": 6, "resolution": "1080p"},
        {"first": False, "last_frame": types.Image(image_bytes=png(), mime_type="image/png")},
        {"last_frame": types.Image(image_bytes=b"no picture", mime_type="image/png")},
        {"last_frame": types.Image(image_bytes=png(), mime_type="image/jpeg")},
        {"last_frame": types.Image(gcs_uri="gs://b/gone.png", mime_type="image/png")},
        {"aspect_ratio": "1:1"},
        {"resolution": "480p"},
        {"number_of_videos": 5},
        {"seed": -1},
        {"person_generation": "allow_all"},
        {"enhance_prompt": False},
        {"fps": 30},
    ],
)
def test_veo_refuses_what_it_cannot_make(emulator: Emulator, vertex: genai.Client, config: dict[str, Any]) -> None:
    """A setting against the documented rules is a 400, and nothing is bought."""
    with pytest.raises(errors.ClientError) as caught:
        veo(vertex, **config)

    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")
    assert emulator.report()["counts"] == {}


def test_veo_knows_its_names(emulator: Emulator, vertex: genai.Client) -> None:
    """A retired model and an unknown operation are 404."""
    parent = f"projects/p/locations/us-central1/publishers/google/models/{VEO}"
    with pytest.raises(errors.ClientError, match="404"):
        vertex.models.generate_videos(model="veo-2.0", source=types.GenerateVideosSource(prompt="A bird."))
    with pytest.raises(errors.ClientError, match="404"):
        veo_done(emulator, vertex, f"{parent}/operations/gone")


def test_veo_filters_in_three_ways(emulator: Emulator, vertex: genai.Client) -> None:
    """The filter speaks at once, as an operation's error, or as an answer without a film."""
    for way in ("submit", "error", "rai"):
        emulator.fault("filtered", "veo", shape=way)

    with pytest.raises(errors.ClientError, match="Support codes"):
        veo(vertex)
    failed = veo_done(emulator, vertex, veo(vertex).name)
    filtered = veo_done(emulator, vertex, veo(vertex).name)

    assert failed.error is not None
    assert failed.error["code"] == 3
    assert filtered.response is not None
    assert filtered.response.generated_videos is None
    assert filtered.response.rai_media_filtered_count == 1


def test_veo_puts_films_into_buckets(emulator: Emulator, vertex: genai.Client) -> None:
    """With a storage address the film is an object there, which can be read with a token only."""
    done = veo_done(emulator, vertex, veo(vertex, output_gcs_uri="gs://films/a b").name)

    assert done.response is not None
    assert done.response.generated_videos is not None
    video = done.response.generated_videos[0].video
    assert video is not None
    assert video.uri is not None
    bucket, _, name = video.uri.removeprefix("gs://").partition("/")
    address = f"{emulator.env['STORAGE_EMULATOR_HOST']}/storage/v1/b/{bucket}/o/{name.replace('/', '%2F')}"
    read = httpx.get(address, params={"alt": "media"}, headers={"Authorization": "Bearer x"}, trust_env=False)
    facts = httpx.get(address, headers={"Authorization": "Bearer x"}, trust_env=False).json()
    assert shape(read.content)[:2] == (1280, 720)
    assert facts["size"] == str(len(read.content))
    assert httpx.get(address, trust_env=False).status_code == 401


def test_veo_answers_get_lost(emulator: Emulator, vertex: genai.Client) -> None:
    """An accepted order can end in a closed connection, or in an answer without a name."""
    emulator.fault("drop_after_accept", "veo")
    emulator.fault("no_id", "veo")

    with pytest.raises(httpx2.RemoteProtocolError):
        veo(vertex)

    assert veo(vertex).name is None
    assert emulator.report()["counts"] == {"veo": 2}


def test_films_may_be_cut(emulator: Emulator, vertex: genai.Client) -> None:
    """A film within an answer can end early, and comes whole when it is asked for again."""
    emulator.fault("truncated", "veo")
    name = veo(vertex).name
    films = []
    for _ in range(2):
        response = veo_done(emulator, vertex, name).response
        video = response.generated_videos[0].video if response and response.generated_videos else None
        films.append((video.video_bytes if video else None) or b"")

    assert films[0] == films[1][: len(films[0])]
    assert len(films[0]) == len(films[1]) // 2


def test_veo_refusals_create_nothing(emulator: Emulator, vertex: genai.Client) -> None:
    """Each refusal has its code, one request each, and nothing is bought."""
    codes = {"refuse_429": 429, "refuse_403": 403, "refuse_401": 401, "http_503": 503}
    for fault, code in codes.items():
        emulator.fault(fault, "veo")
        with pytest.raises(errors.APIError) as caught:
            veo(vertex)
        assert code == caught.value.code

    assert emulator.report()["creates_seen"] == {"veo": 4}
    assert emulator.report()["counts"] == {}
