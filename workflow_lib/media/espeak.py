"""The embedded speech synthesiser, by its C interface: text in, samples and word times out."""

from __future__ import annotations

import ctypes
import functools
import threading
from dataclasses import dataclass, field

import espeakng_loader

from workflow_lib.errors import MissingTool

# From speak_lib.h of eSpeak NG.
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_BY_CHARACTER = 1
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_EVENT_WORD, _EVENT_END = 1, 5
_BUFFER_MS = 200

# Chosen for a narrator: a little lower and livelier than the usual, with room between the words.
_VOLUME_PERCENT = 80  # the highest peaks of the synthesiser stay whole
_PITCH_PERCENT = 42
_RANGE_PERCENT = 65
_WORD_GAP_10MS = 1


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))
_LOCK = threading.Lock()  # the library has one state for the whole process


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a word begins: `at` in the samples, `place` in the text's characters; None where a clause ends.

    The synthesiser's lengths of words are left out: they are 0 between curly quotes, and end at an apostrophe.
    """

    at: int
    place: int | None


@dataclass(slots=True)
class Spoken:
    """16-bit mono samples at `rate` per second, and the marks in their order."""

    rate: int
    pcm: bytearray = field(default_factory=bytearray)
    marks: list[Mark] = field(default_factory=list)


def synthesise(text: str, *, words_per_minute: int, voice: str) -> Spoken:
    """Speak `text`, whole, into memory (44 kB for each second).

    Raises:
        MissingTool: the synthesiser does not load, or has no such voice.
    """
    with _LOCK:
        library, rate = _library()
        _set_voice(library, words_per_minute, voice)
        spoken = Spoken(rate)
        collect = _Callback(functools.partial(_collect, spoken))
        library.espeak_SetSynthCallback(collect)
        data = text.replace("\0", " ").encode("utf-8", errors="replace") + b"\0"
        code = library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, _BY_CHARACTER, 0, _UTF8, None, None)
        if code != 0 or library.espeak_Synchronize() != 0:
            raise MissingTool(f"the speech synthesiser failed with code {code}")
    return spoken


@functools.cache
def _library() -> tuple[ctypes.CDLL, int]:
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = espeakng_loader.get_data_path()
    except (OSError, RuntimeError) as error:
        raise MissingTool(f"the speech synthesiser does not load ({error}): run `make setup`") from error
    rate = library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, str(folder).encode(), _DO_NOT_EXIT)
    if rate <= 0:
        raise MissingTool("the speech synthesiser does not find its voices: run `make setup`")
    return library, rate


def _set_voice(library: ctypes.CDLL, words_per_minute: int, voice: str) -> None:
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise MissingTool(f"the speech synthesiser has no voice {voice!r}: use the code of a language, such as `en`")
    settings = {
        _RATE: words_per_minute,
        _VOLUME: _VOLUME_PERCENT,
        _PITCH: _PITCH_PERCENT,
        _RANGE: _RANGE_PERCENT,
        _WORD_GAP: _WORD_GAP_10MS,
    }
    for parameter, value in settings.items():
        library.espeak_SetParameter(parameter, value, 0)


def _collect(spoken: Spoken, samples: int | None, count: int, events: ctypes._Pointer[_Event]) -> int:
    if samples and count > 0:
        spoken.pcm += ctypes.string_at(samples, 2 * count)
    index = 0
    while events[index].type != 0:
        event = events[index]
        if event.type == _EVENT_WORD:
            spoken.marks.append(Mark(event.sample, event.text_position - 1))
        elif event.type == _EVENT_END:
            spoken.marks.append(Mark(event.sample, None))
        index += 1
    return 0
