"""The Kling models at KIE.ai and the shape of what each one is asked.

Source: docs.kie.ai, Market, Kling pages, read 2026-11; where the English and Chinese pages disagree, the stricter limit
stands here. Only the 2.5 models are confirmed by several users of the API; compare the others before relying on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.providers.base import Order

PICTURE_BYTES = 10 * 1000 * 1000
"""The largest picture that Kling takes."""

TWINS = {"kling/v2-5-turbo-image-to-video-pro": "kling/v2-5-turbo-text-to-video-pro"}
"""The model that makes a clip from words alone, where a model only animates pictures."""

Fields = dict[str, object]

_FIVE_OR_TEN = ("5", "10")
_ASPECTS = ("16:9", "9:16", "1:1")
_CFG_SCALE = 0.5
_MODES = {"720p": "std", "1080p": "pro", "4k": "4K"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What one model takes. `pictures`: how many; `own`: its own fields, all sent: KIE may not fill in defaults."""

    prompt_chars: int
    pictures: int
    own: Callable[[Order, Sequence[str]], Fields]
    durations: tuple[str, ...] = _FIVE_OR_TEN
    negative_chars: int | None = None


def _single(order: Order, urls: Sequence[str]) -> Fields:
    tail = {"tail_image_url": urls[1]} if len(urls) > 1 else {}
    return {"image_url": urls[0], **tail, "negative_prompt": order.negative_prompt, "cfg_scale": _CFG_SCALE}


def _words(order: Order, _urls: Sequence[str]) -> Fields:
    return {"aspect_ratio": order.aspect, "negative_prompt": order.negative_prompt, "cfg_scale": _CFG_SCALE}


def _silent(_order: Order, urls: Sequence[str]) -> Fields:
    return {"image_urls": list(urls), "sound": False}


def _v3(order: Order, urls: Sequence[str]) -> Fields:
    aspect = order.aspect if order.aspect in _ASPECTS else "16:9"
    mode = _MODES.get(order.resolution, "pro")
    return {**_silent(order, urls), "mode": mode, "multi_shots": False, "aspect_ratio": aspect}


def _v3_turbo(order: Order, urls: Sequence[str]) -> Fields:
    return {"image_urls": list(urls), "resolution": order.resolution or "1080p"}


SHAPES: dict[str, Shape] = {
    "kling/v2-5-turbo-image-to-video-pro": Shape(2500, 2, _single, negative_chars=500),
    "kling/v2-5-turbo-text-to-video-pro": Shape(2500, 0, _words, negative_chars=500),
    "kling/v2-1-pro": Shape(5000, 2, _single, negative_chars=500),
    "kling/v2-1-standard": Shape(5000, 1, _single, negative_chars=500),
    "kling/v2-1-master-image-to-video": Shape(5000, 1, _single, negative_chars=500),
    "kling-2.6/image-to-video": Shape(1000, 1, _silent),
    "kling-3.0/video": Shape(2500, 2, _v3, durations=tuple(str(second) for second in range(3, 16))),
    "kling/v3-turbo-image-to-video": Shape(2500, 1, _v3_turbo),
}


def model_for(order: Order) -> str:
    """Give the model that makes `order`: the one that it names, or its twin when there is no picture.

    Raises:
        InvalidInput: no such model is known, or it cannot make this order; says why.
    """
    if order.model not in SHAPES:
        raise _wrong(order, f"is not known; known are {', '.join(SHAPES)}")
    if order.start is not None or not SHAPES[order.model].pictures:
        return order.model
    if order.model not in TWINS:
        raise _wrong(order, "needs a picture")
    return TWINS[order.model]


def check(order: Order) -> None:
    """See that the model of `order` takes it as it is; what a provider ignores may still be charged.

    Raises:
        InvalidInput: naming everything that it does not take.
    """
    shape = SHAPES[model_for(order)]
    found = [
        (f"{order.seconds:g}" not in shape.durations, f"makes clips of {', '.join(shape.durations)} s"),
        (not 0 < len(order.prompt) <= shape.prompt_chars, f"takes a prompt of 1 to {shape.prompt_chars} characters"),
        (len(order.negative_prompt) > (shape.negative_chars or 0), _negative(shape)),
        (order.end is not None and shape.pictures < 2, "takes no end keyframe"),  # noqa: PLR2004 - a start and an end
        (order.end is not None and order.start is None, "needs a start keyframe where there is an end keyframe"),
        (order.start is None and order.aspect not in _ASPECTS, f"makes clips of {', '.join(_ASPECTS)} from words"),
    ]
    problems = [_problem(order, text) for wrong, text in found if wrong]
    if problems:
        raise InvalidInput(problems)


def body(order: Order, urls: Sequence[str]) -> Fields:
    """Give what is posted to createTask. `urls`: where the start and end pictures are, as many as there are."""
    model = model_for(order)
    fields = {"prompt": order.prompt, "duration": f"{order.seconds:g}", **SHAPES[model].own(order, urls)}
    return {"model": model, "input": fields}


def _negative(shape: Shape) -> str:
    if shape.negative_chars is None:
        return "takes no negative prompt"
    return f"takes a negative prompt of at most {shape.negative_chars} characters"


def _problem(order: Order, what: str) -> Problem:
    return Problem(f"model {order.model}", what)


def _wrong(order: Order, what: str) -> InvalidInput:
    return InvalidInput([_problem(order, what)])
