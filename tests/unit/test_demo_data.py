"""The emoji set that ships with the package is whole and usable."""

import io
from datetime import date

import numpy as np
import polars as pl
import pytest
from PIL import Image

from triptych.sources.demo import ROLES, demo_path, sprites


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.read_parquet(demo_path())


COUNT = 1906
SHEET = sprites()


def test_counts(table: pl.DataFrame) -> None:
    assert table.height == COUNT
    assert table["group"].n_unique() == 9
    assert table["subgroup"].n_unique() == 98


def test_every_cell_is_filled_and_ids_and_names_are_unique(table: pl.DataFrame) -> None:
    assert sum(table.null_count().row(0)) == 0
    assert all((table[name].str.strip_chars() != "").all() for name in ("emoji", "name", "tags", "group", "subgroup"))
    assert table["id"].n_unique() == table["name"].n_unique() == table.height
    assert table["sprite"].to_list() == list(range(table.height))


def test_known_row(table: pl.DataFrame) -> None:
    row = table.row(by_predicate=pl.col("name") == "cat", named=True)
    assert (row["id"], row["emoji"], row["group"]) == ("1F408", "🐈", "Animals & Nature")
    assert "pet" in row["tags"].split(", ")
    assert row["date"] == date(2014, 6, 16)


def test_dates_and_links(table: pl.DataFrame) -> None:
    assert table["date"].min() == date(2010, 10, 11)
    assert table["date"].max() == date(2024, 9, 10)
    assert (table["date"].dt.year() == table["year"]).all()
    assert table["link"].str.contains(r"^https://www\.unicode\.org/charts/PDF/U[0-9A-F]{4,5}\.pdf$").all()


def test_roles_name_columns_of_the_table(table: pl.DataFrame) -> None:
    named = {ROLES.title, ROLES.date, ROLES.id, *ROLES.group, *ROLES.show}
    assert named <= set(table.columns)


def test_sheet_has_one_tile_a_row_and_none_is_empty_or_twice() -> None:
    with Image.open(io.BytesIO(SHEET.image.tobytes())) as sheet:
        assert f"image/{sheet.format.lower()}" == SHEET.mime
        pixels = np.asarray(sheet.convert("RGBA"))
    lines = -(-COUNT // SHEET.columns)
    assert pixels.shape == (lines * SHEET.tile, SHEET.columns * SHEET.tile, 4)
    tiles = pixels.reshape(lines, SHEET.tile, SHEET.columns, SHEET.tile, 4).swapaxes(1, 2).reshape(-1, SHEET.tile**2, 4)
    opaque = (tiles[..., 3] > 128).sum(1)
    assert opaque[:COUNT].min() > 30
    assert opaque[COUNT:].max() == 0
    assert len({tile.tobytes() for tile in tiles[:COUNT]}) > 1850  # some flags are the same picture


def test_size() -> None:
    assert demo_path().stat().st_size + len(SHEET.image) <= 5_000_000
