"""No key, no signed address and no picture in text is ever written down or said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from conftest import draw
from emulator.client import KEYS
from paid_films import Paid, mixed_film

_SIGNED = re.compile(rb"Signature=|Expires=\d|[?&]Signature")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")
_MEDIA = {".mp4", ".png", ".wav", ".m4a"}
_BINARY = {".pyc", ".mo"}


def written(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of a studio, but its code."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in ("workflow_lib", "scripts", "rules", "schemas"):
            yield path, path.read_bytes()


def test_nothing_secret_is_kept_or_said(paid: Paid) -> None:
    """After runs with every kind of trouble, no file and no line holds a key, a signature or a body in base64."""
    mixed_film(paid.studio)
    draw(paid.studio.path("assets/composites/clip_02.png"), "#335577", (128, 72))
    for number in (1, 2, 3, 4):
        prompt = paid.studio.manifest()["clips"][number - 1]["prompt"]
        trouble = {
            1: ["refuse_429", "poll_html", "truncated"],
            2: ["poll_reset", "html_result", "result_reset"],
            3: ["drop_after_accept"],
            4: ["expired", "expired"],
        }[number]
        for fault in trouble:
            paid.emulator.fault(fault, "kling", match=prompt)
    paid.emulator.fault("upload_refused", "kie", times=3)

    first = paid.run("--cores", "2", "projects/film/final.mp4", "--verbose", "--show-failed-logs", clip_timeout_s=5)
    told = paid.studio.run(
        *paid.command("-n", "projects/film/final.mp4", "--printshellcmds"), env=paid.emulator.environment()
    )
    paid.emulator.fault("refuse_401", "kling", times=None)
    refused = paid.run("--cores", "2", *paid.targets(), on_unknown="resubmit")

    assert (first.returncode, refused.returncode) == (9, 6), first.stdout + refused.stdout
    found = dict(written(paid.studio.folder))
    assert any(path.suffix == ".jsonl" for path in found)
    assert any(".snakemake" in path.parts for path in found)
    said = {Path(name): run.stdout.encode() for name, run in (("1", first), ("2", told), ("3", refused))}
    for path, content in {**found, **said}.items():
        for key in KEYS.values():
            assert not (key.startswith("canary") and key.encode() in content), path
        if path.suffix not in _MEDIA | _BINARY:
            assert _SIGNED.search(content) is None, path
            assert _BASE64.search(content) is None, path
    assert paid.emulator.report()["leaked_keys"] == 0
