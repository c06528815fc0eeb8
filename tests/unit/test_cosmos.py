"""The cosmos as a result of a run: its layout, its page, its flags."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import triptych as tp
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.errors import TriptychError, UsageError
from triptych.pages.map import render_cosmos
from triptych.pages.payload import MapData

WORDS = ("sea wave salt", "rock hill stone", "wind cloud rain")


def texts() -> list[str]:
    return [f"{WORDS[i % 3]} {WORDS[i % 3].split()[i % 2]} number {i}" for i in range(60)]


@pytest.fixture(scope="module")
def spaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small run with a cosmos, in which three dimensions are clustered too."""
    folder = tmp_path_factory.mktemp("cosmos") / "a.trip"
    tp.run(texts(), out=folder, encoder="tfidf", reduction=3, cosmos=True, name="Weather")
    return folder


def test_f077_a_run_lays_its_rows_out_in_space(spaced: Path) -> None:
    atlas = tp.load(spaced)
    assert set(atlas.layouts) == {"umap3_dense", "umap2", "umap3"}
    assert atlas.layouts["umap3"].values.shape == (60, 3)
    assert list(atlas.clusterings) == ["hdbscan"]
    made = {step.name: step.params for step in atlas.steps if step.stage == "reduce"}
    assert made["umap3"]["min_dist"] > made["umap3_dense"]["min_dist"]
    page = (spaced / "cosmos.html").read_text(encoding="utf-8")
    assert "<title>Weather</title>" in page
    assert page == tp.cosmos(atlas, title="Weather").html == atlas.cosmos(title="Weather").html


def test_f077_without_the_setting_nothing_changes(tmp_path: Path, spaced: Path) -> None:
    atlas = tp.run(texts(), out=tmp_path / "b.trip", encoder="tfidf")
    assert list(atlas.layouts) == ["umap5", "umap2"]
    assert not (tmp_path / "b.trip" / "cosmos.html").exists()
    np.testing.assert_array_equal(atlas.layouts["umap2"].values, tp.load(spaced).layouts["umap2"].values)


def test_f077_a_small_spread_packs_the_cosmos_as_well(tmp_path: Path) -> None:
    atlas = tp.run(texts(), encoder="tfidf", cosmos=True, params=("reducer.spread=0.5",))
    assert atlas.layouts["umap3"].values.shape == (60, 3)


def test_f077_principal_components_will_do(planted_atlas: Atlas, tmp_path: Path) -> None:
    atlas = tp.reduce(planted_atlas, "pca", n_components=3)
    page = tp.cosmos(atlas, tmp_path / "pca.html", layout="pca3")
    assert (tmp_path / "pca.html").read_text(encoding="utf-8") == page.html


def test_f077_what_is_wrong_is_said(planted_atlas: Atlas) -> None:
    with pytest.raises(UsageError, match=r"no layout 'umap3'"):
        tp.cosmos(planted_atlas)
    with pytest.raises(UsageError, match=r"'umap2' has 2 dimensions\n  hint: a cosmos needs 3: tp\.reduce"):
        tp.cosmos(planted_atlas, layout="umap2")
    flat = MapData(title="t", xy=np.eye(2), names=["a", "b"])
    with pytest.raises(UsageError, match="a cosmos needs positions in space"):
        render_cosmos(flat)
    for xyz, said in (
        (np.eye(2), r"xyz has shape \(2, 2\)"),
        (np.eye(3), "xyz has 3 values for 2 points"),
        (np.full((2, 3), np.nan), "xyz: point 0 has no finite position"),
    ):
        with pytest.raises(UsageError, match=said):
            MapData(title="t", xy=np.eye(2), names=["a", "b"], xyz=xyz)


def test_f077_the_command_line_draws_and_opens_it(
    spaced: Path, planted_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    call = CliRunner().invoke
    assert call(app, ["open", str(spaced), "--cosmos"]).exit_code == 0
    assert opened == [(spaced / "cosmos.html").resolve().as_uri()]
    out = tmp_path / "again.html"
    assert call(app, ["export", str(spaced), str(out), "--what", "cosmos"]).exit_code == 0
    assert out.read_bytes() == (spaced / "cosmos.html").read_bytes()
    for words in (
        ["open", str(planted_folder), "--cosmos"],
        ["export", str(planted_folder), str(out), "--what", "cosmos"],
    ):
        said = call(app, words)
        assert isinstance(said.exception, TriptychError)
        assert "--cosmos" in said.exception.hint
