"""No text is encoded twice in one run folder, whatever has changed around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import triptych as tp
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.errors import StepFailed
from triptych.core.manifest import read_manifest
from triptych.core.slots import Vectors
from triptych.core.store import Store
from triptych.core.upkeep import check_run, collect_garbage
from triptych.encoders.base import Encoder, Encoding
from triptych.stages import encode as encode_stage
from triptych.stages._slate import Slate, spread, text_hashes

TEXTS = [f"text {number} about {'cats' if number % 2 else 'boats'}" for number in range(40)]


class Letters(Encoder):
    """Counts letters, and writes down what it was given."""

    calls: list[list[str]]
    dimensions = 128

    def __init__(self, *, window: int = 100, model: str = "a", version: str = "1") -> None:
        self.window, self.model, self.version = window, model, version  # type: ignore[misc]
        self.calls = []

    def params(self) -> dict[str, Any]:
        return {"window": self.window}

    def fingerprint(self) -> str:
        return self.model * 64

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        self.calls.append(list(items))
        letters = [np.frombuffer(item.encode()[: self.window], np.uint8) % self.dimensions for item in items]
        counts = np.array([np.bincount(one, minlength=self.dimensions) for one in letters], dtype=np.float32)
        advance(len(items))
        vectors = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return Encoding(vectors, np.array([len(item) > self.window for item in items]))

    @property
    def given(self) -> list[str]:
        return [text for call in self.calls for text in call]


class Corpus(Letters):
    """Its vectors depend on all texts."""

    whole = True

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        found = super().encode(items, threads=threads, advance=advance)
        return Encoding(found.vectors, found.cut, {"cosine": 0.75, "safe": 1.0})


class Meter(Silent):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.said: list[str] = []

    def advance(self, count: int) -> None:
        self.counts.append(count)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode_stage, "PART", 8)
    monkeypatch.setattr(encode_stage, "FIRST", 2)


def encoded(
    texts: Sequence[str], encoder: Letters, folder: Path | None, *, name: str = "v", progress: Silent | None = None
) -> Atlas:
    """Encode texts with an encoder of ours and publish what came out."""
    store = Store(folder) if folder else None
    context = Context(threads=1, store=store, progress=progress or Silent())
    try:
        with using(context), patch.object(encode_stage, "create", lambda *_: encoder):
            frame = pl.DataFrame({"t": list(texts)})
            atlas = tp.encode(tp.read(frame, roles=tp.Roles(text="t")), "letters", name=name)
            if store:
                store.publish(atlas, {})
    finally:
        if store:
            store.close()
    return atlas


def plain(texts: Sequence[str]) -> np.ndarray:
    """Return the vectors of texts that were encoded one by one, with nothing kept."""
    encoder = Letters()
    return np.vstack([encoder.encode([text], threads=1, advance=lambda _: None).vectors for text in texts])


def same(atlas: Atlas, texts: Sequence[str]) -> bool:
    vectors = atlas.vectors["v"]
    return vectors.values.tobytes() == plain(texts).tobytes() and bool((vectors.texts == text_hashes(texts)).all())


def stored(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "objects").iterdir()}


def test_f017_second_run_encodes_nothing(tmp_path: Path) -> None:
    first, again, renamed = Letters(), Letters(), Letters()
    one = encoded(TEXTS, first, tmp_path / "run")
    assert sorted(first.given) == sorted(TEXTS)
    two = encoded(TEXTS, again, tmp_path / "run")
    three = encoded(TEXTS, renamed, tmp_path / "run", name="other")
    assert again.calls == renamed.calls == []
    assert one.digests["vectors/v"] == two.digests["vectors/v"] == three.digests["vectors/other"]
    assert same(one, TEXTS)


def test_f017_one_changed_text_encodes_one(tmp_path: Path) -> None:
    encoded(TEXTS, Letters(), tmp_path / "run")
    changed = [*TEXTS[:7], "a new text about neither", *TEXTS[8:]]
    encoder = Letters()
    assert same(encoded(changed, encoder, tmp_path / "run"), changed)
    assert encoder.calls == [["a new text about neither"]]
    back = Letters()
    assert same(encoded([*TEXTS, "one more"], back, tmp_path / "run"), [*TEXTS, "one more"])
    assert back.calls == [["one more"]], "what was made before is still known"


def test_f017_row_order_encodes_nothing_and_vectors_follow_their_texts(tmp_path: Path) -> None:
    one = encoded(TEXTS, Letters(), tmp_path / "run")
    order = np.random.default_rng(0).permutation(len(TEXTS))
    shuffled, encoder = [TEXTS[row] for row in order], Letters()
    two = encoded(shuffled, encoder, tmp_path / "run")
    assert encoder.calls == []
    assert np.array_equal(two.vectors["v"].values, one.vectors["v"].values[order])
    assert two.digests["vectors/v"] != one.digests["vectors/v"], "it is another result all the same"


@pytest.mark.parametrize("change", [{"model": "b"}, {"window": 99}, {"version": "2"}], ids=lambda c: next(iter(c)))
def test_f017_another_model_parameter_or_version_encodes_all(tmp_path: Path, change: dict[str, Any]) -> None:
    encoded(TEXTS, Letters(), tmp_path / "run")
    encoder, again = Letters(**change), Letters(**change)
    encoded(TEXTS, encoder, tmp_path / "run")
    assert sorted(encoder.given) == sorted(TEXTS)
    encoded(TEXTS[::-1], again, tmp_path / "run")
    assert again.calls == []


def test_f017_equal_texts_are_encoded_once_in_the_whole_corpus() -> None:
    texts = [*TEXTS, *TEXTS[::-1], *TEXTS[:3] * 5]
    encoder = Letters()
    assert same(encoded(texts, encoder, None), texts)
    assert Counter(encoder.given) == Counter(TEXTS)


class Killed(Letters):
    """Is stopped at its fifth call."""

    def encode(self, items: Sequence[str], **options: Any) -> Encoding:
        if len(self.calls) == 4:
            raise KeyboardInterrupt
        return super().encode(items, **options)


def test_f017_parts_of_another_model_are_left_to_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        encoded(TEXTS, killed := Killed(), tmp_path / "run")
    other, back = Letters(model="b"), Letters()
    encoded(TEXTS, other, tmp_path / "run")
    assert sorted(other.given) == sorted(TEXTS)
    encoded(TEXTS, back, tmp_path / "run")
    assert set(back.given) == set(TEXTS) - set(killed.given)
    assert read_manifest(tmp_path / "run")["parts"] == {}


def test_f017_what_a_killed_run_left_serves_another_corpus(tmp_path: Path) -> None:
    killed, folder = Killed(), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        encoded(TEXTS, killed, folder)
    assert [len(call) for call in killed.calls] == [2, 4, 8, 8]
    assert len(read_manifest(folder)["parts"]) == 4
    assert collect_garbage(folder).objects == 0, "it can still continue"
    other, encoder = [*TEXTS[5:], "new"], Letters()
    assert same(encoded(other, encoder, folder), other)
    assert set(encoder.given) == set(other) - set(killed.given)
    manifest = read_manifest(folder)
    assert manifest["parts"] == {}
    assert stored(folder) == set(manifest["objects"]), "the parts are in the result, and gone"


def test_f017_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        encoded(TEXTS, killed := Killed(), folder)
    paths = [folder / "objects" / f"{name}.safetensors" for name in read_manifest(folder)["parts"].values()]
    smallest = min(paths, key=lambda path: path.stat().st_size)
    data = smallest.read_bytes()
    smallest.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    encoder = Letters()
    assert same(encoded(TEXTS, encoder, folder), TEXTS)
    assert set(encoder.given) == set(TEXTS) - set(killed.given) | set(killed.calls[0])
    assert read_manifest(folder)["parts"] == {}
    assert {element.state for element in check_run(folder)} == {"intact"}


def test_f017_gc_keeps_what_the_next_run_needs_and_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    encoded(TEXTS[:30], Letters(), folder)
    encoded(TEXTS[10:], Letters(), folder)
    assert collect_garbage(folder).steps == 2
    assert stored(folder) == set(read_manifest(folder)["objects"])
    encoder = Letters()
    encoded(TEXTS, encoder, folder)
    assert sorted(encoder.given) == sorted(TEXTS[:10])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(TEXTS[:12]), min_size=1, max_size=30), min_size=1, max_size=4))
def test_f017_any_history_encodes_each_text_once(corpora: list[list[str]]) -> None:
    import tempfile

    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for texts in corpora:
            encoder = Letters()
            assert same(encoded(texts, encoder, Path(folder) / "run"), texts)
            assert Counter(encoder.given) == Counter(set(texts) - seen)
            seen |= set(texts)


def test_an_encoder_that_depends_on_all_texts_is_given_all_and_nothing_is_taken_over(tmp_path: Path) -> None:
    texts = [*TEXTS, TEXTS[0]]
    encoded(texts, Letters(), tmp_path / "run")
    first, second = Corpus(), Corpus()
    atlas = encoded(texts, first, tmp_path / "run", name="whole")
    assert first.calls == [texts]
    assert atlas.vectors["whole"].texts.shape == (0, 16)
    assert atlas.audits["whole_scores"].to_dicts() == [
        {"metric": "cosine", "value": 0.75}, {"metric": "safe", "value": 1.0},
    ]  # fmt: skip
    assert atlas.steps[-1].notes == ("the encoder measured itself: cosine 0.75, safe 1",)
    encoded(texts[::-1], second, tmp_path / "run", name="whole")
    assert second.calls == [texts[::-1]]


def test_progress_counts_every_row_and_known_ones_first(tmp_path: Path) -> None:
    encoded(TEXTS[:30], Letters(), tmp_path / "run")
    meter = Meter()
    encoded([*TEXTS, *TEXTS[35:]], Letters(), tmp_path / "run", progress=meter)
    assert meter.counts[0] == 30 + 5, "so that the rate, and the time left, are those of the rest"
    assert sum(meter.counts) == 45
    assert meter.said == ["30 of 40 texts were encoded before"]


def test_results_do_not_depend_on_parts_or_on_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded(TEXTS[::3], Letters(), tmp_path / "run")
    pieces = encoded(TEXTS, Letters(), tmp_path / "run")
    monkeypatch.setattr(encode_stage, "FIRST", 1000)
    monkeypatch.setattr(encode_stage, "PART", 1000)
    assert pieces.digests == encoded(TEXTS, Letters(), None).digests


def test_vectors_that_do_not_fit_their_hashes_are_no_source() -> None:
    slate = Slate(["a", "b"])
    made = Vectors(
        np.eye(2, dtype=np.float32), unit=True, cut=np.zeros(2, dtype=bool), foreign=np.zeros(2, dtype=bool),
        texts=text_hashes(["a"]),
    )  # fmt: skip
    slate.take(made)
    slate.take(Vectors(made.values, unit=True, cut=made.cut, foreign=made.foreign, texts=np.zeros((2, 3), np.uint8)))
    assert slate.missing().tolist() == [0, 1]


def test_vectors_of_two_lengths_are_refused() -> None:
    class Broken(Letters):
        def encode(self, items: Sequence[str], **options: Any) -> Encoding:
            self.dimensions += 1
            return super().encode(items, **options)

    with pytest.raises(StepFailed, match="vectors of 130 dimensions where others have 129"):
        encoded(TEXTS, Broken(), None)


def test_too_few_vectors_are_refused() -> None:
    class Lazy(Corpus):
        def encode(self, items: Sequence[str], **options: Any) -> Encoding:
            return super().encode(items[1:], **options)

    with pytest.raises(StepFailed, match="encoders/letters returned too many or too few vectors"):
        encoded(TEXTS, Lazy(), None)


def test_hashes_are_the_first_half_of_sha256() -> None:
    # The known answers of FIPS 180-4 for "" and "abc".
    assert bytes(text_hashes(["", "abc"])).hex() == "e3b0c44298fc1c149afbf4c8996fb924ba7816bf8f01cfea414140de5dae2223"


@pytest.mark.parametrize("total", [1, 2, 17, 1000])
def test_every_beginning_is_a_fair_sample_of_the_lengths(total: int) -> None:
    lengths = np.random.default_rng(1).lognormal(5, 1, total)
    order = spread(lengths)
    assert sorted(order) == list(range(total))
    ranks = np.argsort(np.argsort(lengths))[order] / total
    for count in range(16, total, 97):
        # Evenly spread numbers leave no gap much larger than their distance.
        assert np.abs(np.sort(ranks[:count]) - (np.arange(count) + 0.5) / count).max() < 3 / count
