"""Promises of publishing: uploaded once, whole or not there, and a refusal costs nothing but a line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gcs_server
import httpx
import pytest
from conftest import REPO, SIZE, Studio
from s3_server import BUCKET, CREDENTIALS, S3, Narrow, serving

from workflow_lib.errors import InvalidInput, MissingKey, Refused
from workflow_lib.hooks import Publish
from workflow_lib.publishing.bucket import open_bucket

DRIVERS = REPO / ".venv/publish"
TARGET = "projects/film/published.json"
LARGE = 20 << 20
UPLOAD = """
import sys
from pathlib import Path
from workflow_lib.hooks import Publish
from workflow_lib.publishing.bucket import open_bucket
print(open_bucket(Publish(to="s3://films/large", endpoint_url=sys.argv[1])).put(Path(sys.argv[2]), "x.mp4", "0" * 64))
"""


@pytest.fixture(scope="module", autouse=True)
def drivers() -> Iterator[None]:
    """What publishing needs lies apart, see requirements-publish.txt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DRIVERS)
        patch.setenv("PYTHONPATH", str(DRIVERS))
        yield


@pytest.fixture(scope="module")
def server(drivers: None) -> Iterator[S3]:  # noqa: ARG001 - it is one of them
    """A server that speaks S3."""
    with serving() as started:
        yield started


@pytest.fixture
def s3(server: S3) -> S3:
    """That server with an empty bucket."""
    server.reset()
    return server


