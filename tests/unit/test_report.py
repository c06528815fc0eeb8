"""The report: six stages with three panels, every number from the run, every doubt said where there is one."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

import triptych as tp
from tests.conftest import planted, planted_run
from triptych.core.atlas import Atlas
from triptych.core.slots import Graph, Shelf
from triptych.measures.variance import variance_shares
from triptych.pages.report_figures import part
from triptych.pages.report_parts import Bars, Columns, Dots, Stage
from triptych.stages._report_rows import encoding, raw_data
from triptych.stages._report_space import clustering, reduction
from triptych.stages._report_topics import actions, labels
from triptych.stages.report import draw_report

STAGES = ["Raw data", "Encoding", "Dimension reduction", "Clustering", "Labels", "Actions"]


def said(stage: Stage, panel: str = "bad") -> str:
    section = getattr(stage, panel)
    return "\n".join([section.heading, *section.sentences])


class Outline(HTMLParser):
    """The headings of a page, and the kinds of its panels, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heads: list[str] = []
        self.panels: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "h2" or (self.inside and tag == "span")
        if tag == "h2":
            self.heads.append("")
        if tag == "article":
            self.panels.append(str(dict(attrs)["class"]))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "h2"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.heads[-1] += data


def test_f102_six_stages_with_a_good_a_bad_and_a_beautiful_panel(planted_atlas: Atlas) -> None:
    outline = Outline(draw_report(planted_atlas).html)
    assert [head.lstrip("123456") for head in outline.heads] == STAGES
    assert outline.panels == ["panel good", "panel bad", "panel beautiful"] * 6


def test_f102_what_the_earlier_report_showed_is_there(planted_atlas: Atlas) -> None:
    html = draw_report(planted_atlas).html
    for step in planted_atlas.steps:
        assert f'<td dir="auto">{step.stage} {step.name}</td>' in html
    for row in planted_atlas.audits["agreement"].filter(pl.col("scope") == "clustered").rows(named=True):
        assert f'<td class="number">{row["value"]:.3f}</td>' in html
    for topic, title, _ in planted_atlas.titles("topics"):
        if topic.parent < 0:
            assert escape(title) in html
            assert escape(", ".join(word for word, _ in topic.keywords)) in html
    assert planted_atlas.names[planted_atlas.descriptions["topics"].topics[0].exemplars[0]] in html


def test_f102_numbers_are_those_of_the_run(planted_atlas: Atlas) -> None:
    noise = int((planted_atlas.clusterings["hdbscan"].labels < 0).sum())
    found = clustering(planted_atlas, "topics", planted_atlas.topics())
    clustered = planted_atlas.kept.height - noise
    assert found.good.heading.endswith(f"hold {clustered} rows ({clustered / 240:.1%})")
    assert (f"In no cluster: {noise} row" in said(found)) == (noise > 0)
    sizes = found.good.parts[0]
    assert isinstance(sizes, Columns)
    assert sorted(sizes.counts, reverse=True) == list(sizes.counts)
    assert sum(sizes.counts) == clustered


def test_f102_the_bad_of_raw_data_is_counted() -> None:
    _, frame = planted(rows=60)
    words = frame["words"].to_list()
    words[0], words[1], words[2], words[3] = "", "  ", words[5], words[5]
    days = frame["day"].to_list()
    days[7] = ""
    atlas = tp.read(
        frame.with_columns(words=pl.Series(words), day=pl.Series(days)), roles=tp.Roles(text="words", date="day")
    )
    stage = raw_data(atlas)
    assert stage.good.heading == "58 of 60 rows can be used"
    texts = atlas.kept["document"]
    assert "No text in 2 rows (3.3%)" in said(stage)
    assert f"word for word, in {int(texts.is_duplicated().sum())} rows" in said(stage)
    assert "No date in 1 row (1.7%)" in said(stage)


def test_f102_nothing_found_says_what_was_looked_for(planted_atlas: Atlas) -> None:
    ids = tp.read(pl.DataFrame({"t": [f"text {i}" for i in range(5)]}), roles=tp.Roles(text="t"))
    assert said(raw_data(ids)).startswith("Nothing found\nLooked for rows without a text")


