"""Results that decode: a short moving picture for each size and colour, repeated without encoding it again."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from .books import Film, Operation
from .settings import Settings

FPS = 24
_COLORS = ("204060", "602040", "406020", "806010", "106080", "501080", "108050", "804040", "404080", "707020")
_QUIET = ("-y", "-nostdin", "-loglevel", "error", "-threads", "1")


class Films:
    """The video of each operation, made when it is first asked for and kept in the state folder."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._making = threading.Lock()

    def of(self, operation: Operation, sample: int = 0) -> bytes:
        """An mp4 whose colour changes from one operation to the next, and whose bytes are never those of another."""
        film = operation.order.film
        if film is None:
            raise ValueError(f"{operation.id} is no film")
        label = f"clipwright emulator {operation.order.provider} {operation.number:06d} {operation.id} {sample}"
        path = self.settings.clip or self._kept(film, (operation.number + sample) % len(_COLORS))
        return path.read_bytes() + _free_box(label.encode())

    def _kept(self, film: Film, color: int) -> Path:
        sound = "sound" if film.sound else "silent"
        path = self.settings.state / f"{film.width}x{film.height}_{film.duration_s:g}s_{color}_{sound}.mp4"
        with self._making:
            if not path.exists():
                self._make(film, color, path)
        return path

    def _make(self, film: Film, color: int, path: Path) -> None:
        second = path.with_name(f"{film.width}x{film.height}_{color}.mp4")
        if not second.exists():
            _run(second, *_moving_second(film, color), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
        tone = ("-f", "lavfi", "-i", f"sine=frequency={220 + 40 * color}:sample_rate=48000")
        sound = (*tone, "-c:a", "aac", "-b:a", "64k") if film.sound else ()
        _run(path, "-stream_loop", "-1", "-i", str(second), *sound, "-c:v", "copy", "-t", f"{film.duration_s:g}")


def _moving_second(film: Film, color: int) -> tuple[str, ...]:
    edge = film.height // 8
    box = f"drawbox=x='mod(t*{film.width},{film.width})':y={film.height // 2}:w={edge}:h={edge}:c=white:t=fill"
    source = f"color=c=0x{_COLORS[color]}:s={film.width}x{film.height}:r={FPS}:d=1"
    return ("-f", "lavfi", "-i", f"{source},{box}")


def _run(path: Path, *arguments: str) -> None:
    """Run ffmpeg into a sibling and rename: another emulator may share the folder."""
    making = path.with_name(f"{threading.get_native_id()}_{path.name}")
    subprocess.run([get_ffmpeg_exe(), *_QUIET, *arguments, str(making)], check=True)
    making.replace(path)


def _free_box(content: bytes) -> bytes:
    """An mp4 box that players skip."""
    return (len(content) + 8).to_bytes(4, "big") + b"free" + content
