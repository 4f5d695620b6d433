"""Free pictures from words: a storyboard panel for a place or a keyframe, a silhouette for a character."""

from __future__ import annotations

from PIL import Image, ImageOps

from workflow_lib import files, looks
from workflow_lib.drawings import Drawing
from workflow_lib.media import sketch_figures, sketch_scenes
from workflow_lib.media.pencil import Pad

_FIGURE = 1000  # pixels
_STANDING = 0.94  # of its sheet: a person who stands
_STANDS_AT = 0.93  # of the panel's height
_TALL = {"person": 0.62, "child": 0.46, "robot": 0.58}
_LOW = 0.36  # of the panel's height: an animal or a thing


def draw(drawing: Drawing) -> Image.Image:
    """The sketch of `drawing`: RGB of its size, or a cut-out as RGBA. The same words give the same pixels."""
    seed = files.digest(drawing.sketched_from)
    if drawing.size is None:
        who = drawing.cast[0]
        return sketch_figures.draw(who.look, who.colours, drawing.pose, files.digest([who.name, who.look]), _FIGURE)
    pad = Pad(drawing.size, seed)
    sketch_scenes.draw(f"{drawing.words} {drawing.style}", pad)
    panel = pad.picture()
    for place, who in enumerate(drawing.cast):
        _stand(panel, drawing, place, sketch_figures.draw(who.look, who.colours, drawing.words, seed, _FIGURE))
    return panel


def _stand(panel: Image.Image, drawing: Drawing, place: int, figure: Image.Image) -> None:
    """Put a figure into a panel, beside those that stand there already."""
    kind = looks.kind_of(drawing.cast[place].look)
    # Who sits is not as high as who stands.
    share = min(1.0, figure.height / (_STANDING * _FIGURE)) if kind in _TALL else 1.0
    tall = round(panel.height * _TALL.get(kind, _LOW) * (1 - 0.06 * place) * share)
    small = ImageOps.contain(figure, (round(panel.width * 0.8), tall), Image.Resampling.LANCZOS)
    across = (place + 1) / (len(drawing.cast) + 1)
    left, top = round(panel.width * across - small.width / 2), round(panel.height * _STANDS_AT - small.height)
    panel.paste(small, (left, top), small)