def test_f102_cut_foreign_and_copied_texts_are_counted(planted_atlas: Atlas) -> None:
    name = next(iter(planted_atlas.vectors))
    vectors = planted_atlas.vectors[name]
    marks = np.zeros(240, dtype=bool)
    marks[:12] = True
    changed = replace(vectors, cut=marks, foreign=~marks)
    indices = np.roll(np.arange(240, dtype=np.int32), -1)[:, None]
    distances = np.full((240, 1), 0.5, dtype=np.float32)
    distances[:2] = 0.01
    graph = Graph(indices, distances, "cosine", 0.987)
    atlas = replace(planted_atlas, vectors=Shelf({name: changed}), graphs=Shelf({name: graph}))
    bad = said(encoding(atlas))
    assert "cut there: 12 texts (5.0%)" in bad
    assert "not in a language of the encoder: 228 texts (95.0%)" in bad
    assert "Nearly the same as another row: 3 rows (1.2%) in 1 group" in bad
    assert "found 98.7% of the true ones" in bad


def test_f102_doubts_about_clusters_have_their_numbers(planted_atlas: Atlas) -> None:
    clusters = planted_atlas.clusterings["hdbscan"]
    count = int(clusters.labels.max()) + 1
    weak = replace(
        clusters,
        persistence=np.r_[np.float32(0.03), np.full(count - 1, 0.5, np.float32)],
        strength=np.where(clusters.labels == 0, np.float32(0.2), clusters.strength),
    )
    audit = planted_atlas.audits["agreement"].with_columns(p_value=pl.lit(0.4))
    atlas = replace(planted_atlas, clusterings=Shelf({"hdbscan": weak}), audits=Shelf({"agreement": audit}))
    stage = clustering(atlas, "topics", atlas.topics())
    title = next(title for topic, title, _ in atlas.titles("topics") if (topic.level, topic.cluster) == (0, 0))
    assert f"1 of {count} clusters ({title} 0.03)" in said(stage)
    edge = int(((clusters.labels >= 0) & (weak.strength < 0.5)).sum())
    assert f"strength below 0.5 of 1): {edge} rows" in said(stage)
    assert "No better than chance on level 0 is the agreement with kind" in said(stage)
    assert "better than chance" not in said(stage, "good")


def test_f102_agreement_above_chance_is_good(planted_atlas: Atlas) -> None:
    stage = clustering(planted_atlas, "topics", planted_atlas.topics())
    assert "They agree with kind better than chance" in said(stage, "good")
    assert "No better than chance" not in said(stage)
    assert "-0.00" not in said(stage, "good")


def test_f102_titles_that_are_missing_or_shared_are_counted(planted_atlas: Atlas) -> None:
    topics = planted_atlas.topics()
    level0 = (topics["level"] == 0).sum()
    changed = topics.with_columns(
        label=pl.when(pl.col("level") == 0).then(pl.lit("Same")).otherwise(pl.lit("")),
        keywords=pl.lit(["one"]),
    )
    bad = said(labels(planted_atlas, "topics", changed))
    assert f"Without a title: {topics.height - level0} of {topics.height} topics" in bad
    assert f"the level has too: {level0} of" in bad
    assert f"Fewer than 3 words of their own: {topics.height} of" in bad


def test_f102_a_part_with_the_title_of_its_whole_is_counted(planted_atlas: Atlas) -> None:
    topics = planted_atlas.topics()
    sizes = {(row["level"], row["topic"]): row["size"] for row in topics.rows(named=True)}
    smaller = sum(
        row["size"] < sizes[row["level"] + 1, row["parent"]] for row in topics.rows(named=True) if row["parent"] >= 0
    )
    assert smaller > 0
    named = topics.with_columns(label=pl.format("Title {}", pl.int_range(pl.len())))
    assert "larger topic" not in said(labels(planted_atlas, "topics", named))
    same = topics.with_columns(label=pl.lit("Same"))
    assert f"that they are a part of: {smaller} of" in said(labels(planted_atlas, "topics", same))


