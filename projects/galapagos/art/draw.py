"""Draws every picture of the film: `python projects/galapagos/art/draw.py [NAME ...] [--to FOLDER]`.

The same pixels come out on every run; NAME (as in `assets/tortoise.png`) draws only that file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import birds
import coast
import inland
import lizards
import pairs
import people
import props
import raster
import tortoise
from cutout import tinted
from palette import DAWN, DUSK, GOLDEN, HEAT, MIST, NIGHT, NOON, OVERCAST, STORM
from PIL import Image

Drawing = Callable[[], raster.Picture]
LONGEST = 1000
FAINT = 3

BACKGROUNDS: dict[str, Drawing] = {
    "assets/arrival.png": coast.arrival,
    "assets/craters.png": inland.craters,
    "assets/shore.png": coast.shore,
    "assets/noon.png": inland.noon,
    "assets/cactus_country.png": inland.cactus_country,
    "assets/heights.png": lambda: inland.heights(2304, 648, spring=False),
    "assets/lowland.png": lambda: inland.lowland(2304, 648),
    "assets/spring.png": inland.heights,
    "assets/surf.png": coast.surf,
    "assets/warren.png": inland.warren,
    "assets/cactus_garden.png": inland.garden,
    "assets/panel_dusk.png": lambda: inland.beak_panel(1152, 1296, DUSK, 231),
    "assets/panel_mist.png": lambda: inland.beak_panel(1152, 1296, MIST, 232),
    "assets/evening.png": inland.evening_garden,
    "assets/valley.png": inland.bough_view,
    "assets/sisters.png": coast.sisters,
    "assets/stars.png": coast.stars,
    "keyframes/clip_06_start.png": lambda: pairs.bay(late=False),
    "keyframes/clip_06_end.png": lambda: pairs.bay(late=True),
    "keyframes/clip_08_start.png": lambda: pairs.track(late=False),
    "keyframes/clip_08_end.png": lambda: pairs.track(late=True),
    "keyframes/clip_11_start.png": lambda: pairs.dive(late=False),
    "keyframes/clip_11_end.png": lambda: pairs.dive(late=True),
}
CUTOUTS: dict[str, Drawing] = {
    "assets/tortoise.png": lambda: tortoise.draw(tortoise.WALKING),
    "assets/tortoise_eating.png": lambda: tortoise.draw(tortoise.EATING),
    "assets/tortoise_drinking.png": lambda: tortoise.draw(tortoise.DRINKING),
    "assets/tortoise_raised.png": lambda: tortoise.draw(tortoise.RAISED),
    "assets/tortoise_dome_dusk.png": lambda: tinted(tortoise.draw(tortoise.RAISED), "#9a4a52", 0.5, 0.85),
    "assets/tortoise_saddle_dusk.png": lambda: tinted(tortoise.draw(tortoise.SADDLEBACK), "#9a4a52", 0.5, 0.85),
    "assets/tortoise_night.png": lambda: tinted(tortoise.draw(tortoise.RAISED), "#2a4d78", 0.92, 0.75),
    "assets/marine_iguana.png": lambda: lizards.draw(lizards.MARINE, lizards.RESTING, -0.15),
    "assets/marine_iguana_crawling.png": lambda: lizards.draw(lizards.MARINE, lizards.CRAWLING, 0.12),
    "assets/land_iguana.png": lambda: lizards.draw(lizards.LAND, lizards.CRAWLING, 0.15),
    "assets/land_iguana_alert.png": lambda: lizards.draw(lizards.LAND, lizards.ALERT, -0.3),
    "assets/finch_large_beak.png": lambda: birds.finch(birds.GROUND_FINCH),
    "assets/finch_small_beak.png": lambda: birds.finch(birds.WARBLER_FINCH),
    "assets/finch_cactus.png": lambda: birds.finch(birds.CACTUS_FINCH),
    "assets/mocking_thrush.png": birds.mocking_thrush,
    "assets/hawk.png": birds.hawk,
    "assets/frigatebird.png": birds.frigatebird,
    "assets/bough.png": birds.branch,
    "assets/beagle.png": people.beagle,
    "assets/beagle_night.png": lambda: tinted(people.beagle(), "#45678f", 0.85, 0.7),
    "assets/naturalist.png": people.naturalist,
    "assets/sea_lion.png": people.sea_lion,
    "assets/crab.png": people.crab,
    "assets/isle_dawn.png": lambda: props.isle(DAWN, 401),
    "assets/rocks_dawn.png": lambda: props.rocks(DAWN, 402, "#1e1f33"),
    "assets/rocks_noon.png": lambda: props.rocks(NOON, 403, "#2a2a30"),
    "assets/rocks_storm.png": lambda: props.rocks(STORM, 404),
    "assets/ridge_grey.png": lambda: props.rocks(OVERCAST, 405, "#25272e"),
    "assets/cloud_grey.png": lambda: props.cloud_bank("#dfdfd2", 406),
    "assets/cloud_mist.png": lambda: props.cloud_bank("#eceddc", 407),
    "assets/thicket_heat.png": lambda: props.thicket(HEAT, 408),
    "assets/thicket_golden.png": lambda: props.thicket(GOLDEN, 409),
    "assets/cactus_golden.png": lambda: props.cactus(GOLDEN, 410, 0.25),
    "assets/cactus_limb.png": props.eaten_cactus,
    "assets/ferns.png": lambda: props.ferns(412),
    "assets/mound.png": props.mound,
    "assets/burrow.png": props.burrow,
    "assets/ripple.png": props.ripple,
    "assets/flying_soil.png": props.flying_soil,
    "assets/perch_dusk.png": lambda: props.perch(DUSK, 413),
    "assets/perch_mist.png": lambda: props.perch(MIST, 414),
    "assets/headland_night.png": lambda: props.headland(NIGHT, 415),
    "assets/rain.png": props.drizzle,
}


def cutout_image(picture: raster.Picture) -> Image.Image:
    """A cut-out no longer than LONGEST pixels, in few colours."""
    image = raster.image_of(picture)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    clear = Image.new("RGBA", image.size)
    image = Image.composite(image, clear, image.getchannel("A").point(lambda value: 255 if value > FAINT else 0))
    return raster.indexed(image)


def render(name: str) -> Image.Image:
    """The picture of one file."""
    if name in BACKGROUNDS:
        return raster.flattened(BACKGROUNDS[name]())
    return cutout_image(CUTOUTS[name]())


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="files to draw; default: all")
    parser.add_argument("--to", type=Path, default=Path(__file__).parents[1], help="the project's folder")
    options = parser.parse_args()
    for name in options.names or [*BACKGROUNDS, *CUTOUTS]:
        target = options.to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        raster.save_png(render(name), target)
        print(f"{name}  {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
