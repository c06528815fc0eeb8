"""Pictures as points: from files to the sheet of a map, found again in the store, the rest counted and named."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from PIL import Image

import triptych as tp
from tests.conftest import planted, planted_run
from tests.pictures import COLOURS, encoded, plain, write_pictures
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.context import Context, using
from triptych.core.errors import InputError, LimitExceeded, MissingExtra, StoreError, UsageError
from triptych.core.slots import Sheet
from triptych.core.tables import result_table
from triptych.core.validate import check_value
from triptych.sources import pictures as sources
from triptych.sources import thumbnails
from triptych.sources.pictures import tile_side
from triptych.stages import illustrate as stage


def atlas_of(paths: list[str | None], image: str = "poster", **columns: list[Any]) -> Atlas:
    frame = pl.DataFrame({"t": [f"text {i}" for i in range(len(paths))], "poster": paths} | columns)
    return tp.read(frame, roles=tp.Roles(text="t", image=image))


def tile_of(sheet: Sheet, tile: int) -> np.ndarray:
    whole = np.asarray(Image.open(io.BytesIO(sheet.image.tobytes())).convert("RGBA"))
    y, x = sheet.tile * (tile // sheet.columns), sheet.tile * (tile % sheet.columns)
    return whole[y : y + sheet.tile, x : x + sheet.tile]


def middle_colour(sheet: Sheet, row: int) -> np.ndarray:
    return tile_of(sheet, int(sheet.index[row]))[sheet.tile // 2, sheet.tile // 2, :3].astype(int)


def test_f003_pictures_of_a_folder_are_matched_by_identifier(tmp_path: Path) -> None:
    for i, colour in enumerate(COLOURS):
        (tmp_path / f"film-{i}.png").write_bytes(encoded(plain(colour)))
    order = [4, 0, 5, 2, 1, 3]
    atlas = atlas_of([None] * 6, image="film-{key}.png", key=[str(i) for i in order])
    sheet = tp.illustrate(atlas, tmp_path).sheets["pictures"]
    for row, i in enumerate(order):
        assert np.abs(middle_colour(sheet, row) - COLOURS[i]).max() < 12


def test_f003_missing_files_are_counted_and_named_and_their_rows_stay(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(500)]
    write_pictures(tmp_path, [name for name in names if name != "123.png"])
    atlas = tp.illustrate(atlas_of([*names[:499], None]), tmp_path)
    assert atlas.kept.height == 500
    assert atlas.sheets["pictures"].index[123] == -1
    assert (atlas.sheets["pictures"].index >= 0).sum() == 498
    (note,) = atlas.steps[-1].notes
    assert note.startswith("498 of 500 rows have a picture; without one: ")
    assert "1 not there (row_id '123': '123.png')" in note
    assert "1 no path (row_id '499': '')" in note
    assert atlas.audits["pictures"].rows() == [("123", "123.png", "not there"), ("499", "", "no path")]
    assert result_table(atlas)["pictures_problem"].to_list()[120:125] == [None, None, None, "not there", None]


def test_f003_rows_that_are_not_kept_need_no_picture(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.png", "c.png"])
    frame = pl.DataFrame({"t": ["one", "", "three"], "poster": ["a.png", "nowhere.png", "c.png"]})
    atlas = tp.illustrate(tp.read(frame, roles=tp.Roles(text="t", image="poster")), tmp_path)
    assert atlas.sheets["pictures"].index.tolist() == [0, 1]
    assert atlas.audits["pictures"].height == 0


def test_f075_the_whole_picture_is_fitted_into_its_tile(tmp_path: Path) -> None:
    (tmp_path / "wide.png").write_bytes(encoded(plain(COLOURS[0], (40, 10))))
    (tmp_path / "thin.png").write_bytes(encoded(plain(COLOURS[2], (1, 3000))))
    sheet = tp.illustrate(atlas_of(["wide.png", "thin.png"]), tmp_path).sheets["pictures"]
    wide, thin = tile_of(sheet, 0)[..., 3] > 128, tile_of(sheet, 1)[..., 3] > 128
    assert wide.any(axis=0).all()
    assert abs(wide.any(axis=1).sum() - sheet.tile / 4) <= 2
    assert thin.any(axis=1).all()
    assert 1 <= thin.any(axis=0).sum() <= 3


def test_f075_equal_files_share_a_tile(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.png", "b.png"])
    (tmp_path / "c.png").write_bytes((tmp_path / "a.png").read_bytes())
    assert tp.illustrate(atlas_of(["a.png", "b.png", "c.png"]), tmp_path).sheets["pictures"].index.tolist() == [0, 1, 0]


def test_f075_tiles_shrink_so_that_the_sheet_stays_small() -> None:
    sides = {count: tile_side(count) for count in (1, 36, 1_000, 1_906, 5_000, 60_000, 262_144)}
    assert sides == {1: 128, 36: 128, 1_000: 128, 1_906: 96, 5_000: 64, 60_000: 16, 262_144: 16}
    assert all(side % 16 == 0 and side * np.ceil(np.sqrt(count)) <= 8192 for count, side in sides.items())
    with pytest.raises(LimitExceeded, match=r"262,145 different pictures"):
        tile_side(262_145)


def test_f075_any_number_of_threads_gives_the_same_bytes(tmp_path: Path) -> None:
    write_pictures(tmp_path, [f"{i}.png" for i in range(40)])
    sheets = []
    for threads in (1, 4):
        with using(Context(threads=threads)):
            sheets.append(tp.illustrate(atlas_of([f"{i}.png" for i in range(40)]), tmp_path).sheets["pictures"])
    assert sheets[0].image.tobytes() == sheets[1].image.tobytes()
    assert sheets[0].index.tolist() == sheets[1].index.tolist()


@pytest.fixture
def road(tmp_path: Path) -> dict[str, Any]:
    _vectors, frame = planted()
    write_pictures(tmp_path / "posters", [f"{key}.png" for key in frame["key"][:-1]])
    return {"image": "{key}.png", "images": tmp_path / "posters", "out": tmp_path / "run.trip"}


def test_f075_the_second_run_decodes_nothing_and_a_changed_file_is_decoded(
    road: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    make = thumbnails._fitted
    monkeypatch.setattr(thumbnails, "_fitted", lambda picture, side: decoded.append(side) or make(picture, side))
    first = planted_run(**road)
    assert len(decoded) == 239
    assert planted_run(**road).digests == first.digests
    assert len(decoded) == 239
    (road["images"] / "k0007.png").write_bytes(encoded(plain((0, 0, 0))))
    changed = planted_run(**road)
    assert len(decoded) == 2 * 239
    assert changed.digests["sheets/pictures"] != first.digests["sheets/pictures"]
    assert changed.digests["layouts/umap2"] == first.digests["layouts/umap2"]


def test_f075_pictures_and_what_is_missing_are_in_the_folder_of_the_run(road: dict[str, Any]) -> None:
    first = planted_run(**road)
    loaded = tp.load(road["out"])
    assert loaded.sheets["pictures"].index.tolist() == [*range(239), -1]
    assert loaded.audits["pictures"]["row_id"].to_list() == ["k0239"]
    assert loaded.map(title="Map").html == first.map(title="Map").html
    results = pl.read_parquet(road["out"] / "results.parquet")
    assert results.filter(pl.col("pictures_problem").is_not_null())["row_id"].to_list() == ["k0239"]


@pytest.mark.parametrize("index", [[0, 1], [0, 1, 3], [0, 1, -2]])
def test_f075_an_index_that_does_not_fit_the_rows_is_refused(index: list[int]) -> None:
    sheet = Sheet(np.zeros(9, dtype=np.uint8), "image/webp", 16, 2, np.array(index, dtype=np.int32))
    with pytest.raises(StoreError, match="'index'"):
        check_value("sheets/pictures", sheet, 3)


def test_f075_paths_start_from_the_folder_of_the_table_unless_another_is_named(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", [f"{i}.png" for i in range(12)])
    table = tmp_path / "table.csv"
    table.write_text("t,p\n" + "".join(f"words of row {i},pictures/{i}.png\n" for i in range(12)))
    roles = {"text": "t", "image": "p", "encoder": "tfidf", "min_cluster_size": 2, "reduction": 0}
    assert tp.run(table, **roles).sheets["pictures"].index.tolist() == list(range(12))
    with pytest.raises(UsageError, match="in memory"):
        tp.run(pl.read_csv(table), **roles)
    assert tp.run(pl.read_csv(table), images=tmp_path, **roles).sheets["pictures"].columns == 4
    out = ["--out", str(tmp_path / "x.trip"), "--encoder", "tfidf", "--min-cluster-size", "2", "--quiet"]
    found = CliRunner().invoke(
        app, ["run", str(table), "--text", "t", "--image", "p", "--images", str(tmp_path / "no"), *out]
    )
    assert isinstance(found.exception, InputError)
    assert "there is no folder" in found.exception.message


def test_f075_not_one_picture_stops_the_run_before_its_slow_steps(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        tp.illustrate(atlas_of(["a.png", "b.png"]), tmp_path)
    assert "not one of 2 rows has a picture" in caught.value.message
    assert "2 not there (row_id '0': 'a.png', row_id '1': 'b.png')" in caught.value.message
    assert "--images" in caught.value.hint


def test_f075_no_role_and_no_such_column(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no column names the pictures"):
        tp.illustrate(tp.read(["a text"], roles=tp.Roles()), tmp_path)
    with pytest.raises(InputError, match="named for image"):
        atlas_of(["a.png"], image="{pster}.png")


def test_f075_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pictures(tmp_path, ["a.png", "b.png"])
    find = sources.find_pictures

    def find_then_change(folder: Path, *args: Any, **rest: Any) -> Any:
        found = find(folder, *args, **rest)
        (folder / "b.png").write_bytes(encoded(plain((1, 2, 3))))
        return found

    monkeypatch.setattr(stage, "find_pictures", find_then_change)
    with pytest.raises(InputError, match=r"'b.png' was changed while it was read"):
        tp.illustrate(atlas_of(["a.png", "b.png"]), tmp_path)


def test_f103_pillow_is_named_when_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra) as caught:
        tp.illustrate(atlas_of(["a.png"]), tmp_path)
    assert caught.value.hint == "pip install 'triptych[images]'"
