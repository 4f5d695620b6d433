"""Sounds made longer at the pitch that they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.filter import Graph

from workflow_lib.media.encode import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
"""(samples, 2) at 48 kHz, 1.0 is full scale."""


def slowed(blocks: Iterable[Samples], slower: Fraction) -> Iterator[Samples]:
    """Stereo `blocks` at 48 kHz, in which each moment comes `slower` times later, to about 25 ms."""
    graph, done = _graph(slower), 0
    for samples in blocks:
        graph.push(_frame(samples, done))
        done += len(samples)
        yield from _ready(graph)
    if done:
        graph.push(None)
        yield from _ready(graph)


def _graph(slower: Fraction) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="flt", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    graph.link_nodes(source, graph.add("atempo", f"{float(1 / slower)}"), graph.add("abuffersink")).configure()
    return graph


def _frame(samples: Samples, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples.reshape(1, -1)), format="flt", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
    return frame


def _ready(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        yield frame.to_ndarray().reshape(-1, 2).astype(np.float32, copy=False)
