"""The emulated KIE.ai, driven with the HTTP client that the workflow uses."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from conftest import draw
from emulator.client import KEYS, Emulator

MODEL = "kling/v2-5-turbo-image-to-video-pro"
AGENT = "Mozilla/5.0 (clipwright tests)"

Json = dict[str, Any]


class Account:
    """KIE.ai as a client sees it."""

    def __init__(self, emulator: Emulator, **headers: str) -> None:
        key = {"Authorization": f"Bearer {KEYS['KIE_API_KEY']}", "User-Agent": AGENT}
        self.http = httpx.Client(headers={**key, **headers}, trust_env=False)
        self.api = emulator.env["KIE_BASE_URL"] + "/api/v1"
        self.uploads = emulator.env["KIE_UPLOAD_BASE_URL"] + "/api"

    def upload(self, path: Path, **fields: str) -> Json:
        """Upload a picture."""
        data = {"uploadPath": "clipwright", "fileName": path.name, **fields}
        answer: Json = self.http.post(
            f"{self.uploads}/file-stream-upload", data=data, files={"file": path.read_bytes()}
        ).json()
        return answer

    def create(self, url: str = "", **fields: object) -> Json:
        """Ask for a task; fields that are None are left out."""
        given = {"prompt": "A bird.", "image_url": url, "duration": "5", "cfg_scale": 0.5, **fields}
        model = given.pop("model", MODEL)
        body = {"model": model, "input": {name: value for name, value in given.items() if value is not None}}
        answer: Json = self.http.post(f"{self.api}/jobs/createTask", json=body).json()
        return answer

    def record(self, task: str) -> Json:
        """How a task stands."""
        answer: Json = self.http.get(f"{self.api}/jobs/recordInfo", params={"taskId": task}).json()
        return answer


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def kie(emulator: Emulator) -> Iterator[Account]:
    """An account in good order."""
    account = Account(emulator)
    yield account
    account.http.close()


@pytest.fixture
def picture(kie: Account, tmp_path: Path) -> str:
    """The address of an uploaded picture."""
    url: str = kie.upload(draw(tmp_path / "bird.png"))["data"]["downloadUrl"]
    return url


def finished(emulator: Emulator, kie: Account, task: str) -> Json:
    """A task after its time."""
    emulator.finish()
    data: Json = kie.record(task)["data"]
    return data


def result_url(facts: Json) -> str:
    """The address of a task's film."""
    url: str = json.loads(facts["resultJson"])["resultUrls"][0]
    return url


def test_a_picture_becomes_a_film(emulator: Emulator, kie: Account, picture: str) -> None:
    """An accepted task ends as an mp4 of the asked duration and the picture's aspect, at its price."""
    task = kie.create(picture, duration="10")["data"]["taskId"]
    facts = finished(emulator, kie, task)
    film = httpx.get(result_url(facts), trust_env=False).content

    with av.open(io.BytesIO(film), "r") as opened:
        stream = opened.streams.video[0]
        frames = len(list(opened.decode(stream)))
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 1280, 720)
    assert frames == 240
    assert (facts["state"], facts["creditsConsumed"]) == ("success", 84)
    assert emulator.report()["usd"] == 0.42


