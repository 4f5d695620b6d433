"""The emulated Google APIs, driven with Google's own client."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import av
import httpx
import httpx2
import pytest
from emulator.client import KEYS, Emulator
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials
from PIL import Image
from pydantic import BaseModel

VEO = "veo-3.1-fast-generate-001"
OMNI = "gemini-omni-1.1-flash"


class Shot(BaseModel):
    """A part of the answer."""

    prompt: str
    seconds: int


class Board(BaseModel):
    """What is asked of the text model."""

    title: str
    shots: list[Shot]


def png(color: str = "red") -> bytes:
    """A small picture."""
    held = io.BytesIO()
    Image.new("RGB", (64, 36), color).save(held, "PNG")
    return held.getvalue()


def client(emulator: Emulator, location: str | None = None) -> genai.Client:
    """Google's client for Vertex in a location, or with a key of the Gemini API; it never retries."""
    once = types.HttpRetryOptions(attempts=1)
    if location:
        options = types.HttpOptions(base_url=emulator.env["GOOGLE_VERTEX_BASE_URL"], retry_options=once)
        token = Credentials(token=KEYS["GOOGLE_OAUTH_ACCESS_TOKEN"])  # type: ignore[no-untyped-call]
        return genai.Client(enterprise=True, project="p", location=location, credentials=token, http_options=options)
    options = types.HttpOptions(base_url=emulator.env["GOOGLE_GEMINI_BASE_URL"], retry_options=once)
    return genai.Client(api_key=KEYS["GEMINI_API_KEY"], http_options=options)


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


@pytest.fixture
def gemini(emulator: Emulator) -> Iterator[genai.Client]:
    """A client with a key."""
    with client(emulator) as made:
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


def shape(film: bytes) -> tuple[int, int, int, float, int]:
    """Width, height, frames, frames a second and sound tracks of a film."""
    with av.open(io.BytesIO(film), "r") as opened:
        stream = opened.streams.video[0]
        frames = len(list(opened.decode(stream)))
        rate = float(stream.average_rate or 0)
        return stream.width, stream.height, frames, rate, len(opened.streams.audio)


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


def test_veo_names_have_a_place(emulator: Emulator, vertex: genai.Client) -> None:
    """A retired model and an unknown operation are 404, another place's operation is not served."""
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


def test_omni_files_are_processed_first(emulated_films: Any) -> None:  # noqa: ANN401
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


@pytest.mark.parametrize("raw", [False, True])
def test_words_satisfy_their_schema(emulator: Emulator, gemini: genai.Client, *, raw: bool) -> None:
    """Structured answers validate, whichever way the schema is sent, and are the same each time."""
    schema = {"response_json_schema": Board.model_json_schema()} if raw else {"response_schema": Board}
    config = types.GenerateContentConfig(response_mime_type="application/json", **schema)
    answers = [
        gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird. It flies.", config=config)
        for _ in range(2)
    ]

    assert answers[0].text == answers[1].text
    assert Board.model_validate_json(answers[0].text or "").shots
    assert emulator.report()["counts"] == {"gemini": 2}


def test_pictures_have_the_asked_size(emulator: Emulator, gemini: genai.Client) -> None:
    """An image model answers with a PNG of the asked aspect and size, at its price."""
    answer = gemini.models.generate_content(
        model="gemini-3-pro-image",
        contents=types.Content(
            role="user",
            parts=[types.Part(text="A bird."), types.Part.from_bytes(data=png(), mime_type="image/png")],
        ),
        config=types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
        ),
    )
    drawn = [part.inline_data.data or b"" for part in answer.parts or [] if part.inline_data]

    with Image.open(io.BytesIO(drawn[-1])) as image:
        assert (image.format, image.size) == ("PNG", (2736, 1536))
    assert emulator.report()["usd"] == 0.134


def test_blocked_and_cut_answers(emulator: Emulator, gemini: genai.Client) -> None:
    """A blocked prompt has no candidates; an answer that is cut says so."""
    emulator.fault("filtered", "gemini")
    emulator.fault("truncated", "gemini")
    blocked = gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird.")
    cut = gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird.")

    assert blocked.candidates is None
    assert cut.candidates is not None
    assert str(cut.candidates[0].finish_reason) == "FinishReason.MAX_TOKENS"


def test_omni_is_no_text_model(gemini: genai.Client) -> None:
    """Models of the Interactions API refuse generateContent."""
    with pytest.raises(errors.ClientError, match="Interactions API"):
        gemini.models.generate_content(model=OMNI, contents="A bird.")
