"""The ffmpeg program: where it is, how it is run, and what its failures mean."""

from __future__ import annotations

import errno
import functools
import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any, Literal

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia, MissingTool, OutOfSpace, WorkflowError
from workflow_lib.files import atomic_path

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error")
_VERSION = re.compile(r"ffmpeg version (?:n?(\d+)\.)?")
_NEWEST = 1000
_ANSWER_S = 60  # on a busy machine and a slow disk
_KEPT_LINES = 40  # a broken input can make ffmpeg talk without end
_NO_ROOM = ("No space left on device", "Disk quota exceeded", "File too large", "Read-only file system")
_SPEAKER = re.compile(r"^(\[[^\]]* @ 0x[0-9a-f]+\]\s*)+")
_CONSEQUENCES = (
    "Conversion failed",
    "Could not open encoder",
    "Error binding",
    "Error initializing",
    "Error opening",
    "Error sending frames",
    "Error while",
    "Nothing was written",
    "Task finished",
    "Terminating",
)


@functools.cache
def binary(configured: str | None = None) -> str:
    """The path of an ffmpeg that answers: the configured one, else the one that came with the packages.

    Raises:
        MissingTool: it is not there, or does not run.
    """
    path = shutil.which(configured) if configured else _embedded()
    if path is None:
        raise MissingTool(f"ffmpeg is not at {configured!r}: correct `ffmpeg` in config.yaml, or set it to null")
    version(path)
    return path


@functools.cache
def version(ffmpeg: str) -> int:
    """The major version of an ffmpeg; a build without a number counts as the newest.

    Raises:
        MissingTool: it does not run.
    """
    try:
        said = subprocess.run([ffmpeg, "-version"], check=True, capture_output=True, timeout=_ANSWER_S).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingTool(f"{ffmpeg} does not run as ffmpeg: set `ffmpeg` in config.yaml to one that does") from error
    found = _VERSION.match(said.decode(errors="replace"))
    if found is None:
        raise MissingTool(f"{ffmpeg} is another program than ffmpeg: set `ffmpeg` in config.yaml to one that is")
    return int(found[1]) if found[1] else _NEWEST


@functools.cache
def offers(ffmpeg: str, kind: Literal["decoders", "filters"], name: str) -> bool:
    """Whether an ffmpeg was built with the decoder or filter `name`."""
    command = [ffmpeg, "-hide_banner", f"-{kind}"]
    said = subprocess.run(command, check=False, capture_output=True, timeout=_ANSWER_S).stdout
    rows = (line.split() for line in said.decode(errors="replace").splitlines())
    return any(name == row[1] for row in rows if len(row) > 1)


def _embedded() -> str:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 (not needed where the config names a program)

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise MissingTool("imageio-ffmpeg has no ffmpeg: run `make setup`, or set `ffmpeg` in config.yaml") from error


def url(path: Path) -> str:
    """`path` as ffmpeg must be told it, so that a colon or a leading dash in a name means nothing."""
    return f"file:{path}"


@contextmanager
def output_path(target: Path) -> Iterator[Path]:
    """Like `atomic_path`, with the temporary file made already: a folder that cannot be written is known here.

    Raises:
        OutOfSpace: the disk is full or the folder cannot be written.
    """
    with atomic_path(target, durable=False) as temporary:
        temporary.touch()
        yield temporary


def run(stream: Any, *, ffmpeg: str, subject: str = "ffmpeg") -> None:  # noqa: ANN401 (ffmpeg-python has no types)
    """Run an output of ffmpeg-python to its end; `subject` begins the message of an error.

    Raises:
        BadMedia: ffmpeg failed; the message has its reason.
        OutOfSpace: the disk is full.
    """
    with started(stream, ffmpeg=ffmpeg) as process:
        process.finish(subject)


class Process:
    """A running ffmpeg: its standard input, and the last lines that it said."""

    def __init__(self, arguments: Sequence[str], stdin: int) -> None:
        self._popen = subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listener = Thread(target=_listen, args=(self._popen.stderr, self._said), daemon=True)
        self._listener.start()

    @property
    def stdin(self) -> int:
        """The file descriptor of its input."""
        return self._pipe().fileno()

    def write(self, data: memoryview, subject: str) -> None:
        """Give it all of `data` as input.

        Raises:
            BadMedia: it has ended; the message has its reason.
            OutOfSpace: the disk is full.
        """
        try:
            while data:
                data = data[os.write(self.stdin, data) :]
        except BrokenPipeError:
            self.finish(subject)
            raise BadMedia(f"{subject}: ffmpeg ended before its input did") from None

    def finish(self, subject: str) -> None:
        """End its input and wait for it.

        Raises:
            BadMedia: it failed; the message has its reason.
            OutOfSpace: the disk is full.
        """
        if self._popen.stdin:
            self._popen.stdin.close()
        code = self._popen.wait()
        self._listener.join()
        if code != 0:
            raise _failure(subject, code, list(self._said))

    def end(self) -> None:
        """Stop it if it still runs, and free what it held."""
        if self._popen.poll() is None:
            self._popen.kill()
        if self._popen.stdin:
            self._popen.stdin.close()
        self._popen.wait()
        self._listener.join()

    def _pipe(self) -> IO[bytes]:
        if self._popen.stdin is None:
            raise ValueError("this ffmpeg was started without an input pipe")
        return self._popen.stdin


@contextmanager
def started(stream: Any, *, ffmpeg: str, stdin: int = subprocess.DEVNULL) -> Iterator[Process]:  # noqa: ANN401
    """Start an output of ffmpeg-python; when the block is left, by an exception or not, ffmpeg has ended."""
    arguments = ffmpeg_python.compile(stream, cmd=[ffmpeg, *_QUIET], overwrite_output=True)
    process = Process(arguments, stdin)
    try:
        yield process
    finally:
        process.end()


def _listen(stream: IO[bytes], said: deque[str]) -> None:
    with stream:
        for line in iter(lambda: stream.readline(4096), b""):
            text = _SPEAKER.sub("", line.decode(errors="replace").strip())
            if text:
                said.append(text)


def _failure(subject: str, code: int, said: list[str]) -> WorkflowError:
    no_room = next((reason for reason in _NO_ROOM for line in said if reason in line), None)
    if no_room or code == -signal.SIGXFSZ:
        reason = no_room or os.strerror(errno.EFBIG)
        return OutOfSpace(f"{subject}: {reason.lower()}; free some space and run again")
    if code < 0 and not said:
        return BadMedia(f"{subject}: ffmpeg was ended by signal {-code} ({signal.Signals(-code).name})")
    causes = [line for line in said if not line.startswith(_CONSEQUENCES)]
    return BadMedia(f"{subject}: {(causes or said or ['ffmpeg failed without a reason'])[-1]}")