def test_states_follow_the_clock(emulator: Emulator, kie: Account, picture: str) -> None:
    """A task waits, is generated and succeeds, and its result is null until then."""
    emulator.fault("slow", "kling", factor=1000)
    task = kie.create(picture)["data"]["taskId"]

    early = kie.record(task)["data"]
    late = finished(emulator, kie, task)

    assert (early["state"], early["resultJson"], early["completeTime"]) == ("waiting", None, None)
    assert late["state"] == "success"
    assert late["createTime"] <= late["completeTime"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"duration": 5}, 422),
        ({"duration": "8"}, 422),
        ({"prompt": None}, 500),
        ({"prompt": "x" * 2501}, 422),
        ({"negative_prompt": "x" * 501}, 422),
        ({"cfg_scale": 1.5}, 422),
        ({"cfg_scale": 0.55}, 422),
        ({"cfg_scale": "0.5"}, 422),
        ({"image_url": ""}, 500),
        ({"image_url": "https://example.org/a.png"}, 422),
        ({"tail_image_url": "http://127.0.0.1:9/a.png"}, 422),
        ({"aspect_ratio": "16:9"}, 422),
        ({"model": "kling/v9"}, 422),
    ],
)
def test_wrong_fields_are_refused(emulator: Emulator, kie: Account, picture: str, fields: Json, code: int) -> None:
    """A field against the documented rules is refused with an envelope, and nothing is bought."""
    answer = kie.create(**{"image_url": picture, **fields}) if "image_url" not in fields else kie.create(**fields)

    assert code == answer["code"]
    assert answer["data"] is None
    assert emulator.report()["counts"] == {}
    assert emulator.report()["creates_seen"] == {"kling": 1}


def test_pictures_are_really_looked_at(kie: Account, tmp_path: Path) -> None:
    """A file that is no picture is refused, and so is an address where there is none."""
    text = tmp_path / "bird.png"
    text.write_text("no picture")
    url = kie.upload(text)["data"]["downloadUrl"]

    assert kie.create(url)["code"] == 422
    assert kie.create(url.replace("bird", "gone"))["code"] == 422


def test_text_to_video_follows_its_aspect(emulator: Emulator, kie: Account) -> None:
    """The twin without a picture makes a film of the asked aspect."""
    model = "kling/v2-5-turbo-text-to-video-pro"
    task = kie.create(model=model, image_url=None, aspect_ratio="9:16")["data"]["taskId"]
    film = httpx.get(result_url(finished(emulator, kie, task)), trust_env=False).content

    with av.open(io.BytesIO(film), "r") as opened:
        assert (opened.streams.video[0].width, opened.streams.video[0].height) == (720, 1280)


def test_equal_requests_have_equal_digests(emulator: Emulator, kie: Account, tmp_path: Path) -> None:
    """The digest follows the picture's bytes and the fields, not the picture's address."""
    first = kie.upload(draw(tmp_path / "a.png"))["data"]["downloadUrl"]
    same = kie.upload(draw(tmp_path / "b.png"))["data"]["downloadUrl"]
    other = kie.upload(draw(tmp_path / "c.png", "#ff0000"))["data"]["downloadUrl"]
    for url in (first, same, other):
        kie.create(url)

    digests = [order["digest"] for order in emulator.submissions("kling")]

    assert digests[0] == digests[1] != digests[2]


def test_two_tasks_never_give_the_same_film(emulator: Emulator, kie: Account, picture: str) -> None:
    """Two operations differ in the bytes and in the colour of their films."""
    tasks = [kie.create(picture)["data"]["taskId"] for _ in range(2)]
    films = [httpx.get(result_url(finished(emulator, kie, task)), trust_env=False).content for task in tasks]

    assert films[0] != films[1]
    assert tasks[0].encode() in films[0]
    assert first_pixel(films[0]) != first_pixel(films[1])


def first_pixel(film: bytes) -> tuple[int, ...]:
    """The colour of a film's corner."""
    with av.open(io.BytesIO(film), "r") as opened:
        pixels = next(opened.decode(video=0)).to_ndarray(format="rgb24")
    return tuple(int(value) for value in pixels[0, 0])


def test_keys_are_checked(emulator: Emulator, picture: str) -> None:
    """Without a bearer key that KIE knows, every call is a 401."""
    for header in ({"Authorization": ""}, {"Authorization": "Bearer invalid"}, {"Authorization": "", "apikey": "x"}):
        stranger = Account(emulator, **header)

        assert stranger.create(picture)["code"] == 401
        assert stranger.record("task_kling_1")["code"] == 401
        stranger.http.close()


def test_default_agents_are_blocked(emulator: Emulator) -> None:
    """A library's own User-Agent meets the gateway's bare 403."""
    bot = Account(emulator, **{"User-Agent": "python-httpx/0.28.1"})
    answer = bot.http.get(f"{bot.api}/chat/credit")
    bot.http.close()

    assert (answer.status_code, answer.text) == (403, "error code: 1010")


