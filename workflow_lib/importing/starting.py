"""The clips of a project that is to be filled in: it builds as it is."""

from __future__ import annotations

from workflow_lib import layout

CLIPS = 3

_CLIP = """\
  - prompt:                 # five parts, joined in this order; or one text
      action: {action}
      camera: {camera}
    narration: {narration}
    source: text            # no picture yet: put one at assets/composites/{label}.png and delete this line
"""
_MOVES = ("slow push in", "slow pan right", "gentle tilt up", "slow pull out")


def clips_text(count: int) -> str:
    """The part of a manifest that lists `count` clips."""
    text = "clips:\n"
    for number in range(1, count + 1):
        text += _CLIP.format(
            action=f"What happens in clip {number}",
            camera=_MOVES[(number - 1) % len(_MOVES)],
            narration=f"This is what the narrator says over clip {number}.",
            label=layout.label(number),
        )
    return text