@pytest.fixture(scope="module")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A film of one clip with its thumbnail; not to be changed."""
    made = Studio(tmp_path_factory.mktemp("published") / "studio").install()
    clip = {"prompt": "Waves.", "source": "text", "narration": "Waves."}
    made.write({"title": "Waves", "size": list(SIZE), "fps": 12, "duration": 0.5, "clips": [clip]})
    made.build("projects/film/thumbnail.jpg")
    return made


@pytest.fixture
def finished(finished_once: Studio, s3: S3, tmp_path: Path) -> Studio:
    """A copy of that, to be published at the server."""
    studio = finished_once.copied(tmp_path / "studio")
    studio.write({**studio.manifest(), "publish": {"to": f"s3://{BUCKET}/out", "endpoint_url": s3.url}})
    return studio


def publish(studio: Studio, **env: str) -> subprocess.CompletedProcess[str]:
    """Publish the film."""
    return studio.run(*studio.command("--cores", "2", TARGET), env={**os.environ, **CREDENTIALS, **env})


def record(studio: Studio) -> dict[str, Any]:
    """What was written about it."""
    value: dict[str, Any] = json.loads(studio.path("published.json").read_text())
    return value


def test_a_film_is_published_once_and_its_addresses_open(finished: Studio, s3: S3) -> None:
    """Film, thumbnail and captions lie there by their hashes, anybody can open them, and a second time is free."""
    done = publish(finished)

    assert done.returncode == 0, done.stdout
    written = record(finished)
    assert set(written["files"]) == {"final.mp4", "thumbnail.jpg", "final.vtt", "final.srt"}
    film = finished.path("final.mp4").read_bytes()
    entry = written["files"]["final.mp4"]
    assert entry["object"] == f"s3://{BUCKET}/out/film/final-{hashlib.sha256(film).hexdigest()[:16]}.mp4"
    answer = httpx.get(entry["url"])
    assert (answer.content, answer.headers["content-type"]) == (film, "video/mp4")
    assert datetime.fromisoformat(written["expires"]) > datetime.now(UTC) + timedelta(days=6)
    assert finished.planned(TARGET)[0] == Counter()
    said = done.stdout + "".join(path.read_text() for path in finished.path(".work/log").rglob("*.log"))
    for secret in (*CREDENTIALS.values(), "X-Amz-Signature"):
        assert secret not in said
    lying = s3.names()

    finished.path("published.json").unlink()
    again = publish(finished)

    assert "all there already" in finished.path(".work/log/publish.log").read_text(), again.stdout
    assert s3.names() == lying


def test_addresses_that_have_run_out_are_signed_again(finished: Studio) -> None:
    """Once the addresses hold no longer the target is out of date, and nothing is uploaded to renew them."""
    assert publish(finished).returncode == 0
    written = record(finished)
    gone = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    finished.path("published.json").write_text(json.dumps({**written, "expires": gone}))

    done = publish(finished)

    assert done.returncode == 0, done.stdout
    assert record(finished)["expires"] > gone
    assert "all there already" in finished.path(".work/log/publish.log").read_text()


def test_a_refused_upload_leaves_film_and_record(finished: Studio, s3: S3) -> None:
    """Refused credentials end with 6 and one clear line; what was published before stays on record."""
    finished.path("published.json").write_text('{"from": "before"}\n')
    film = finished.path("final.mp4").read_bytes()
    s3.know_nobody()

    done = publish(finished)

    assert done.returncode == 6, done.stdout
    assert f"s3://{BUCKET} refuses these credentials" in done.stdout
    assert "Traceback" not in done.stdout
    assert finished.path("final.mp4").read_bytes() == film
    assert record(finished) == {"from": "before"}
    for secret in CREDENTIALS.values():
        assert secret not in done.stdout


@pytest.mark.parametrize(
    ("change", "env", "code", "words"),
    [
        ({"to": "s3://no-such-bucket"}, {}, 3, "there is no bucket s3://no-such-bucket"),
        ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 4, "set AWS_ACCESS_KEY_ID"),
        ({"endpoint_url": "http://127.0.0.1:9"}, {}, 1, "could not be reached"),
        ({"to": None}, {}, 3, "publish.to: is not set (such as"),
    ],
)
def test_what_stops_it_is_one_line(
    finished: Studio, change: dict[str, object], env: dict[str, str], code: int, words: str, tmp_path: Path
) -> None:
    """No bucket, no key, no connection and no place each have their exit code and their words, and write nothing."""
    manifest = finished.manifest()
    finished.write({**manifest, "publish": {**manifest["publish"], **change}})
    home = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}

    done = publish(finished, **env, **home)

    assert (done.returncode, words in done.stdout) == (code, True), done.stdout
    assert "Traceback" not in done.stdout
    assert not finished.path("published.json").exists()


def test_google_storage_is_published_to_in_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At Google a file is sent once and signed for seven days; no bucket, no right and no key each have their error."""
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(1000))
    monkeypatch.setenv("HOME", str(tmp_path))
    with gcs_server.serving() as google:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(google.account(tmp_path / "account.json")))
        bucket = open_bucket(Publish(to="gs://films/out", endpoint_url=google.url))

        assert [bucket.put(film, "film/final-1.mp4", "0" * 64) for _ in range(2)] == [True, False]

        assert google.objects == {"out/film/final-1.mp4": film.read_bytes()}
        assert "X-Goog-Expires=604800" in bucket.sign("film/final-1.mp4", 604800)
        with pytest.raises(InvalidInput, match="there is no bucket gs://nothere"):
            open_bucket(Publish(to="gs://nothere", endpoint_url=google.url)).put(film, "x.mp4", "")
        google.refuses = True
        with pytest.raises(Refused, match="gs://films refuses these credentials"):
            bucket.put(film, "film/final-2.mp4", "")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
        with pytest.raises(MissingKey, match="GOOGLE_APPLICATION_CREDENTIALS names no file"):
            open_bucket(Publish(to="gs://films/out", endpoint_url=google.url))


def test_a_killed_upload_leaves_nothing_and_is_repeated(s3: S3, tmp_path: Path) -> None:
    """An upload in parts that is killed in the middle shows no object; repeated, it is whole; no part is left over."""
    large = tmp_path / "large.mp4"
    large.write_bytes(os.urandom(1 << 20) * (LARGE >> 20))
    narrow = Narrow(s3.url, LARGE // 2)
    env = {**os.environ, **CREDENTIALS, "PYTHONPATH": f"{REPO}:{DRIVERS}"}
    with subprocess.Popen([sys.executable, "-c", UPLOAD, narrow.url, str(large)], env=env) as uploading:
        assert narrow.full.wait(60)
        uploading.kill()
    narrow.close()
    assert s3.names() == []
    assert s3.broken_off() == 1

    done = subprocess.run(
        [sys.executable, "-c", UPLOAD, s3.url, str(large)], env=env, capture_output=True, text=True, check=False
    )

    assert done.stdout == "True\n", done.stderr
    assert s3.names() == ["large/x.mp4"]
    assert s3.broken_off() == 0
    stored = httpx.get(f"{s3.url}/{BUCKET}/large/x.mp4").content
    assert hashlib.sha256(stored).digest() == hashlib.sha256(large.read_bytes()).digest()