def test_the_balance_is_real(emulator: Emulator, kie: Account, picture: str) -> None:
    """A task's credits leave the balance, come back when it fails, and without credits there is no task."""
    emulator.credits(50)
    emulator.fault("failed", "kling")
    task = kie.create(picture)["data"]["taskId"]
    held = kie.http.get(f"{kie.api}/chat/credit").json()["data"]

    refused = kie.create(picture)
    failed = finished(emulator, kie, task)

    assert held == 8
    assert refused["code"] == 402
    assert (failed["state"], failed["failCode"], failed["creditsConsumed"]) == ("fail", "501", 0)
    assert kie.http.get(f"{kie.api}/chat/credit").json()["data"] == 50


def test_uploads_are_served(kie: Account, tmp_path: Path) -> None:
    """What any of the three uploads takes is found at the address that it returns."""
    content = draw(tmp_path / "bird.png").read_bytes()
    streamed = kie.upload(tmp_path / "bird.png")["data"]
    encoded = {"base64Data": base64.b64encode(content).decode(), "uploadPath": "a/b", "fileName": "x.png"}
    copied = {"fileUrl": streamed["downloadUrl"], "uploadPath": "a", "fileName": "y.png"}
    others = [
        kie.http.post(f"{kie.uploads}/{path}", json=body).json()["data"]
        for path, body in (("file-base64-upload", encoded), ("file-url-upload", copied))
    ]

    for data in (streamed, *others):
        served = httpx.get(data["downloadUrl"], trust_env=False)
        assert (content, "image/png") == (served.content, served.headers["content-type"])
        assert len(content) == data["fileSize"]
    assert kie.upload(tmp_path / "bird.png", uploadPath="/clipwright")["code"] == 400


def test_results_need_their_signature(emulator: Emulator, kie: Account, picture: str) -> None:
    """Without its signature a result is a 403; a fresh one can be had for KIE's own addresses only."""
    url = result_url(finished(emulator, kie, kie.create(picture)["data"]["taskId"]))
    asked = kie.http.post(f"{kie.api}/common/download-url", json={"url": url}).json()
    foreign = kie.http.post(f"{kie.api}/common/download-url", json={"url": "https://example.org/a.mp4"}).json()

    assert httpx.get(url.partition("?")[0], trust_env=False).status_code == 403
    assert httpx.get(asked["data"], trust_env=False).status_code == 200
    assert foreign["code"] == 422


def test_leaked_keys_are_counted(emulator: Emulator, kie: Account, picture: str) -> None:
    """A key that reaches a host of files is noticed."""
    before = emulator.report()["leaked_keys"]
    kie.http.get(picture)

    assert (before, emulator.report()["leaked_keys"]) == (0, 1)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("refuse_401", 401), ("refuse_402", 402), ("refuse_429", 429), ("refuse_455", 455), ("refuse_500", 500)],
)
def test_refusals_create_nothing(emulator: Emulator, kie: Account, picture: str, fault: str, code: int) -> None:
    """A scripted refusal is an envelope with its code, once, and nothing is bought."""
    emulator.fault(fault, "kling")

    assert code == kie.create(picture)["code"]
    assert emulator.report()["counts"] == {}
    assert kie.create(picture)["code"] == 200


@pytest.mark.parametrize(("fault", "bought"), [("drop_before_accept", 0), ("drop_after_accept", 1)])
def test_connections_really_drop(emulator: Emulator, kie: Account, picture: str, fault: str, bought: int) -> None:
    """A dropped connection looks the same to the client, whether the task exists or not."""
    emulator.fault(fault, "kling", match="bird")

    with pytest.raises(httpx.RemoteProtocolError):
        kie.create(picture)

    assert bought == emulator.report()["counts"].get("kling", 0)


