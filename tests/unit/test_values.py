"""Rows without texts are described by the values of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import triptych as tp
from tests.conftest import planted, planted_run
from triptych.core.atlas import Atlas
from triptych.describers.base import Documents
from triptych.describers.values import Values
from triptych.labellers.base import Evidence
from triptych.labellers.values import Values as Titles
from triptych.measures.values import said_values

GENRES = ("Science Fiction", "Drama", "Drama", "Comedy", "War", "Drama|War")
DECADES = (1990, 1990, 1950, 2010, 1940, 1970)


def films(rows: int = 360) -> tuple[np.ndarray, pl.DataFrame]:
    """Return vectors of six groups of films, and a table that knows them by genre and year among much that does not."""
    vectors, _ = planted(rows)
    random = np.random.default_rng(1)
    group = np.arange(rows) % 6
    frame = pl.DataFrame({
        "key": [f"tt{row:06d}" for row in range(rows)],
        "number": np.arange(rows),
        "poster": [f"posters/{row % 100}.jpg" for row in range(rows)],
        "site": [f"https://films.example/{row % 50}" for row in range(rows)],
        "genre": [GENRES[g] if random.random() < 0.9 else str(random.choice(GENRES)) for g in group],
        "year": [int(DECADES[g] + random.integers(10)) for g in group],
        "director": [f"Director {random.integers(150)}" for _ in range(rows)],
        "country": ["Sweden"] * rows,
        "notes": ["n/a" if row % 2 else "other" for row in range(rows)],
        "name": [f"The film of the number {row}" for row in range(rows)],
    })  # fmt: skip
    return vectors, frame


@pytest.fixture(scope="module")
def film_atlas() -> Atlas:
    vectors, frame = films()
    return tp.run(vectors, metadata=frame, title="name", levels=(3, 2))


def test_f062_topics_of_vectors_are_titled_by_what_their_columns_say(film_atlas: Atlas) -> None:
    labels = film_atlas.trees["topics"].levels[0]
    wanted = [{"Science Fiction", "1990s"}, {"Drama", "1990s"}, {"Drama", "1950s"}, {"Comedy", "2010s"},
              {"War", "1940s"}, {"War", "1970s", "Drama"}]  # fmt: skip
    finest = film_atlas.topics().filter(pl.col("level") == 0)
    assert finest.height == 6
    for row in finest.iter_rows(named=True):
        [group] = set((np.flatnonzero(labels == row["topic"]) % 6).tolist())
        assert set(row["label"].split(", ")) <= wanted[group]
        assert len(row["label"].split(", ")) == 2
        assert set(row["keywords"]) >= wanted[group] - {"Drama"}


def test_f062_every_level_is_titled_and_no_title_stands_twice_or_above_itself(film_atlas: Atlas) -> None:
    table = film_atlas.topics()
    assert set(table["level"]) == {0, 1, 2}
    assert set(table["label_status"]) == {"extracted"}
    sizes: dict[str, set[int]] = {}
    for row in table.iter_rows(named=True):
        sizes.setdefault(row["label"], set()).add(row["size"])
    assert {len(found) for found in sizes.values()} == {1}, "only the same rows have the same title on two levels"
    assert table.select("level", "label").n_unique() == table.height


def test_f062_identifiers_paths_and_what_says_nothing_are_no_words(film_atlas: Atlas) -> None:
    words = {word for row in film_atlas.topics()["keywords"] for word in row}
    known = {part for genre in GENRES for part in genre.split("|")} | {f"{decade}s" for decade in DECADES}
    assert words == known
    [note] = [step.notes for step in film_atlas.steps if step.stage == "describe"]
    assert note == ("topics described by the values of genre, year, director",)


def test_f062_columns_that_are_named_are_the_only_ones_asked() -> None:
    vectors, frame = films(180)
    atlas = tp.run(vectors, metadata=frame, group="genre", levels=(2,))
    assert {word for row in atlas.topics()["keywords"] for word in row} <= {"Science Fiction", "Drama", "Comedy", "War"}


def test_f062_columns_that_have_nothing_to_do_with_the_topics_give_no_words() -> None:
    vectors, _ = films(300)
    random = np.random.default_rng(5)
    frame = pl.DataFrame({"colour": random.choice(["red", "green", "blue"], 300)})
    table = tp.run(vectors, metadata=frame, levels=(2,)).topics()
    assert sum(map(len, table["keywords"])) <= 1
    assert "fallback" in set(table["label_status"])
    assert table["label"].n_unique() == table.height


def test_f062_with_texts_nothing_changes() -> None:
    """Texts describe as ever, unless columns are asked for."""
    plain, asked = planted_run(), planted_run(describer="values")
    step = next(step for step in plain.steps if step.stage == "describe")
    assert (step.method, "values" in step.inputs, step.notes) == ("mmr", False, ())
    assert {word for row in asked.topics()["keywords"] for word in row} >= {"cats", "boats", "stars"}


def test_f062_without_columns_or_groups_titles_are_made_as_before() -> None:
    vectors, frame = planted(120)
    atlas = tp.run(vectors, metadata=frame.select("key"), title="key", levels=(2,))
    assert [step.method for step in atlas.steps if step.stage in ("describe", "label")] == ["mmr", "phrases"]
    assert set(tp.run(vectors, levels=(2,)).topics()["label_status"]) == {"fallback"}


@pytest.mark.parametrize(
    ("kind", "cells", "wanted"),
    [
        ("category", ["drama", "Drama", " Drama ", "War", "War", None], ["Drama", "Drama", "Drama", "War", "War", ""]),
        ("category", ["A|B", "A", "B|A", "B", "A | B"], ["A+B", "A", "B+A", "B", "A+B"]),
        ("text", ["A, B", "A", "B, A", "B", "A"], ["A+B", "A", "B+A", "B", "A"]),
        ("category", ["Paris, France", "Lyon, France"] * 3, ["Paris, France", "Lyon, France"] * 3),
        ("category", ["A; B", "C", "D"] * 2, ["A; B", "C", "D"] * 2),
        ("category", ["true", "False"] * 3, ["c", ""] * 3),
        ("category", ["1", "2"] * 3, ["c 1", "c 2"] * 3),
        ("category", ["1994", "1996"] * 3, ["1994", "1996"] * 3),
        ("number", [1994, 2016] * 3, ["1990s", "2010s"] * 3),
        ("number", [1, 2.5, None] * 3, ["c 1", "c 2.5", ""] * 3),
        ("number", [*range(1, 21), *range(1, 21)], (["c below 5.75"] * 5 + [""] * 10 + ["c above 15.25"] * 5) * 2),
        ("date", [0, 365, 20_000, None] * 2, ["1970s", "1970s", "2020s", ""] * 2),
        ("date", [-719_162, 0, 20_000] * 2, ["", "1970s", "2020s"] * 2),
        ("category", ["a\u202eb\x00\nc", "x"] * 2, ["ab c", "x"] * 2),
    ],
)  # fmt: skip
def test_f062_what_a_cell_says(kind: str, cells: Sequence[str | float | None], wanted: Sequence[str]) -> None:
    said = said_values("c", kind, cells)
    assert said is not None
    assert ["+".join(values) for values in said] == list(wanted)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("text", [f"k{i}" for i in range(20)]), ("category", ["x"] * 20), ("number", list(range(20))),
        ("number", [3.5] * 20), ("category", ["posters/a.jpg", "posters/b.jpg"] * 10),
        ("category", ["https://a.example/x", "https://a.example/y"] * 10), ("category", ["N/A", "unknown"] * 10),
        ("text", ["a long text of many words " * 20, "another long text " * 30] * 10), ("number", [None] * 20),
        ("text", [None] * 20), ("text", []), ("text", ["x" * 1_000_000, "y"] * 2), ("date", [None, None]),
    ],
)  # fmt: skip
def test_f062_columns_that_say_nothing_of_groups(kind: str, cells: Sequence[str | float | None]) -> None:
    assert said_values("c", kind, cells) is None


def described(values: Sequence[Sequence[str]], labels: Sequence[int]) -> list[dict[str, float]]:
    documents = Documents([""] * len(values), None, values)
    [level] = Values(diversity=0.0).describe(documents, [np.array(labels, dtype=np.int32)], seed=0)
    return [dict(words) for words in level]


def test_f062_weight_is_the_stated_formula() -> None:
    values = [["a"]] * 40 + [["b"]] * 10 + [["a"]] * 10 + [["b"]] * 40
    one, other = described(values, [0] * 50 + [1] * 50)
    # 40 of 50 inside, 10 of 50 outside.
    assert one == {"a": pytest.approx(0.6**2 / 0.8)}
    assert other == {"b": pytest.approx(0.6**2 / 0.8)}


def test_f062_noise_is_background_and_a_value_in_a_row_twice_counts_once() -> None:
    values = [["a", "a"]] * 50 + [["b"]] * 50 + [["a"]] * 50
    one, other = described(values, [0] * 50 + [1] * 50 + [-1] * 50)
    assert one == {"a": pytest.approx(0.5**2)}
    assert other == {"b": 1.0}


def test_f062_what_chance_may_put_there_is_left_out() -> None:
    """Of 20 rows 10 have a; a cluster of 10 has 7 of them once in eleven draws, all 10 once in 185,000."""
    assert described([["a"]] * 7 + [["b"]] * 3 + [["a"]] * 3 + [["b"]] * 7, [0] * 10 + [1] * 10) == [{}, {}]
    assert described([["a"]] * 10 + [["b"]] * 10, [0] * 10 + [1] * 10) == [{"a": 1.0}, {"b": 1.0}]
    # A fiftieth of the rows is no description, however rare the value is elsewhere.
    assert described([["a"]] * 4 + [[]] * 196 + [[]] * 2000, [0] * 200 + [1] * 2000) == [{}, {}]


def test_f062_a_single_cluster_is_described_by_what_is_common() -> None:
    [words] = described([["a"]] * 9 + [["b"]], [0] * 10)
    assert list(words) == ["a"]
    assert described([], []) == []
    assert described([[]] * 4, [0, 0, 1, -1]) == [{}, {}]


def evidence(level: int, cluster: int, parent: int, size: int, **words: float) -> Evidence:
    return Evidence(level, cluster, parent, size, tuple(words.items()), (), ())


def test_f062_titles_are_values_as_they_stand_and_tell_the_topics_apart() -> None:
    pieces = [
        evidence(0, 0, 0, 10, drama=0.9, france=0.5, old=0.4),
        evidence(0, 1, 0, 10, drama=0.8, france=0.5, old=0.4),
        evidence(0, 2, 1, 10, war=0.9, old=0.1),
        evidence(0, 3, 2, 10, **{"Sci-Fi": 0.7}),
        evidence(0, 4, 2, 10, **{"Sci-Fi": 0.6}),
        evidence(0, 5, -1, 7),
        evidence(1, 0, -1, 20, drama=0.9, france=0.5, old=0.4),
        evidence(1, 1, -1, 10, war=0.9, old=0.1),
        evidence(1, 2, -1, 20, **{"Sci-Fi": 0.65}),
    ]
    found = [label.text for label in Titles().label(pieces)]
    assert found == [
        "Drama, france", "Drama, france, old", "War", "Sci-Fi", "Sci-Fi (2)", "Untitled group of 7",
        "Drama, old", "War", "Sci-Fi and others",
    ]  # fmt: skip
    assert [label.text for label in Titles().label(pieces[::-1])] == found[::-1]


def test_f062_long_values_are_left_out_of_titles_or_cut() -> None:
    long = {"a" * 60: 0.9, "b" * 60: 0.8, "short": 0.5}
    [one, other] = Titles().label([evidence(0, 0, -1, 3, **long), evidence(0, 1, -1, 3, **{"c" * 200: 0.9})])
    assert one.text == "A" + "a" * 59 + ", short"
    assert other.text == "C" + "c" * 67


def test_f062_a_second_run_computes_nothing_and_other_values_are_described_anew(tmp_path: Path) -> None:
    vectors, frame = films(180)
    first = tp.run(vectors, metadata=frame, levels=(2,), out=tmp_path / "films.trip")
    again = tp.run(vectors, metadata=frame, levels=(2,), out=tmp_path / "films.trip")
    assert again.digests == first.digests
    assert tp.load(tmp_path / "films.trip").topics().equals(first.topics())
    changed = frame.with_columns(pl.col("genre").str.replace("War", "Western"))
    other = tp.run(vectors, metadata=changed, levels=(2,), out=tmp_path / "films.trip")
    words = {word for row in other.topics()["keywords"] for word in row}
    assert "Western" in words
    assert "War" not in words


def test_f062_such_a_map_can_be_audited() -> None:
    vectors, frame = films(180)
    atlas = tp.audit(tp.run(vectors, metadata=frame, levels=(2,)))
    assert atlas.audits["verdicts"].height == atlas.topics().height
    assert "undefined" in atlas.audits["faithfulness"].columns


def test_f062_hostile_values_stay_on_one_line_of_the_page() -> None:
    vectors, frame = planted(120)
    evil = "</script><script>alert(1)</script>\u202e\"'&\n"
    atlas = tp.run(vectors, metadata=frame.select(kind=pl.col("kind").replace("cats", evil)), levels=(2,))
    labels = atlas.topics()["label"].to_list()
    [label] = {label for label in labels if "alert" in label and "," not in label}
    assert label.isprintable()
    assert "<script>alert" not in atlas.map().html
