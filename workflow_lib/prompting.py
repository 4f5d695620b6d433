"""What is said to a model that draws. A picture is known by its user's words alone: a change here buys none again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflow_lib import looks

_KEY_NAMES = {looks.GREEN: "green", looks.MAGENTA: "magenta", looks.BLUE: "blue"}
_NOTHING_ELSE = "No text, no lettering, no border, no watermark."


@dataclass(frozen=True, slots=True)
class Cast:
    """A character as its film defines it."""

    name: str
    look: str
    colours: str


def scene(describe: str, cast: Sequence[Cast], style: str, *, last: bool, follows: bool) -> str:
    """The prompt for a picture that fills the frame. `last`: the end of a shot; `follows`: its start is sent along."""
    parts = ["The last frame of one shot of a film." if last else "One frame of a film.", describe.strip()]
    for number, who in enumerate(cast, start=1):
        parts.append(f"{_called(who)} is the character in reference picture {number}: {_look(who)}")
    if cast:
        parts.append("Keep faces, clothes, proportions and colours exactly as in the reference pictures.")
    if follows:
        parts.append(
            f"Reference picture {len(cast) + 1} is the first frame of the same shot: keep its place, its light, its "
            "camera and whatever the words do not change."
        )
    return _joined(*parts, _style(style), "The picture fills the whole frame.", _NOTHING_ELSE)


def cut_out(who: Cast, pose: str, style: str, *, drawn_before: bool) -> str:
    """The prompt for a character alone before one plain colour; `drawn_before`: a picture of it is sent along."""
    colour = looks.key_colour(f"{who.look} {who.colours} {pose}")
    name = _KEY_NAMES[colour]
    same = "It is the character in the reference picture: keep its face, clothes, proportions and colours exactly."
    return _joined(
        f"One character, alone: {_look(who)}",
        same if drawn_before else "",
        f"Pose: {pose}" if pose else "It stands or rests as it usually does, at ease, seen whole.",
        _style(style),
        "The whole figure is in the picture, with some space around it; nothing of it is cut off by an edge.",
        f"Behind it is nothing but one flat, even, pure {name} ({colour}): no ground, no shadow, no reflection, no "
        f"gradient, no other thing. The figure itself has no {name} anywhere.",
        _NOTHING_ELSE,
    )


def _called(who: Cast) -> str:
    return who.name.replace("_", " ").replace("-", " ").capitalize()


def _look(who: Cast) -> str:
    if not who.colours:
        return who.look
    return f"{_joined(who.look)} Colours: {who.colours}"


def _style(style: str) -> str:
    return f"Style: {style.strip()}" if style.strip() else ""


def _joined(*parts: str) -> str:
    """The parts as sentences, each with its full stop."""
    told = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part.endswith((".", "!", "?", "…", ")")) else f"{part}." for part in told)
