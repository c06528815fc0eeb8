"""Topics, tables and pages of a finished run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import triptych as tp
from tests.conftest import WORDS
from triptych.core.atlas import Atlas
from triptych.core.tables import result_table, topic_documents
from triptych.export.tables import write_table


def test_f036_levels_are_compared_with_groups_and_with_chance(planted_atlas: Atlas) -> None:
    frame = planted_atlas.audits["agreement"]
    assert set(frame["level"]) == set(range(len(planted_atlas.trees["topics"].sizes)))
    scores = {
        r["metric"]: r for r in frame.filter((pl.col("level") == 0) & (pl.col("scope") == "clustered")).to_dicts()
    }
    assert scores["purity"]["value"] > 0.95
    assert scores["purity"]["baseline_mean"] < 0.4
    assert abs(scores["ami"]["baseline_mean"]) < 0.05
    assert scores["ami"]["p_value"] == pytest.approx(1 / 201)


def test_f045_words_are_those_that_were_planted(planted_atlas: Atlas) -> None:
    tree = planted_atlas.trees["topics"]
    kinds = planted_atlas.kept["kind"].to_numpy()
    for topic, _, _ in planted_atlas.titles("topics"):
        if topic.level == 0:
            names, counts = np.unique(kinds[tree.levels[0] == topic.cluster], return_counts=True)
            planted = set(WORDS[names[counts.argmax()]])
            found = {word for phrase, _ in topic.keywords for word in phrase.split()}
            assert len(found & planted) >= 4, (names, topic.keywords)
            assert not found & {"the", "and"}


def test_f048_exemplars_are_rows_of_their_topic(planted_atlas: Atlas) -> None:
    levels = planted_atlas.trees["topics"].levels
    for topic, _, _ in planted_atlas.titles("topics"):
        assert len(set(topic.exemplars)) == min(10, topic.size)
        assert {int(levels[topic.level][i]) for i in topic.exemplars} == {topic.cluster}


def test_f049_popular_rows_are_the_most_popular(planted_atlas: Atlas) -> None:
    levels = planted_atlas.trees["topics"].levels
    votes = planted_atlas.kept["votes"].to_numpy()
    for topic, _, _ in planted_atlas.titles("topics"):
        inside = np.sort(votes[levels[topic.level] == topic.cluster])[::-1]
        assert [votes[i] for i in topic.popular] == inside[: len(topic.popular)].tolist()


def test_f058_topic_table(planted_atlas: Atlas) -> None:
    table = planted_atlas.topics()
    assert table.columns == [
        "level", "topic", "parent", "size", "share", "adopted", "persistence", "verdict", "survival", "label",
        "label_status", "keywords", "exemplars", "popular",
    ]  # fmt: skip
    finest = table.filter(pl.col("level") == 0)
    noise = int((planted_atlas.clusterings["hdbscan"].labels < 0).sum())
    assert finest["size"].sum() + noise == planted_atlas.kept.height
    assert finest["share"].sum() == pytest.approx(1 - noise / planted_atlas.kept.height)
    assert finest["exemplars"][0][0].startswith("k0")


def test_f059_documents_of_every_topic(planted_folder: Path, planted_atlas: Atlas) -> None:
    found = json.loads((planted_folder / "topics.json").read_text())
    assert len(found) == planted_atlas.topics().height
    assert found == json.loads(json.dumps(topic_documents(planted_atlas, "topics")))
    for entry in found:
        assert len(entry["documents"]) == planted_atlas.trees["topics"].levels[entry["level"]].tolist().count(
            entry["topic"]
        )
        assert entry["documents"][0]["text"].startswith("The ")


def test_f063_every_topic_of_every_level_has_a_title_of_its_own(planted_atlas: Atlas) -> None:
    table = planted_atlas.topics()
    assert (table["label"].str.len_chars() > 0).all()
    for (_,), level in table.group_by("level"):
        assert level["label"].n_unique() == level.height


def test_f098_results_have_every_row_and_every_result(planted_folder: Path, planted_atlas: Atlas) -> None:
    table = pl.read_parquet(planted_folder / "results.parquet")
    assert table.height == planted_atlas.rows.height
    assert table["row_id"].to_list() == planted_atlas.rows["row_id"].to_list()
    assert {"umap2_x", "umap2_y", "hdbscan", "hdbscan_strength", "level_0", "level_0_label", "kind"} <= set(
        table.columns
    )
    assert np.array_equal(table["level_1"].to_numpy(), planted_atlas.trees["topics"].levels[1])
    assert (table["level_0_label"].is_null() == (table["level_0"] == -1)).all()
    csv = pl.read_csv(planted_folder / "results.csv", infer_schema=False)
    assert csv.columns == table.columns
    assert csv.height == table.height


def test_f098_marked_rows_are_in_the_results_too() -> None:
    texts = ["", *[f"{word} and {word}s" for words in WORDS.values() for word in words]]
    atlas = tp.run(texts, min_cluster_size=4)
    table = result_table(atlas)
    assert table.height == len(texts)
    assert table["status"].to_list()[:2] == ["empty", "kept"]
    assert table["hdbscan"][0] is None


def test_f098_columns_that_clash_with_ours_are_kept() -> None:
    frame = pl.DataFrame({"hdbscan": [f"row {i}" for i in range(12)], "status": ["mine"] * 12})
    table = result_table(tp.run(frame, text="hdbscan"))
    assert table["source_hdbscan"][3] == "row 3"
    assert table["source_status"].to_list() == ["mine"] * 12
    assert table["status"].to_list() == ["kept"] * 12


def test_f010_the_audit_of_the_vectors_is_kept_and_shown(planted_atlas: Atlas, planted_folder: Path) -> None:
    audit = planted_atlas.audits["given_vectors"].row(0, named=True)
    values = planted_atlas.vectors["given"].values
    assert (audit["rows"], audit["dimensions"], audit["nan"]) == (*values.shape, 0)
    assert audit["std"] == pytest.approx(values.std(dtype=np.float64), rel=1e-6)
    assert f'<td class="number">{audit["std"]:.4g}</td>' in (planted_folder / "report.html").read_text()


def test_f104_every_step_says_what_it_took(planted_atlas: Atlas) -> None:
    assert planted_atlas.step_names == [
        "read/rows", "relate/given", "reduce/umap5", "reduce/umap2", "span/hdbscan_umap5", "cluster/hdbscan",
        "nest/topics", "describe/topics", "label/topics", "audit/agreement", "audit/data",
    ]  # fmt: skip
    for step in planted_atlas.steps:
        assert step.seconds >= 0
        assert step.peak_bytes > 10_000_000
    assert sum(step.seconds for step in planted_atlas.steps) > 0


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "plain", "", "'=1", "a=1"]


def test_spreadsheets_run_nothing(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": FORMULAS, "number": [-1.5] * len(FORMULAS), "words": [["=a", "b"]] * len(FORMULAS)})
    write_table(frame, tmp_path / "safe.csv")
    safe = pl.read_csv(tmp_path / "safe.csv", infer_schema=False)
    assert safe["text"].fill_null("").to_list() == [f"'{t}" for t in FORMULAS[:9]] + FORMULAS[9:]
    assert safe["number"].to_list() == ["-1.5"] * len(FORMULAS)
    assert safe["words"][0] == "'=a; b"
    write_table(frame, tmp_path / "raw.csv", raw=True)
    assert pl.read_csv(tmp_path / "raw.csv", infer_schema=False)["text"].fill_null("").to_list() == FORMULAS
    write_table(frame, tmp_path / "same.parquet")
    assert pl.read_parquet(tmp_path / "same.parquet").equals(frame)


def test_f121_an_atlas_and_a_map_show_themselves(planted_atlas: Atlas) -> None:
    card = planted_atlas._repr_html_()
    assert "240 of 240 rows kept" in card
    page = planted_atlas.map()._repr_html_()
    assert page.startswith('<iframe sandbox="allow-scripts allow-downloads"')
    assert "<script" not in page  # all of it is escaped inside srcdoc
    assert repr(planted_atlas).startswith("Atlas(240 of 240 rows kept; read/rows")


def test_f121_hostile_words_do_not_leave_the_card() -> None:
    evil = "<script>alert(1)</script>"
    frame = pl.DataFrame({"t": [f"{evil} cats {i}" for i in range(12)], evil: ["x"] * 12})
    assert "<script" not in tp.run(frame, text="t", group=evil)._repr_html_()


def test_f121_progress_is_safe_in_a_notebook_and_in_a_log() -> None:
    import io

    from rich.console import Console

    stream = io.StringIO()
    progress = tp.RichProgress(Console(file=stream, width=100))
    tp.run(np.eye(12, dtype=np.float32), progress=progress)
    lines = stream.getvalue().splitlines()
    assert [line.split()[:2] for line in lines][:2] == [["read", "rows"], ["relate", "given"]]
    assert "\x1b" not in stream.getvalue()


def test_f070_link_templates_are_filled_and_encoded() -> None:
    from triptych.stages.draw import row_links

    frame = pl.DataFrame(
        {"t": ["a a", "b b", "c c"], "id": ["x/y", "ü&z", None], "url": ["https://a.org/?q=1", "", "javascript:1"]}
    )
    linked = tp.read(frame, roles=tp.Roles(text="t", link="https://e.org/{id}#top"))
    assert row_links(linked) == ["https://e.org/x%2Fy#top", "https://e.org/%C3%BC%26z#top", None]
    assert row_links(tp.read(frame, roles=tp.Roles(text="t", link="{url}"))) == [
        "https://a.org/?q=1",
        None,
        "javascript:1",
    ]


def test_a_report_drawn_again_from_the_folder_is_the_same(planted_atlas: Atlas, planted_folder: Path) -> None:
    from triptych.stages.report import draw_report

    assert draw_report(planted_atlas, title="Map").html == (planted_folder / "report.html").read_text(encoding="utf-8")


def test_f075_pictures_stay_with_the_run(demo_atlas: Atlas, demo_folder: Path) -> None:
    """A map drawn again from the folder has the pictures that the first one had."""
    first = (demo_folder / "map.html").stat().st_size
    assert abs(len(demo_atlas.map(title="Emoji").html.encode()) - first) < 100
    assert len(demo_atlas.sheets["sprites"].image) > 1_000_000
