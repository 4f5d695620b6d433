"""HDR pictures brought to the range of light that the film has."""

from __future__ import annotations

from workflow_lib.film import FilmSpec
from workflow_lib.media.ffmpeg import offers
from workflow_lib.media.probe import VideoInfo

_PQ, _HLG = 16, 18  # numbers of transfer characteristics in H.273
_UNKNOWN, _BT2020 = 2, 9
_WHITE_NITS = 203  # what white paper has in HDR (ITU-R BT.2408), and becomes the white of the film
_BRIGHTEST = 1000 / _WHITE_NITS  # what phones and HLG reach; above it there is no more to be seen


def is_hdr(video: VideoInfo) -> bool:
    """Whether a picture says that its light is coded as PQ or HLG."""
    return video.transfer in (_PQ, _HLG)


def can_map(ffmpeg: str) -> bool:
    """Whether an ffmpeg has the filters that `mapped` takes."""
    return offers(ffmpeg, "filters", "zscale") and offers(ffmpeg, "filters", "tonemap")


def mapped(video: VideoInfo, spec: FilmSpec) -> str:
    """The filters that bring an HDR picture to BT.709: what is darker than skin stays as it is, brighter is compressed.

    A picture larger than the film's is made smaller first, which takes less time.
    """
    primaries, matrix = (_BT2020 if one == _UNKNOWN else one for one in (video.primaries, video.matrix))
    told = f"setparams=color_primaries={primaries}:color_trc={video.transfer}:colorspace={matrix}"
    sides = f"w='min(iw,{spec.width})':h='min(ih,{spec.height})'"
    smaller = f"scale={sides}:force_original_aspect_ratio=increase:force_divisible_by=2:flags=bicubic+accurate_rnd"
    light = f"zscale=t=linear:npl={_WHITE_NITS},format=gbrpf32le,zscale=p=bt709"
    tones = f"tonemap=mobius:desat=0:peak={_BRIGHTEST:.3f}"
    return f"{told},{smaller},{light},{tones},zscale=t=bt709:m=bt709:r=tv,format=yuv444p10le"
