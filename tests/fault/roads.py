"""Small runs to break: no network, no model, no compiled code, a fraction of a second each."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.conftest import planted
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.schema import Roles
from triptych.core.slots import Clustering, Descriptions, Graph, Labels, Layout, SpanningTree, Topic, Tree
from triptych.core.step import Outcome, Plan, run_step
from triptych.core.store import Store
from triptych.encoders.base import Encoder, Encoding
from triptych.stages import encode as encode_stage
from triptych.stages.cluster import cluster
from triptych.stages.describe import describe
from triptych.stages.label import label
from triptych.stages.nest import nest
from triptych.stages.read import read
from triptych.stages.reduce import reduce
from triptych.stages.relate import relate

ROWS = 60
PART = 12


class Hook(Silent):
    """Progress that does something at its n-th event; events are the start and end of steps, and parts of encode."""

    def __init__(self, at: int = 0, act: Callable[[], None] = lambda: None) -> None:
        self.at, self.act, self.events = at, act, 0

    def event(self) -> None:
        self.events += 1
        if self.events == self.at:
            self.act()

    def start(self, step: str, total: int | None, unit: str) -> None:
        self.event()

    def advance(self, count: int) -> None:
        self.event()

    def finish(self, summary: str) -> None:
        self.event()


class Planted(Encoder):
    """An encoder that writes down how many texts it was given, when it has done a half and all of them."""

    def __init__(self, book: Path | None = None) -> None:
        self.book = book

    def params(self) -> dict[str, Any]:
        return {}

    def fingerprint(self) -> str:
        return "0" * 64

    def encode(self, items: Any, *, threads: int, advance: Callable[[int], None]) -> Encoding:
        if self.book:
            with self.book.open("a") as file:
                file.write(f"{len(items)}\n")
        advance(len(items) // 2)
        vectors = np.array([np.bincount(np.frombuffer(t.encode(), np.uint8), minlength=256) for t in items], np.float32)
        advance(len(items) - len(items) // 2)
        return Encoding(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), vectors[:, 0] > 0)


def store_road(out: str | Path | None, tag: str = "") -> Atlas:
    """Keep a value of every type and publish it: all that a store does, and nothing that takes time."""
    _, frame = planted(ROWS)
    m = frame.height
    floats = np.linspace(0, 1, 2 * m, dtype=np.float32).reshape(m, 2)
    labels = np.arange(m, dtype=np.int32) % 6
    edges = np.arange(m - 1, dtype=np.int32)
    topic = Topic(0, 1, -1, 3, (("naïve", 0.5),), (0, 2), (), "ab")
    values: dict[str, Any] = {
        "graphs/g": Graph(np.ones((m, 1), np.int32), floats[:, :1].copy(), "cosine"),
        "spanning_trees/s": SpanningTree(edges, edges + 1, np.linspace(1, 2, m - 1)),
        "layouts/l": Layout(floats), "clusterings/c": Clustering(labels, floats[:, 0].copy()),
        "trees/t": Tree(labels[None].copy()), "descriptions/t": Descriptions((topic,)),
        "labels/t": Labels({"ab": (f"A title{tag}", "extracted")}), "audits/a": frame.head(3),
    }  # fmt: skip
    store = Store(out) if out is not None else None
    try:
        with using(Context(threads=1, store=store)):
            atlas = read(frame, roles=Roles(text="words", title="key", id="key"))
            for path, value in values.items():
                stage, name = path.split("/")
                plan = Plan(stage=stage, name=name, method="planted", version="1", params={"tag": tag}, reads={})
                atlas = run_step(atlas, plan, lambda _seed, p=path, v=value: Outcome({p: v}))
            if store:
                store.publish(atlas, {"tag": tag})
    finally:
        if store:
            store.close()
    return atlas


def stage_road(
    out: str | Path | None, progress: Hook | None = None, book: Path | None = None, part: int = PART
) -> Atlas:
    """Take planted texts through every stage but drawing, with the quick methods."""
    _, frame = planted(ROWS)
    store = Store(out) if out is not None else None
    context = Context(threads=1, store=store, progress=progress or Silent())
    planted_encoder = patch.object(encode_stage, "create", lambda *_: Planted(book))
    try:
        with using(context), planted_encoder, patch.object(encode_stage, "PART", part):
            atlas = read(frame, roles=Roles(text="words", title="key", id="key"))
            atlas = encode_stage.encode(atlas, "planted")
            atlas = reduce(relate(atlas), "pca", n_components=2)
            atlas = cluster(atlas, "kmeans", on="planted", n_clusters=6, n_init=1)
            atlas = label(describe(nest(atlas, on="planted", sizes=(3,))))
            if store:
                store.publish(atlas, {})
    finally:
        if store:
            store.close()
    return atlas


def digests(folder: str | Path) -> dict[str, str]:
    """Return the hash of every result of a finished run, all of them read and checked."""
    from triptych.core.store import load_atlas
    from triptych.core.upkeep import check_run

    assert {element.state for element in check_run(folder)} == {"intact"}
    return dict(load_atlas(folder).digests)


def kill_self() -> None:
    signal.raise_signal(signal.SIGKILL)
