"""18 composites with two characters each, against Pillow's own decoding of the layers and encoding of the pixels.

.venv/bin/python benchmarks/composites.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from side_by_side import ROOT, compare, machine

from workflow_lib.media import composite
from workflow_lib.recipes import Character, Scene

SIZE = (1920, 1080)
ASSETS = ROOT / "projects/galapagos/assets"
COUNT = 18


def main() -> None:
    """Measure both ways in turn."""
    print(machine())
    figures = [*sorted(ASSETS.glob("tortoise*.png"))[:1], ASSETS / "hawk.png"]
    recipe = Scene(ASSETS / "noon.png", tuple(Character(path, 0.3, 0.9, 0.4) for path in figures))
    pixels = composite.compose(recipe, SIZE)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out.png"

        def ours() -> None:
            for _ in range(COUNT):
                composite.write_composite(recipe, out, SIZE, stamp={})

        def pillow() -> None:
            for _ in range(COUNT):
                for path in (recipe.background, *figures):
                    Image.open(path).load()
                pixels.save(out)

        things = {"Clipwright: compose and write": ours, "Pillow: decode the layers, encode the pixels": pillow}
        compare(f"{COUNT} composites of 1920x1080", "Clipwright: compose and write", things, runs=2)


if __name__ == "__main__":
    main()
