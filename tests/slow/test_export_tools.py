"""The exported folders in the tools that they are for, where those are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from triptych.core.atlas import Atlas
from triptych.core.slots import Labels, Shelf
from triptych.export.datamapplot import write_datamapplot
from triptych.export.embedding_atlas import COMMAND, write_embedding_atlas

pytestmark = pytest.mark.slow

AWKWARD = "<b>$x$ & $</b>"


@pytest.fixture
def awkward(planted_atlas: Atlas) -> Atlas:
    """Return the Atlas with titles that are neither markup nor formulas."""
    topics = planted_atlas.descriptions["topics"].topics
    return replace(planted_atlas, labels=Shelf({"topics": Labels({t.evidence: (AWKWARD, "given") for t in topics})}))


def test_f119_datamapplot_draws_the_folder(awkward: Atlas, tmp_path: Path) -> None:
    pytest.importorskip("datamapplot")
    folder = write_datamapplot(awkward, tmp_path, title="</title><script>planted()</script>")
    done = subprocess.run([sys.executable, folder / "draw.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "<script>planted()" not in page
    assert "&lt;script&gt;planted()" in page
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def test_f119_embedding_atlas_opens_the_folder(awkward: Atlas, tmp_path: Path) -> None:
    pytest.importorskip("embedding_atlas.cli")
    folder = write_embedding_atlas(awkward, tmp_path / "in", columns=["kind", "day"])
    words = [
        sys.executable,
        "-m",
        "embedding_atlas.cli",
        *COMMAND.split()[1:],
        "--export-application",
        tmp_path / "out",
    ]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    props = json.loads((tmp_path / "out" / "data" / "metadata.json").read_text(encoding="utf-8"))["props"]
    assert props["data"] | {"id": ""} == {
        "id": "", "projection": {"x": "x", "y": "y"}, "text": "text", "neighbors": "neighbors",
    }  # fmt: skip
    labels = pl.read_parquet(folder / "labels.parquet")
    assert props["embeddingViewLabels"] == labels.to_dicts()
    taken = pl.read_parquet(tmp_path / "out" / "data" / "dataset.parquet")
    points = pl.read_parquet(folder / "points.parquet")
    assert taken["row_id"].to_list() == points["row_id"].to_list()
    assert [row["ids"] for row in taken["neighbors"].to_list()] == [row["ids"] for row in points["neighbors"].to_list()]
