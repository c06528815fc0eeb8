"""What a long step takes is foretold from its first calls, and set beside the truth when it is done."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

import triptych as tp
from triptych.cli.progress import RichProgress
from triptych.cli.summary import report, summary
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Progress, Silent, using
from triptych.core.errors import StoreError
from triptych.core.manifest import sealed
from triptych.core.quantities import duration, size
from triptych.core.store import Store, load_atlas
from triptych.encoders.base import Encoder, Encoding
from triptych.encoders.student import SAMPLE
from triptych.stages import _forecast
from triptych.stages import encode as encode_stage
from triptych.stages._forecast import WORTH, Watch, quicker

LOADING = 5.0


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow(Encoder):
    """Takes so many seconds a text of a clock, more for longer texts, and some before the first."""

    def __init__(self, clock: Clock, pace: float) -> None:
        self.clock, self.pace, self.loaded = clock, pace, False

    def params(self) -> dict[str, Any]:
        return {}

    def fingerprint(self) -> str:
        return "0" * 64

    def memory(self, rows: int, columns: int) -> int:
        return 0

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        self.clock.now += (not self.loaded) * LOADING + self.pace * sum(map(len, items)) / 100
        self.loaded = True
        vectors = np.zeros((len(items), 4), dtype=np.float32)
        vectors[np.arange(len(items)), [len(item) % 4 for item in items]] = 1
        return Encoding(vectors, np.zeros(len(items), dtype=bool))


class Ear(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.ends: list[str] = []

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def finish(self, summary: str) -> None:
        self.ends.append(summary)


def texts(count: int) -> list[str]:
    """Return texts of 1 to 1,000 characters, about 100 on average, the longest ones last."""
    lengths = np.sort(np.random.default_rng(0).exponential(90, count)).astype(int).clip(10, 1000)
    return [f"{number:010d}".ljust(length, "x") for number, length in enumerate(lengths)]


def encoded(
    count: int,
    pace: float,
    *,
    method: str = "slow",
    folder: Path | None = None,
    progress: Progress | None = None,
    encoder: type[Slow] = Slow,
) -> tuple[Atlas, float]:
    """Encode texts on a clock of our own; return the Atlas and how long it took by that clock."""
    clock = Clock()
    store = Store(folder) if folder else None
    context = Context(threads=1, store=store, progress=progress or Silent())
    watching = patch.object(_forecast, "time", SimpleNamespace(perf_counter=clock))
    try:
        with using(context), watching, patch.object(encode_stage, "create", lambda *_: encoder(clock, pace)):
            atlas = tp.encode(tp.read(texts(count), roles=tp.Roles()), method)
            if store:
                store.publish(atlas, {})
    finally:
        if store:
            store.close()
    return atlas, clock.now


@pytest.mark.parametrize(("count", "pace"), [(3_000, 0.1), (20_000, 0.02), (200, 2.0)])
def test_f118_the_time_is_foretold_before_most_of_it_is_spent(count: int, pace: float) -> None:
    ear = Ear()
    atlas, took = encoded(count, pace, progress=ear)
    foretold = atlas.steps[-1].forecast_seconds
    assert foretold is not None
    assert abs(foretold - took) < 0.15 * took, "from texts of all lengths, though the longest come last"
    (said,) = ear.said
    assert said.startswith(f"about {duration(foretold)} for {count:,} texts (")
    assert said.endswith(" of memory")
    assert ear.ends[-1] == atlas.steps[-1].against_forecast != ""


def test_f118_the_forecast_comes_early() -> None:
    clock = Clock()
    with patch.object(_forecast, "time", SimpleNamespace(perf_counter=clock)):
        watch = Watch(1_000_000)
        for count in (16, 32, 64, 128, 256):
            clock.now += LOADING * (count == 16) + count / 150
            if found := watch.lap(count):
                break
    assert count == 256
    assert found == pytest.approx(LOADING + 1_000_000 / 150)
    assert clock.now < 10


class AtOnce(Slow):
    """Takes all texts in one call, and tells how it gets on."""

    whole = True

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        for _ in items:
            self.clock.now += self.pace
            advance(1)
        self.pace = 0
        return super().encode(items, threads=threads, advance=advance)


def test_f118_one_long_call_is_foretold_as_it_goes() -> None:
    ear = Ear()
    atlas, took = encoded(3_000, 0.1, encoder=AtOnce, progress=ear)
    foretold = atlas.steps[-1].forecast_seconds
    assert foretold is not None
    assert len(ear.said) == 1
    assert abs(foretold - took) < 0.05 * took


def test_f118_a_short_step_is_not_foretold() -> None:
    ear = Ear()
    atlas, took = encoded(450, 0.01, progress=ear)
    assert 0.9 * WORTH < took < WORTH
    assert ear.said == []
    step = atlas.steps[-1]
    assert (step.forecast_seconds, step.forecast_bytes, step.against_forecast) == (None, None, "")


def test_f118_the_student_is_offered_where_it_saves_much() -> None:
    ear = Ear()
    encoded(3 * SAMPLE, 0.01, method="minilm", progress=ear)
    assert "; --encoder student would take about " in ear.said[0]
    ear = Ear()
    encoded(3 * SAMPLE, 0.01, method="slow", progress=ear)
    assert "student" not in ear.said[0], "it learns from minilm"
    watch = Watch(3 * SAMPLE)
    watch.pace = 0.01
    assert quicker(240.0, watch, 3 * SAMPLE).endswith(" would take about 83 s")
    assert quicker(59.0, watch, 3 * SAMPLE) == "", "nobody minds a minute"
    watch.total = SAMPLE
    assert quicker(240.0, watch, SAMPLE) == "", "the teacher would have to read them all"


def test_f118_memory_counts_the_vectors_and_a_call() -> None:
    with patch.object(Slow, "memory", lambda *_: 3_000_000_000):
        atlas, _ = encoded(1_000, 1.0)
    step = atlas.steps[-1]
    assert step.forecast_bytes is not None
    assert 3_000_000_000 < step.forecast_bytes < 3_000_000_000 + 2 * step.peak_bytes


def test_f118_times_are_in_the_record_and_change_no_result(tmp_path: Path) -> None:
    one, _ = encoded(500, 1.0, folder=tmp_path / "one")
    two, _ = encoded(500, 0.001, folder=tmp_path / "two")
    assert one.digests == two.digests
    assert one.steps[-1].notes == two.steps[-1].notes
    loaded = load_atlas(tmp_path / "one").steps[-1]
    assert loaded == one.steps[-1]
    assert loaded.forecast_seconds > 400
    assert load_atlas(tmp_path / "two").steps[-1].forecast_seconds is None


@pytest.mark.parametrize("value", ["soon", -1, True])
def test_a_forecast_that_is_no_number_is_refused(tmp_path: Path, value: object) -> None:
    encoded(20, 1.0, folder=tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for step in manifest["known"].values():
        step["forecast_seconds"] = value
    path.write_bytes(sealed(manifest))
    with pytest.raises(StoreError, match="forecast_seconds must be null or a number of at least 0"):
        load_atlas(tmp_path / "run")


def test_a_step_of_a_run_without_forecasts_is_read(tmp_path: Path) -> None:
    encoded(20, 1.0, folder=tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for step in manifest["known"].values():
        del step["forecast_seconds"], step["forecast_bytes"]
    path.write_bytes(sealed(manifest))
    assert load_atlas(tmp_path / "run").steps[-1].against_forecast == ""


def test_f118_summary_shows_both(planted_atlas: Atlas, capsys: pytest.CaptureFixture[str]) -> None:
    *others, last = planted_atlas.steps
    long = replace(last, seconds=532.0, peak_bytes=1_130_000_000, forecast_seconds=540.0, forecast_bytes=1_200_000_000)
    atlas = replace(planted_atlas, steps=(*others, long))
    report(atlas, Path("x.trip"), as_json=False)
    sentence = "took 8.9 min and 1.1 GB; 9.0 min and 1.2 GB were forecast"
    assert f"  · {last.stage}: {sentence}\n" in capsys.readouterr().out
    found = summary(atlas, Path("x.trip"))["steps"]
    assert (found[-1]["forecast_seconds"], found[-1]["forecast_bytes"]) == (540.0, 1_200_000_000)
    assert found[0]["forecast_seconds"] is None


def test_f118_report_shows_both_and_what_the_encoder_measured(planted_atlas: Atlas) -> None:
    from triptych.stages.report import draw_report

    *others, last = planted_atlas.steps
    long = replace(last, seconds=532.0, peak_bytes=1_130_000_000, forecast_seconds=540.0, forecast_bytes=1_200_000_000)
    scores = pl.DataFrame({"metric": ["neighbours_kept", "held_out"], "value": [0.4321, 1000.0]})
    atlas = replace(
        planted_atlas, steps=(*others, long), audits=planted_atlas.audits.plus({"given_scores": scores, "x_scores": 1})
    )
    html = draw_report(atlas).html
    assert f"{last.stage} {last.name} took 8.9 min and 1.1 GB; 9.0 min and 1.2 GB were forecast." in html
    assert re.search(r"neighbours kept</t[dh]>\s*<td[^>]*>0\.4321<", html)
    assert re.search(r"held out</t[dh]>\s*<td[^>]*>1000<", html)
    plain = draw_report(planted_atlas).html
    assert "were forecast" not in plain
    assert "neighbours kept" not in plain


def test_f118_progress_says_it_on_a_line_of_its_own() -> None:
    import io

    from rich.console import Console

    stream = io.StringIO()
    progress = RichProgress(Console(file=stream, width=80))
    progress.start("encode minilm", 10, "texts")
    progress.say("about 9.0 min")
    progress.finish("done")
    first, second = stream.getvalue().splitlines()
    assert first.split() == ["encode", "minilm", "about", "9.0", "min"]
    assert second.split()[2].replace(".", "").isdigit()
    assert first.index("about") == second.index("done")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"), (99.4, "99 s"), (99.6, "1.7 min"), (532, "8.9 min"), (590, "9.8 min"), (600, "10 min"),
        (5969, "99 min"), (5970, "1.7 h"), (360_000, "100 h"),
    ],
)  # fmt: skip
def test_durations_are_said_in_one_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 MB"), (999.4e6, "999 MB"), (999.6e6, "1.0 GB"), (1.13e9, "1.1 GB"), (2e12, "2,000 GB")],
)
def test_amounts_are_said_in_one_unit(count: float, words: str) -> None:
    assert size(count) == words