def test_f102_the_small_map_draws_every_row_once(planted_atlas: Atlas) -> None:
    (dots,) = reduction(planted_atlas, "topics").beautiful.parts
    assert isinstance(dots, Dots)
    assert sum(len(points) for _, points in dots.groups) == 240
    svg = part(dots)
    places = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h0", svg)]
    assert len(places) == 240
    assert all(0 <= x <= 600 and 0 <= y <= 420 for x, y in places)
    assert "style=" not in svg


def test_f102_a_run_without_groups_dates_texts_or_noise_has_no_empty_promise() -> None:
    vectors, _ = planted()
    atlas = tp.run(vectors, clusterer="kmeans", n_clusters=6, levels=(2,), reduction=0)
    html = draw_report(atlas).html
    assert Outline(html).panels == ["panel good", "panel bad", "panel beautiful"] * 6
    assert re.findall(r"<(?:td|p|h3|dd|caption|figcaption)[^>]*>[^<]*\bnan\b", html) == []
    assert "Agreement with known groups" not in html
    assert "with a date" not in html


def test_f102_all_noise_is_said() -> None:
    random = np.random.default_rng(0)
    atlas = tp.run(random.normal(size=(40, 8)).astype(np.float32), min_cluster_size=39, levels=(2,))
    topics = atlas.topics()
    stage = clustering(atlas, "topics", topics)
    assert topics.height == 0
    assert said(stage, "good").startswith("No cluster was found\nAll 40 rows")
    assert "In no cluster: 40 rows (100.0%)" in said(stage)
    assert "0 of 0 topics" in draw_report(atlas).html


def test_f102_the_record_of_the_steps_is_whole(planted_atlas: Atlas) -> None:
    step = replace(planted_atlas.steps[-1], forecast_seconds=60.0, forecast_bytes=10**9)
    atlas = replace(planted_atlas, steps=(*planted_atlas.steps[:-1], step))
    record = actions(atlas).more
    assert any("were forecast" in sentence for section in record for sentence in section.sentences)
    assert f"One run, with seed {planted_atlas.seed}" == actions(atlas).bad.heading


def test_f102_the_same_run_gives_the_same_page() -> None:
    first, second = planted_run(), planted_run()
    costs = re.compile(r"[\d.,]+ (m?s|min|h)\b|<td class=\"number\">[\d.,]+</td></tr>|<dd>\d+ s</dd>|audit|read|relate")

    def lasting(html: str) -> list[str]:
        return [line for line in html.splitlines() if not costs.search(line)]

    assert lasting(draw_report(first).html) == lasting(draw_report(second).html)


def test_bars_are_drawn_against_the_whole_or_the_greatest() -> None:
    bars = (("a", 0.5, "0.5"), ("b", 0.25, "0.25"))
    assert re.findall(r'rect width="([\d.]+)"', part(Bars("c", bars))) == ["100.00", "50.00"]
    assert re.findall(r'rect width="([\d.]+)"', part(Bars("c", bars, whole=1))) == ["50.00", "25.00"]
    assert re.findall(r'rect width="([\d.]+)"', part(Bars("c", (("a", 0, "0"),)))) == ["0.00"]


def test_dots_without_extent_stay_in_the_picture() -> None:
    svg = part(Dots("one place", (("ground", np.zeros((0, 2))), ("a", np.ones((3, 2))))))
    assert re.findall(r"M(\d+) (\d+)h0", svg) == [("300", "210")] * 3
    assert part(Dots("none", (("ground", np.zeros((0, 2))),))).count("<li>") == 0


@pytest.mark.parametrize("shape", [(200, 6), (6, 200)], ids=["more rows", "more dimensions"])
def test_variance_shares_are_those_of_the_covariance(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=shape) * random.uniform(0.1, 3, size=shape[1])
    centred = vectors - vectors.mean(axis=0)
    expected = np.linalg.svd(centred, compute_uv=False) ** 2
    np.testing.assert_allclose(variance_shares(vectors), expected / expected.sum(), atol=1e-12)


def test_variance_shares_of_equal_vectors_and_of_a_sample() -> None:
    assert variance_shares(np.ones((10, 4))).sum() == 0
    vectors = np.random.default_rng(2).normal(size=(1000, 5))
    np.testing.assert_array_equal(variance_shares(vectors, sample=100), variance_shares(vectors[::10]))
