"""Files and frames → tables: identifiers, templates, what is counted, dates, numbers."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from triptych.core.errors import InputError, UsageError
from triptych.core.schema import ReadOptions, Roles, Table
from triptych.sources import read

MOVIES = [
    {"id": "007", "title": "First", "text": "A robot learns to paint in a city by the sea"},
    {"id": "12345678901234567890", "title": "Second", "text": "..."},
    {"id": "-5", "title": "Third", "text": "Too short"},
    {"id": "NA", "title": "Fourth", "text": 'It says "stop", and\nthe line goes on beyond it'},
]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    frame = pl.DataFrame(rows)
    match path.suffix:
        case ".csv":
            frame.write_csv(path)
        case ".tsv":
            frame.write_csv(path, separator="\t")
        case ".parquet":
            frame.write_parquet(path)
        case ".jsonl":
            path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def dates(tmp_path: Path, values: list[str], **options: Any) -> Table:
    path = tmp_path / "dates.jsonl"
    path.write_text("\n".join(json.dumps({"text": "words", "when": value}) for value in values), encoding="utf-8")
    return read(path, roles=Roles(text="text", date="when"), options=ReadOptions(**options))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_f001_every_format_gives_the_same_table(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"movies{suffix}", MOVIES)
    table = read(path, roles=Roles(text="text", title="title", id="id"), options=ReadOptions(min_chars=31))
    assert table.rows["row_id"].to_list() == [movie["id"] for movie in MOVIES]
    assert table.rows["status"].to_list() == ["kept", "empty", "too_short", "kept"]
    assert table.rows.select("id", "title", "text").to_dicts() == MOVIES
    assert table.rows["document"].to_list() == [MOVIES[0]["text"], "", MOVIES[2]["text"], MOVIES[3]["text"]]
    assert table.notes == ("left off the map, of 4 rows: 1 empty (no text), 1 too_short (fewer than 31 characters)",)
    assert table.vectors is None


def test_f001_ids_are_row_numbers_without_an_id_role(tmp_path: Path) -> None:
    path = write(tmp_path / "movies.csv", MOVIES)
    assert read(path, roles=Roles(text="title")).rows["row_id"].to_list() == ["0", "1", "2", "3"]


def test_f001_digest_is_of_the_bytes(tmp_path: Path) -> None:
    import hashlib

    path = write(tmp_path / "movies.csv", MOVIES)
    assert read(path, roles=Roles(text="text")).digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("min_chars", "kept"), [(0, 3), (1, 3), (30, 2), (31, 1), (32, 0)])
def test_f002_minimum_length_counts_characters_without_outer_blanks(min_chars: int, kept: int) -> None:
    texts = ["é" * 31, "  " + "x" * 30 + "  ", "a", "   "]
    if kept == 0:
        with pytest.raises(InputError, match=r"0 rows after cleaning, of 4: 1 empty .*, 3 too_short"):
            read(texts, roles=Roles(), options=ReadOptions(min_chars=min_chars))
    else:
        table = read(texts, roles=Roles(), options=ReadOptions(min_chars=min_chars))
        assert (table.rows["status"] == "kept").sum() == kept
        assert table.rows["status"][3] == "empty"


@pytest.mark.parametrize("text", ["", " \t\n", "...", "?!", "—", "\ufffd\ufffd", "\u200b", "\u0301", "==="])
def test_f002_texts_that_say_nothing_are_empty(text: str) -> None:
    assert read(["words", text], roles=Roles()).rows["status"].to_list() == ["kept", "empty"]


@pytest.mark.parametrize("text", ["a", "7", "字", "٣", "😀", "❤️", "½", "™", "None"])
def test_f002_texts_that_say_something_are_kept(text: str) -> None:
    assert read(["words", text], roles=Roles()).rows["status"].to_list() == ["kept", "kept"]


def test_f008_template_joins_columns_and_fills_gaps() -> None:
    frame = pl.DataFrame({"name": ["Ada", "Bob", None, "?"], "does it": ["programs", None, "paints", ""]})
    rows = read(frame, roles=Roles(text="{{{name}}} {does it}!")).rows
    assert rows["document"].to_list() == ["{Ada} programs!", "{Bob} !", "{} paints!", ""]
    assert rows["status"].to_list() == ["kept", "kept", "kept", "empty"]


def test_f008_a_column_may_look_like_a_template() -> None:
    frame = pl.DataFrame({"{odd} name}": ["words"], "odd": ["x"]})
    assert read(frame, roles=Roles(text="{odd} name}")).rows["document"].to_list() == ["words"]


@pytest.mark.parametrize("template", ["{name", "name}", "{}", "{a{b}}"])
def test_f008_lone_braces_are_refused(template: str) -> None:
    with pytest.raises(UsageError, match="lone"):
        read(pl.DataFrame({"name": ["Ada"]}), roles=Roles(text=template))


def test_f008_templates_follow_renamed_columns() -> None:
    frame = pl.DataFrame({"status": ["new"], "name": ["Ada"], "url": ["https://example.org"]})
    roles = read(frame, roles=Roles(text="{{x}} {status} {name}", link="https://example.org/{status}")).roles
    assert roles.text == "{{x}} {source_status} {name}"
    assert roles.link == "https://example.org/{source_status}"
    assert read(frame, roles=Roles(text="status", link="url")).roles == Roles(text="source_status", link="{url}")


@pytest.mark.parametrize(
    "roles",
    [{"title": "nam"}, {"date": "nam"}, {"image": "nam"}, {"popularity": "nam"}, {"id": "nam"}, {"show": ("nam",)},
     {"group": ("nam",)}, {"link": "https://x/{nam}"}, {"text": "nam"}, {"text": "{nam}"}, {"link": "nam"}],
)  # fmt: skip
def test_missing_columns_are_named_with_the_nearest(roles: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"no column 'nam', named for {next(iter(roles))}\n.*did you mean name?"):
        read(pl.DataFrame({"text": ["words"], "name": ["x"]}), roles=Roles(**{"text": "text"} | roles))


def test_f011_the_first_row_is_a_row_and_other_columns_are_not_needed(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,interest\nAda,engines\nBob,boats\n", encoding="utf-8")
    table = read(path, roles=Roles(text="interest", title="name"))
    assert table.rows["name"].to_list() == ["Ada", "Bob"]
    assert table.rows["document"][0] == "engines"


def test_f011_a_file_without_header_is_not_read_as_if_it_had_one(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Ada,engines\nBob,boats\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no column 'role'.*\n.*known names: Ada, engines"):
        read(path, roles=Roles(text="role"))


def test_a_source_without_anything_to_map_is_refused() -> None:
    with pytest.raises(UsageError, match=r"which column of the frame holds the text.*\n.*columns: a, b"):
        read(pl.DataFrame({"a": ["x"], "b": ["y"]}), roles=Roles(title="a"))


def test_rows_with_images_need_no_text() -> None:
    table = read(pl.DataFrame({"poster": ["a.png", "b.png"]}), roles=Roles(image="poster"))
    assert table.rows["status"].to_list() == ["kept", "kept"]
    assert table.rows["document"].to_list() == ["", ""]


def test_documents_are_capped_and_columns_are_not() -> None:
    long = "wörd " * 30_000
    table = read([long, "short"], roles=Roles())
    assert table.rows["document"][0] == long[:100_000]
    assert table.rows["text"][0] == long
    assert table.notes == ("1 text cut for encoding to the first 100,000 characters",)


def test_popularity_is_a_number_and_the_text_is_kept_when_it_is_not() -> None:
    frame = pl.DataFrame({"text": ["a", "b", "c", "d"], "votes": ["1.5", " 2 ", "", "many"]})
    roles = Roles(text="text", popularity="votes")
    rows = read(frame, roles=roles, options=ReadOptions(on_bad_rows="mark")).rows
    assert rows["votes"].to_list() == [1.5, 2.0, None, None]
    assert rows["source_votes"].to_list() == ["1.5", " 2 ", "", "many"]
    assert "source_votes" not in read(frame[:3], roles=roles).rows.columns


@pytest.mark.parametrize(
    ("value", "day"),
    [("2020-02-29", (2020, 2, 29)), ("2020-2-9", (2020, 2, 9)), ("2020/02/09", (2020, 2, 9)),
     ("20200209", (2020, 2, 9)),
     ("2020-02", (2020, 2, 1)), ("1999", (1999, 1, 1)), ("2020.0", (2020, 1, 1)), (" 2020-02-09 ", (2020, 2, 9)),
     ("0001-01-01", (1, 1, 1)), ("9999-12-31", (9999, 12, 31)), ("2020-02-09 00:00:00", (2020, 2, 9)),
     ("2020-02-09T00:00", (2020, 2, 9)), ("25/12/2020", (2020, 12, 25)), ("12/25/2020", (2020, 12, 25)),
     ("25.12.2020", (2020, 12, 25)), ("25-12-2020", (2020, 12, 25))],
)  # fmt: skip
def test_dates_without_a_time(value: str, day: tuple[int, int, int], tmp_path: Path) -> None:
    rows = dates(tmp_path, [value, ""]).rows
    assert rows["when"].to_list() == [dt.date(*day), None]
    assert "source_when" not in rows.columns


@pytest.mark.parametrize(
    ("value", "moment"),
    [("2020-02-09T10:30", (2020, 2, 9, 10, 30)), ("2020-02-09 10:30:05.5", (2020, 2, 9, 10, 30, 5, 500_000)),
     ("2020-02-09T10:30:05.123456789Z", (2020, 2, 9, 10, 30, 5, 123_456)), ("2020-02-09T10:30+05:30", (2020, 2, 9, 5)),
     ("2020-02-09T23:30-0100", (2020, 2, 10, 0, 30)), ("2020-02-09 10:30:00 UTC", (2020, 2, 9, 10, 30)),
     ("2020-02-09T00:00:00+00", (2020, 2, 9)), ("1577836800", (2020, 1, 1)),
     ("1577836800500", (2020, 1, 1, 0, 0, 0, 500_000))],
)  # fmt: skip
def test_dates_with_a_time_are_in_utc(value: str, moment: tuple[int, ...], tmp_path: Path) -> None:
    rows = dates(tmp_path, [value]).rows
    assert rows["when"].dtype == pl.Datetime("us", "UTC")
    assert rows["when"].to_list() == [dt.datetime(*moment, tzinfo=dt.UTC)]


@pytest.mark.parametrize("value", ["2020-02-31", "0000-01-01", "-0044-03-15", "10000-01-01", "2020-02-09T25:00", "x"])
def test_impossible_dates_are_null_and_their_text_is_kept(value: str, tmp_path: Path) -> None:
    table = dates(tmp_path, ["2020-01-01", "2020-01-02", value])
    assert table.rows["when"].null_count() == 1
    assert table.rows["source_when"][2] == value
    assert f"1 of 3 values are no dates from year 1 to 9999: line 3 '{value}'" in table.notes[-2]


def test_times_moved_to_utc_keep_their_text(tmp_path: Path) -> None:
    moved = dates(tmp_path, ["2020-02-09T10:30+01:00"])
    assert moved.rows["source_when"].to_list() == ["2020-02-09T10:30+01:00"]
    assert moved.notes[0] == "column 'when': times converted to UTC"
    still = dates(tmp_path, ["2020-02-09T10:30", "2020-02-09T10:30Z"])
    assert "source_when" not in still.rows.columns
    assert still.notes == ("column 'when' mixes times with and without a zone: those without are taken as UTC",)


def test_times_that_leave_the_calendar_in_utc_are_null(tmp_path: Path) -> None:
    rows = dates(tmp_path, ["0001-01-01T00:30+05:00", "9999-12-31T23:30-05:00", "2020-01-01T10:00Z"]).rows
    assert rows["when"].to_list() == [None, None, dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC)]


def test_epochs_are_read_only_if_all_values_are_of_that_size(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dates"):
        dates(tmp_path, ["1577836800", "15"])


@pytest.mark.parametrize(
    ("date_format", "value", "wanted"),
    [("%d %b %Y", "5 Jan 2020", dt.date(2020, 1, 5)), ("%d/%m/%y", "3/4/20", dt.date(2020, 4, 3)),
     ("%m/%d/%Y %H:%M", "3/4/2020 12:30", dt.datetime(2020, 3, 4, 12, 30, tzinfo=dt.UTC)),
     ("%Y-%m-%d %H:%M %z", "2020-01-01 10:00 +0200", dt.datetime(2020, 1, 1, 8, tzinfo=dt.UTC))],
)  # fmt: skip
def test_a_date_format_is_followed(date_format: str, value: str, wanted: dt.date, tmp_path: Path) -> None:
    assert dates(tmp_path, [value], date_format=date_format).rows["when"].to_list() == [wanted]


@pytest.mark.parametrize("date_format", ["%Q", "%", "words", "%Y"])
def test_a_date_format_that_does_not_fit_is_an_error(date_format: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 of 1 values are no dates"):
        dates(tmp_path, ["5 Jan 2020"], date_format=date_format)


def test_unknown_encodings_and_separators_are_usage_errors(tmp_path: Path) -> None:
    path = write(tmp_path / "movies.csv", MOVIES)
    for options in ({"encoding": "utf-9"}, {"encoding": "zip"}, {"encoding": "rot13"}, {"separator": "::"}):
        with pytest.raises(UsageError):
            read(path, roles=Roles(text="text"), options=ReadOptions(**options))
