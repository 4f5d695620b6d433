"""What gcsfs needs of Google Cloud Storage, on this machine: tokens, objects, uploads at once and in pieces."""

from __future__ import annotations

import http.server
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from provider_bench import in_thread

_OBJECT = re.compile(r"/storage/v1/b/(?P<bucket>[^/]+)/o/(?P<name>.+)")
_UPLOAD = re.compile(r"/upload/storage/v1/b/(?P<bucket>[^/]+)/o")


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Gcs

    def do_GET(self) -> None:
        """Tell of an object, or of none."""
        path = urlsplit(self.path).path
        found = _OBJECT.fullmatch(path)
        name = unquote(found["name"]) if found else ""
        if found and name in self.server.objects:
            self._say(200, self._about(name))
        elif found or not path.startswith(f"/storage/v1/b/{self.server.bucket}"):
            self._say(404, {"error": {"code": 404, "message": "Not Found"}})
        else:
            self._say(200, {"items": [], "name": self.server.bucket})

    def do_POST(self) -> None:
        """Give a token, or begin an upload."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if url.path == "/token":
            self._say(200, {"access_token": "canary-gcs-token", "expires_in": 3600, "token_type": "Bearer"})
            return
        found = _UPLOAD.fullmatch(url.path)
        if found is None or found["bucket"] != self.server.bucket:
            self._say(404, {"error": {"code": 404, "message": "The specified bucket does not exist."}})
        elif self.server.refuses:
            self._say(403, {"error": {"code": 403, "message": "no storage.objects.create access"}})
        elif parse_qs(url.query).get("uploadType") == ["multipart"]:
            self._say(200, self._keep(body))
        else:
            self.server.begun = str(json.loads(body)["name"])
            self.send_response(200)
            self.send_header("Location", f"{self.server.url}/upload/session")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _keep(self, body: bytes) -> dict[str, object]:
        """Take a file and what is said of it, in two parts of one body."""
        boundary = self.headers.get_boundary() or ""
        _, told, sent, *_ = body.split(b"--" + boundary.encode())
        name = str(json.loads(told.partition(b"\n\n")[2] or told.partition(b"\r\n\r\n")[2])["name"])
        content = sent.partition(b"\n\n")[2] or sent.partition(b"\r\n\r\n")[2]
        self.server.objects[name] = content.rstrip(b"\r\n") if not content.endswith(b"\n\n") else content[:-1]
        self.server.uploads += 1
        return self._about(name)

    def _about(self, name: str) -> dict[str, object]:
        size = str(len(self.server.objects[name]))
        return {"kind": "storage#object", "name": name, "bucket": self.server.bucket, "size": size, "generation": "1"}

    def _say(self, status: int, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


class Gcs(http.server.ThreadingHTTPServer):
    """The server: `url`, and the objects of its one bucket."""

    bucket = "films"
    refuses = False
    begun = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.objects: dict[str, bytes] = {}
        self.uploads = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody who is killed while asking is no fault of the server."""

    def account(self, path: Path) -> Path:
        """Write the file of a service account that gets its tokens here."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        told = {
            "type": "service_account", "project_id": "emulated", "private_key_id": "1", "private_key": pem.decode(),
            "client_email": "films@emulated.example", "client_id": "1", "token_uri": f"{self.url}/token",
        }  # fmt: skip
        path.write_text(json.dumps(told))
        return path


@contextmanager
def serving() -> Iterator[Gcs]:
    """Run it."""
    with Gcs() as server, in_thread(server):
        yield server
