"""Data that several tests share: a planted mixture, a few real texts, one finished run of the demo."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, settings

import triptych as tp
from triptych.core.atlas import Atlas

# How long an example takes says more of the machine than of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

WORDS = {
    "cats": ["cat", "kitten", "purring", "whiskers", "feline", "paws", "litter", "meow"],
    "taxes": ["tax", "income", "revenue", "deduction", "audit", "return", "filing", "levy"],
    "boats": ["boat", "sail", "harbour", "anchor", "rudder", "mast", "keel", "tide"],
    "bread": ["bread", "flour", "yeast", "oven", "dough", "crust", "baker", "loaf"],
    "chess": ["chess", "bishop", "rook", "pawn", "checkmate", "gambit", "knight", "opening"],
    "stars": ["star", "galaxy", "nebula", "telescope", "orbit", "planet", "comet", "supernova"],
}


def planted(rows: int = 240, dimensions: int = 24, seed: int = 0) -> tuple[np.ndarray, pl.DataFrame]:
    """Return vectors of six well separated groups, and a frame with the group, a text and a date for each."""
    random = np.random.default_rng(seed)
    names = list(WORDS)
    group = np.arange(rows) % len(names)
    centres = random.normal(size=(len(names), dimensions))
    vectors = (centres[group] + random.normal(scale=0.15, size=(rows, dimensions))).astype(np.float32)
    texts = [f"The {' and '.join(random.choice(WORDS[names[g]], 3, replace=False))}" for g in group]
    frame = pl.DataFrame({
        "key": [f"k{i:04d}" for i in range(rows)],
        "words": texts,
        "kind": [names[g] for g in group],
        "day": [f"20{i % 20:02d}-01-{i % 27 + 1:02d}" for i in range(rows)],
        "votes": [str(i % 50) for i in range(rows)],
    })  # fmt: skip
    return vectors, frame


def planted_run(**changes: object) -> Atlas:
    """Run the whole road on the planted mixture; no encoder, so it is quick."""
    vectors, frame = planted()
    settings: dict[str, object] = {
        "metadata": frame, "text": "words", "title": "key", "id": "key", "date": "day", "group": "kind",
        "popularity": "votes", "link": "https://example.org/{key}", "levels": (4, 2), "min_cluster_size": 10,
    }  # fmt: skip
    return tp.run(vectors, **settings | changes)


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run of the planted mixture; tests must not change it."""
    folder = tmp_path_factory.mktemp("planted") / "run.trip"
    planted_run(out=folder)
    return folder


@pytest.fixture(scope="session")
def planted_atlas(planted_folder: Path) -> Atlas:
    """Return the Atlas of that run, loaded from its folder."""
    return tp.load(planted_folder)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run of the embedded emoji; tests must not change it."""
    from triptych.sources.demo import ROLES, demo_path, sprites

    folder = tmp_path_factory.mktemp("demo") / "emoji.trip"
    tp.run(demo_path(), **asdict(ROLES), out=folder, sprites=sprites(), name="Emoji")
    return folder


@pytest.fixture(scope="session")
def demo_atlas(demo_folder: Path) -> Atlas:
    """Return the Atlas of that run."""
    return tp.load(demo_folder)