def test_lost_identities(emulator: Emulator, kie: Account, picture: str) -> None:
    """An answer can lack the task's id although the task is paid."""
    emulator.fault("no_id", "kling")

    assert kie.create(picture) == {"code": 200, "msg": "success", "data": {}}
    assert emulator.report()["counts"] == {"kling": 1}


def test_gateway_pages(emulator: Emulator, kie: Account, picture: str) -> None:
    """A gateway's page is no JSON, and scripted always it stays."""
    emulator.fault("http_503", "kling", None)

    for _ in range(3):
        with pytest.raises(json.JSONDecodeError):
            kie.create(picture)

    assert (emulator.report()["creates_seen"], emulator.report()["counts"]) == ({"kling": 3}, {})


def test_moderation_is_a_failed_task(emulator: Emulator, kie: Account, picture: str) -> None:
    """A filtered task is accepted, and fails with the filter's message."""
    emulator.fault("filtered", "kling")
    facts = finished(emulator, kie, kie.create(picture)["data"]["taskId"])

    assert (facts["state"], facts["failCode"]) == ("fail", "400")
    assert "moderation" in facts["failMsg"]


def test_polls_may_break(emulator: Emulator, kie: Account, picture: str) -> None:
    """A poll breaks in each scripted way and the task still succeeds."""
    task = kie.create(picture)["data"]["taskId"]
    emulator.finish()
    for fault in ("record_null", "poll_500", "poll_reset", "poll_html", "empty_urls_once"):
        emulator.fault(fault, "kling")

    assert kie.record(task) == {"code": 422, "msg": "recordInfo is null", "data": None}
    assert kie.record(task)["code"] == 500
    with pytest.raises(httpx.ReadError):
        kie.record(task)
    with pytest.raises(json.JSONDecodeError):
        kie.record(task)
    assert json.loads(kie.record(task)["data"]["resultJson"]) == {"resultUrls": []}
    assert len(json.loads(kie.record(task)["data"]["resultJson"])["resultUrls"]) == 1


def test_downloads_may_break(emulator: Emulator, kie: Account, picture: str) -> None:
    """A download expires, is a page or ends early as scripted, and then comes whole."""
    url = result_url(finished(emulator, kie, kie.create(picture)["data"]["taskId"]))
    for fault in ("expired", "html_result", "truncated"):
        emulator.fault(fault, "kling")

    assert httpx.get(url, trust_env=False).status_code == 403
    assert httpx.get(url, trust_env=False).headers["content-type"].startswith("text/html")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url, trust_env=False)
    assert httpx.get(url, trust_env=False).content[4:8] == b"ftyp"


def test_operations_in_flight_are_counted(emulator: Emulator, kie: Account, picture: str) -> None:
    """The report knows how many operations ran at once, at most."""
    emulator.fault("never", "kling", None)

    with ThreadPoolExecutor(3) as crowd:
        list(crowd.map(lambda number: kie.create(picture, prompt=f"Bird {number}."), range(3)))
    running = emulator.report()["in_flight"]["kling"]
    ended = emulator.finish()

    assert (running, ended) == (3, 3)
    assert emulator.report()["in_flight"]["kling"] == 0
    assert emulator.report()["max_in_flight"]["kling"] == 3


def test_too_many_at_once_are_refused(emulated_films: Path, tmp_path: Path) -> None:
    """The twenty-first creation within ten seconds is a 429."""
    with Emulator(emulated_films, "--scale", "1") as real_time:
        kie = Account(real_time)
        url = kie.upload(draw(tmp_path / "bird.png"))["data"]["downloadUrl"]
        codes = [kie.create(url)["code"] for _ in range(21)]
        kie.http.close()

    assert codes == [200] * 20 + [429]


def test_reset_forgets(emulator: Emulator, kie: Account, picture: str) -> None:
    """After a reset there are no orders, no faults and no files."""
    task = kie.create(picture)["data"]["taskId"]
    emulator.fault("never", "kling")
    emulator.reset()

    assert kie.record(task)["code"] == 422
    assert httpx.get(picture, trust_env=False).status_code == 404
    assert emulator.report()["faults_left"] == 0
