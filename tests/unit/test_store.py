"""The Store: whole files or none, one writer, nothing done twice, nothing trusted."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import safetensors.numpy

import triptych as tp
from tests.conftest import planted_run
from triptych.core import codec
from triptych.core.atlas import SLOTS
from triptych.core.context import Context, using
from triptych.core.errors import StoreError
from triptych.core.manifest import sealed
from triptych.core.slots import (
    Clustering,
    Descriptions,
    Graph,
    Labels,
    Layout,
    Sheet,
    SpanningTree,
    Topic,
    Tree,
    Vectors,
)
from triptych.core.store import Store

FLOATS = np.arange(6, dtype=np.float32).reshape(3, 2)
INTS = np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32)
VALUES = [
    Vectors(FLOATS, unit=True, cut=np.array([True, False, True]), foreign=np.zeros(3, dtype=bool)),
    Graph(INTS, FLOATS, "cosine"),
    Layout(FLOATS),
    SpanningTree(INTS[0], INTS[1], np.array([0.5, 2.5])),
    Clustering(np.array([0, -1, 0], dtype=np.int32), np.ones(3, dtype=np.float32)),
    Clustering(INTS[0], FLOATS[:, 0].copy(), FLOATS[0], np.array([True, False, True])),
    Tree(INTS.T.copy()),
    Descriptions((Topic(0, 1, -1, 3, (("naïve", 0.5),), (0, 2), (), "ab"),)),
    Labels({"ab": ("A title", "extracted")}),
    Sheet(np.arange(5, dtype=np.uint8), mime="image/png", tile=16, columns=3),
    pl.DataFrame({"a": ["x", None], "b": [1.5, float("nan")]}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_values_survive_the_codec(value: object) -> None:
    kind, pieces = codec.encode(value)
    back = codec.decode(kind, b"".join(pieces))
    assert codec.encode(back) == (kind, pieces)
    assert codec.digest(*pieces) == codec.digest(b"".join(pieces))
    if isinstance(value, pl.DataFrame):
        assert back.equals(value)
    else:
        for name, item in vars(value).items():
            same = (
                np.array_equal(getattr(back, name), item)
                if isinstance(item, np.ndarray)
                else getattr(back, name) == item
            )
            assert same, name


@pytest.mark.parametrize("kind", sorted(codec.ENDINGS))
def test_damaged_bytes_are_a_store_error(kind: str) -> None:
    with pytest.raises(StoreError):
        codec.decode(kind, b"\x80\x04\x95 not what it says")


def test_unknown_type_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="unknown type 'Thing'"):
        codec.decode("Thing", b"")


def load_everything(folder: Path) -> None:
    atlas = tp.load(folder)
    for slot in SLOTS:
        dict(getattr(atlas, slot))


def objects(folder: Path) -> dict[str, tuple[int, int]]:
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in (folder / "objects").iterdir()}


def test_f017_second_run_does_nothing_twice(planted_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.clusterers.hdbscan import HDBSCAN
    from triptych.reducers.umap import UMAP

    before = objects(planted_folder)
    for method, verb in ((UMAP, "fit_transform"), (HDBSCAN, "span"), (HDBSCAN, "read")):
        monkeypatch.setattr(method, verb, lambda *_, **__: pytest.fail("was computed again"))
    again = planted_run(out=planted_folder)
    assert objects(planted_folder) == before
    assert again.step_names == tp.load(planted_folder).step_names


def test_f017_a_change_recomputes_what_depends_on_it(tmp_path: Path) -> None:
    first = planted_run(out=tmp_path / "run")
    second = planted_run(out=tmp_path / "run", min_cluster_size=25)
    keys = {f"{s.stage}/{s.name}": s.key for s in first.steps}
    changed = {f"{s.stage}/{s.name}" for s in second.steps if keys[f"{s.stage}/{s.name}"] != s.key}
    kept = set(keys) - changed
    assert {"relate/given", "reduce/umap5", "reduce/umap2", "read/rows"} <= kept
    assert "cluster/hdbscan" in changed


def test_f017_encoding_depends_on_each_text_and_the_model_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triptych.encoders import minilm
    from triptych.encoders.minilm import MiniLM

    calls: list[int] = []
    encode = MiniLM.encode

    def counted(self: MiniLM, items: list[str], **options: object) -> object:
        calls.append(len(items))
        return encode(self, items, **options)

    monkeypatch.setattr(MiniLM, "encode", counted)
    first = pl.DataFrame({"t": ["one cat", "two dogs", "three birds"], "name": ["a", "b", "c"]})

    def encoded(frame: pl.DataFrame, **params: int) -> int:
        calls.clear()
        with Store(tmp_path / "run") as store, using(Context(store=store)):
            tp.encode(tp.read(frame, roles=tp.Roles(text="t", title="name")), **params)
        return sum(calls)

    assert encoded(first) == 3
    assert encoded(first) == 0
    assert encoded(first.with_columns(name=pl.lit("other"))) == 0, "a title is no input of the encoder"
    assert encoded(first.with_columns(t=pl.Series(["one cat", "two dogs", "four birds"]))) == 1
    assert encoded(first.reverse()) == 0
    assert encoded(first, window=64) == 3
    monkeypatch.setattr(MiniLM, "fingerprint", lambda _: minilm.MODEL_SHA256[::-1])
    assert encoded(first) == 3
    monkeypatch.undo()
    monkeypatch.setattr(MiniLM, "encode", counted)
    assert encoded(first) == 0, "what was done before is still known"


def test_f100_one_folder_serves_every_figure(
    planted_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triptych.reducers.umap import UMAP

    monkeypatch.setattr(UMAP, "fit_transform", lambda *_, **__: pytest.fail("was fitted again"))
    atlas = tp.load(planted_folder)
    atlas.map(tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size > 10_000
    assert atlas.topics().height == sum(atlas.trees["topics"].sizes)


def test_loaded_run_equals_the_one_in_memory(planted_folder: Path) -> None:
    fresh, loaded = planted_run(), tp.load(planted_folder)
    assert fresh.digests == loaded.digests
    assert fresh.rows.equals(loaded.rows)
    assert fresh.topics().equals(loaded.topics())


@pytest.mark.parametrize("kind", ["safetensors", "json", "parquet"])
def test_a_flipped_bit_is_found(planted_folder: Path, tmp_path: Path, kind: str) -> None:
    import shutil

    copy = tmp_path / "copy.trip"
    shutil.copytree(planted_folder, copy)
    victims = sorted((copy / "objects").glob(f"*.{kind}"))
    for victim in victims:
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 1
        victim.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged"):
        load_everything(copy)
    repaired = planted_run(out=copy)
    assert repaired.digests == tp.load(planted_folder).digests
    assert [codec.digest(v.read_bytes()) for v in victims] == [v.stem for v in victims]


def test_a_second_writer_is_refused_and_named(tmp_path: Path) -> None:
    with Store(tmp_path / "run"):
        code = f"from triptych.core.store import Store; Store({str(tmp_path / 'run')!r})"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "is being written by process" in other.stderr
    with Store(tmp_path / "run"):
        pass  # the lock went with its owner


def test_a_killed_run_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.clusterers.hdbscan import HDBSCAN

    whole = planted_run(out=tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(HDBSCAN, "read", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            planted_run(out=tmp_path / "run")
    with pytest.raises(StoreError, match="was not finished"):
        tp.load(tmp_path / "run")
    assert planted_run(out=tmp_path / "run").digests == whole.digests


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p.write_text("x"), "is a file, not a run folder"),
        (lambda p: (p.mkdir(), (p / "thesis.docx").write_text("x")), "holds other files and no run"),
        (lambda p: (p.mkdir(), (p / "manifest.json").write_text("{")), "cannot be read"),
        (
            lambda p: (p.mkdir(), (p / "manifest.json").write_text('{"format": "zip", "schema": 1}')),
            "not of a Triptych run",
        ),
        (
            lambda p: (p.mkdir(), (p / "manifest.json").write_text('{"format": "triptych-run", "schema": 99}')),
            "newer Triptych",
        ),
    ],
)
def test_folders_that_are_no_run_are_left_alone(tmp_path: Path, make: object, message: str) -> None:
    make(tmp_path / "x")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError, match=message):
        Store(tmp_path / "x")
    assert sorted(tmp_path.rglob("*")) == before


def test_no_run_to_load(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"has no manifest\.json"):
        tp.load(tmp_path)


@pytest.mark.parametrize("value", VALUES[:7], ids=lambda v: type(v).__name__)
def test_arrays_are_written_as_the_library_of_their_format_writes_them(value: object) -> None:
    arrays = {name: item for name, item in vars(value).items() if isinstance(item, np.ndarray)}
    rest = {name: item for name, item in vars(value).items() if name not in arrays}
    library = safetensors.numpy.save(arrays, metadata={"triptych": codec.canonical(rest).decode()})
    assert b"".join(codec.encode(value)[1]) == library


def test_an_array_is_not_copied_to_be_written() -> None:
    values = np.ones((1000, 1000), dtype=np.float32)
    tracemalloc.start()
    codec.digest(*codec.encode(Layout(values))[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < values.nbytes / 10


def test_manifest_names_objects_by_hash_and_says_what_was_done(planted_folder: Path) -> None:
    manifest = json.loads((planted_folder / "manifest.json").read_text())
    for name, entry in manifest["objects"].items():
        data = (planted_folder / "objects" / f"{name}.{codec.ENDINGS[entry['type']]}").read_bytes()
        assert codec.digest(data) == name
        assert len(data) == entry["bytes"]
    assert set(manifest["steps"]) <= set(manifest["known"])
    assert manifest["config"]["min_cluster_size"] == 10
    assert not list(planted_folder.rglob(".writing-*"))


def test_an_object_name_cannot_leave_the_folder(planted_folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy.trip"
    shutil.copytree(planted_folder, copy)
    text = (copy / "manifest.json").read_text()
    name = next(iter(json.loads(text)["objects"]))
    (copy / "manifest.json").write_bytes(sealed(json.loads(text.replace(name, "../../../../etc/passwd"))))
    with pytest.raises(StoreError, match="names an object that cannot be"):
        load_everything(copy)
