"""Promises of the live page's server against hostile input: each is refused, or stays a text."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import Studio, draw
from review_films import HOSTILE, STRANGE
from served import Served

PAGE = "/projects/film/"
SECRET = "the-secret-of-this-test"  # noqa: S105 - it guards nothing
COOKIE = "clipwright_{port}={token}"


@pytest.fixture(scope="module")
def folder(built_once: Studio, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The small film with hostile words, strange names, links that lead out, and a secret beside it."""
    made = Studio(tmp_path_factory.mktemp("hostile") / "studio")
    shutil.copytree(built_once.folder, made.folder, symlinks=True)
    outside = made.folder.parent / "outside"
    draw(outside / "secret.png")
    draw(made.path("assets") / STRANGE, "#705030")
    manifest = made.manifest()
    manifest["title"] = HOSTILE[:190]
    manifest["clips"][3] |= {"title": HOSTILE[:190], "prompt": HOSTILE, "narration": HOSTILE}
    manifest["clips"][1] |= {"composite": f"assets/{STRANGE}"}
    made.write(manifest)
    (made.folder / ".env").write_text(f"KIE_API_KEY={SECRET}\n")
    made.path("assets/out.png").symlink_to(outside / "secret.png")
    made.path("assets/beyond").symlink_to(outside)
    made.path("assets/env.png").symlink_to(made.folder / ".env")
    (made.folder / "projects/elsewhere").symlink_to(outside)
    (outside / "project.yaml").write_text(f"title: {SECRET}\n")
    return made


@pytest.fixture(scope="module")
def server(folder: Studio) -> Iterator[Served]:
    """The server of that folder."""
    with Served(folder.folder) as started:
        yield started


def test_markup_in_a_prompt_stays_text(server: Served) -> None:
    """A prompt with <script> is escaped, and the page lets no script run but its own files."""
    page = server.ask(PAGE)
    all_films = server.ask("/")

    assert page.status == all_films.status == 200
    for answer in (page, all_films):
        assert "<script>window.hit" not in answer.text
        assert "onerror='window" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
    assert "&lt;script&gt;window.hit" in page.text
    assert "{{ 7 * 7 }}" in page.text


def test_a_file_name_with_quotes_is_found(server: Served) -> None:
    """A picture whose name holds quotes, #, ? and % is given out at the address that the page has for it."""
    page = server.ask(PAGE).text
    address = quote(f"assets/{STRANGE}")

    found = server.ask(PAGE + address)

    assert f'src="{address}"' in page
    assert (found.status, found.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize(
    "path",
    [
        "/projects/film/..%2f..%2fconfig.yaml",
        "/projects/film/../../config.yaml",
        "/projects/film/%2e%2e/%2e%2e/.env",
        "/projects/film/assets/..%2f..%2f..%2f..%2foutside%2fsecret.png",
        "/projects/film/assets/..%5c..%5csecret.png",
        "/projects/film/assets//hill.png",
        "/projects/..%2f.env",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/-/..%2fpage.html",
        "/-/../review/template/page.html",
        "/.env",
        "/config.yaml",
        "/projects/film/project.yaml",
        "/projects/film/.lock",
        "/projects/film/.work/run.json",
        "/projects/film/.work/draft/../run.json",
        "/projects/.takes/journal.jsonl",
        "/projects/film/videos/clip_01.json",
        "/projects/film/assets/hill.png%00.txt",
        "/projects/film/videos",
    ],
)
def test_no_address_leads_out_of_what_is_shown(server: Served, path: str) -> None:
    """Neither `..%2f` nor any other way reaches a file that is no media of a project."""
    found = server.ask(path)

    assert found.status in (400, 404), found.text[:200]
    assert SECRET not in found.text


@pytest.mark.parametrize(
    "path", ["assets/out.png", "assets/beyond/secret.png", "assets/env.png", "../elsewhere/", "../elsewhere/secret.png"]
)
def test_no_link_leads_out_of_the_folder(server: Served, path: str) -> None:
    """A symbolic link to a file or a folder outside, or to a file that is no media, is as if it were not there."""
    found = server.ask(str(Path("/projects/film") / path) if ".." not in path else f"/projects/{path[3:]}")

    assert found.status == 404
    assert SECRET not in found.text + server.ask("/").text + server.ask("/api/projects").text
    assert server.ask("/projects/film/assets/hill.png").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "", "[::1]:{port}"]
)
def test_a_forged_host_is_refused(server: Served, host: str) -> None:
    """A name that somebody made lead here (DNS rebinding) is told nothing, on any address."""
    for path in ("/", PAGE, "/api/jobs", "/projects/film/assets/hill.png", f"/?token={server.token}"):
        found = server.ask(path, Host=host.format(port=server.port))

        assert found.status == 403
        assert "set-cookie" not in found.headers
        assert "film" not in found.text


