"""A finished run of every schema that there has been is kept, and opens for ever.

``runs/schema-<n>.trip`` is a run of 60 planted rows with a value of every type; beside it is what it said then. A new
schema adds a folder and changes none: ``python -m tests.golden.test_kept_runs`` writes the one of today's schema.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import planted
from triptych.core import manifest as manifests
from triptych.core.context import Context, using
from triptych.core.errors import StoreError
from triptych.core.manifest import MANIFEST, SCHEMA, sealed
from triptych.core.schema import Roles
from triptych.core.store import Store, load_atlas, read_config
from triptych.core.upkeep import check_run
from triptych.stages.audit import audit
from triptych.stages.cluster import cluster
from triptych.stages.describe import describe
from triptych.stages.label import label
from triptych.stages.nest import nest
from triptych.stages.read import read
from triptych.stages.reduce import reduce
from triptych.stages.relate import relate

RUNS = Path(__file__).parent / "runs"


def said(folder: Path) -> dict[str, Any]:
    """Return what a run says, as JSON values."""
    atlas = load_atlas(folder)
    arrays = {
        f"{slot}/{name}.{field}": array.tolist()
        for slot in ("layouts", "clusterings", "trees")
        for name, value in getattr(atlas, slot).items()
        for field, array in vars(value).items()
    }
    return {
        "rows": atlas.rows.cast(str).to_dicts(), "roles": json.loads(json.dumps(asdict(atlas.roles))),
        "seed": atlas.seed, "steps": atlas.step_names, "digests": dict(atlas.digests),
        "topics": atlas.topics().to_dicts(), "arrays": arrays,
        "vectors": {name: list(value.values.shape) for name, value in atlas.vectors.items()},
        "graphs": {name: value.metric for name, value in atlas.graphs.items()},
        "audits": {name: value.height for name, value in atlas.audits.items()}, "config": read_config(folder),
    }  # fmt: skip


def still(old: Any, new: Any) -> bool:
    """Tell whether all that was said is said again; there may be new fields beside it."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and still(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return len(old) == len(new) and all(map(still, old, new))
    return bool(old == new)


def test_every_schema_has_its_run() -> None:
    assert {path.stem for path in RUNS.glob("*.trip")} == {f"schema-{n}" for n in range(1, SCHEMA + 1)}


@pytest.mark.parametrize("folder", sorted(RUNS.glob("*.trip")), ids=lambda path: path.stem)
def test_a_kept_run_opens_and_says_what_it_said(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert still(json.loads(folder.with_suffix(".json").read_text("utf-8")), said(folder))
    assert {element.state for element in check_run(folder)} == {"intact"}
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before, "reading writes nothing"
    assert sum(map(len, before.values())) < 200_000


def from_schema_0(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest of an invented schema 0, in which ``seed`` was ``root_seed``, in schema 1."""
    rest = {name: value for name, value in manifest.items() if name != "root_seed"}
    return rest | {"schema": 1, "seed": manifest["root_seed"]}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a run of the invented schema 0."""
    folder = tmp_path / "run"
    shutil.copytree(RUNS / "schema-1.trip", folder)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest |= {"schema": 0, "root_seed": manifest.pop("seed")}
    (folder / MANIFEST).write_bytes(sealed(manifest))
    return folder


def test_an_old_run_is_migrated_when_it_is_read_and_left_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="has the schema 0, which never was"):
        load_atlas(old)
    monkeypatch.setitem(manifests.MIGRATIONS, 0, from_schema_0)
    before = (old / MANIFEST).read_bytes()
    assert still(json.loads((RUNS / "schema-1.json").read_text("utf-8")), said(old))
    with Store(old):
        pass
    assert (old / MANIFEST).read_bytes() == before


def test_a_migration_that_forgets_a_field_is_found(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(manifests.MIGRATIONS, 0, lambda manifest: manifest | {"schema": 1})
    with pytest.raises(StoreError, match=r"root_seed' is no field of a run|seed is missing"):
        load_atlas(old)


def test_a_newer_run_is_refused(old: Path) -> None:
    manifest = json.loads((old / MANIFEST).read_bytes()) | {"schema": SCHEMA + 1}
    (old / MANIFEST).write_bytes(sealed(manifest))
    with pytest.raises(StoreError, match="written by a newer Triptych") as caught:
        load_atlas(old)
    assert caught.value.hint == "upgrade Triptych"


def make(folder: Path) -> None:
    """Write a run with a value of every type."""
    vectors, frame = planted(60)
    roles = Roles(
        text="words", title="key", id="key", date="day", group=("kind",), popularity="votes",
        link="https://example.org/{key}",
    )  # fmt: skip
    with Store(folder) as store, using(Context(threads=1, store=store)):
        atlas = reduce(relate(read(vectors, roles=roles, metadata=frame)), "pca", n_components=2)
        atlas = nest(cluster(atlas, "kmeans", on="given", n_clusters=6), on="given", sizes=(3,))
        store.publish(audit(label(describe(atlas))), {"made": "for ever"})


if __name__ == "__main__":
    target = RUNS / f"schema-{SCHEMA}.trip"
    make(target)
    text = json.dumps(said(target), indent=1, ensure_ascii=False, default=str)
    target.with_suffix(".json").write_text(text + "\n", "utf-8")