def test_a_post_from_another_site_is_refused(server: Served, folder: Studio) -> None:
    """Another site's form or script has the browser send the cookie along, and nothing is written all the same."""
    cookie = COOKIE.format(port=server.port, token=server.token)
    value = {"clip": 1, "take": "0" * 8, "verdict": "approved"}
    common = {"X_Clipwright_Token": "", "Cookie": cookie}

    other = server.send(f"{PAGE}verdict", value, Origin="https://evil.example", **common)
    port = server.send(f"{PAGE}verdict", value, Origin="http://127.0.0.1:1", **common)
    opaque = server.send(f"{PAGE}verdict", value, Origin="null", **common)
    silent = server.send(f"{PAGE}verdict", value, **common)
    told = server.send(f"{PAGE}verdict", value, Sec_Fetch_Site="cross-site", Origin=server.url, **common)
    form = server.send(f"{PAGE}verdict", value, Origin=server.url, **{**common, "Content_Type": "text/plain"})

    assert [answer.status for answer in (other, port, opaque, silent, told)] == [403] * 5
    assert form.status == 415
    assert "access-control-allow-origin" not in other.headers
    assert not folder.path("decisions.yaml").exists()


@pytest.mark.parametrize("token", ["", "wrong", "é", None])
def test_nobody_writes_without_the_token(server: Served, folder: Studio, token: str | None) -> None:
    """Without the token of this server nothing is written, whatever is asked; looking needs none."""
    before = folder.path("project.yaml").read_bytes()
    given = {} if token is None else {"X_Clipwright_Token": token.encode().decode("latin-1")}

    for what in ("take", "verdict", "prompt", "foresee"):
        answer = server.ask(PAGE + what, "POST", b"{}", Content_Type="application/json", **given)
        assert answer.status == 403
        assert "clipwright serve" in answer.json["error"]

    assert server.ask(PAGE).status == 200
    assert folder.path("project.yaml").read_bytes() == before


def test_the_printed_address_gives_the_cookie_once(server: Served) -> None:
    """The token goes from the address into a cookie that no script reads and no other site sends; a wrong one not."""
    right = server.ask(f"/?token={server.token}")
    wrong = server.ask("/?token=wrong")

    assert (right.status, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert wrong.status == 403
    assert "set-cookie" not in wrong.headers


def test_a_large_body_is_refused(server: Served) -> None:
    """More than 64 kB is not read, whether its length is told or not."""
    body = b'{"clip": 1, "take": "' + b"a" * 70_000 + b'"}'
    given = {"Content_Type": "application/json", "X_Clipwright_Token": server.token}

    told = server.ask(f"{PAGE}verdict", "POST", body, **given)
    untold = server.ask(f"{PAGE}verdict", "POST", body, Transfer_Encoding="chunked", **given)

    assert (told.status, untold.status) == (413, 413)
    assert server.ask(PAGE).status == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 60_000, b'{"clip": "1"}', b'{"clip": true}', b"{}"])
def test_a_body_that_is_nonsense_is_refused(server: Served, body: bytes) -> None:
    """What is no JSON object with a clip is answered with what is wrong, and the server goes on."""
    given = {"Content_Type": "application/json", "X_Clipwright_Token": server.token}

    answer = server.ask(f"{PAGE}verdict", "POST", body, **given)

    assert answer.status in (400, 422)
    assert answer.json["error"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(server: Served, method: str) -> None:
    """Only GET, HEAD and POST mean anything here, so that no other site is told what it might send."""
    answer = server.ask(PAGE, method)

    assert answer.status == 405
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_players_are_given_parts_of_a_file(server: Served, folder: Studio) -> None:
    """A range of a clip is answered with that range, so that a player can go anywhere in it."""
    data = folder.path("videos/clip_01.mp4").read_bytes()

    middle = server.ask(f"{PAGE}videos/clip_01.mp4", Range="bytes=100-199")
    end = server.ask(f"{PAGE}videos/clip_01.mp4", Range="bytes=-50")
    beyond = server.ask(f"{PAGE}videos/clip_01.mp4", Range=f"bytes={len(data)}-")

    assert (middle.status, middle.headers["content-range"]) == (206, f"bytes 100-199/{len(data)}")
    assert middle.body == data[100:200]
    assert (end.status, end.body) == (206, data[-50:])
    assert beyond.status == 416
    assert middle.headers["x-content-type-options"] == "nosniff"
    assert middle.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_missing_extra_is_one_line(studio: Studio) -> None:
    """Without starlette the program says which extra brings it, and every other command works."""
    script = "import sys; sys.modules['starlette'] = None; from workflow_lib.cli import main; main()"

    done = subprocess.run(
        (sys.executable, "-c", script, "serve"), cwd=studio.folder, text=True, capture_output=True, check=False
    )

    assert done.returncode == 4
    assert done.stderr == "starlette is not installed: `pip install 'clipwright[serve]'` brings it\n"


def test_a_port_that_is_taken_is_one_line(server: Served, folder: Studio) -> None:
    """A second server on the same port says so and what to do; Ctrl-C ends a server with 0, in silence."""
    taken = folder.clipwright("serve", "--port", str(server.port))
    with Served(folder.folder) as other:
        said = other.stop()

    assert taken.returncode == 1
    assert taken.stderr.count("\n") == 1
    assert f"port {server.port} of 127.0.0.1 cannot be had" in taken.stderr
    assert other.process.returncode == 0
    assert "Traceback" not in said
