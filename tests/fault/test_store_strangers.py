"""A run folder from a stranger runs no code and breaks nothing: it is refused in our words, or it is an Atlas."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fault import strangers
from tests.fault.roads import stage_road, store_road
from tests.fault.strangers import WRONG, copy_with_object, everything, manifest_of, mutate, outcome, put_manifest
from triptych.core.codec import ENDINGS, encode
from triptych.core.errors import StoreError
from triptych.core.manifest import MANIFEST
from triptych.core.store import Store, load_atlas

PER_FILE = 30


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest") / "run"
    stage_road(folder)
    return folder


@pytest.fixture(scope="module")
def seen(honest: Path) -> tuple[Any, ...]:
    return everything(honest)


def test_any_changed_byte_is_refused_or_changes_nothing(
    honest: Path, seen: tuple[Any, ...], memory: Path, tally: Counter[str]
) -> None:
    folder = memory / "run"
    shutil.copytree(honest, folder)
    files = [folder / MANIFEST, *sorted((folder / "objects").iterdir())]
    found: Counter[str] = Counter()
    for file in files:
        rng, whole = random.Random(file.suffix), file.read_bytes()
        for _ in range(10 * PER_FILE if file.name == MANIFEST else PER_FILE):
            file.write_bytes(mutate(whole, rng))
            found[outcome(folder, seen)] += 1
        file.write_bytes(whole)
    assert found.keys() <= {"refused", "unchanged"}
    assert found["refused"] > 0.9 * PER_FILE * len(files) >= 200
    tally["mutations survived"] += found.total()


def test_any_changed_field_is_refused_or_read(
    honest: Path, seen: tuple[Any, ...], memory: Path, tally: Counter[str]
) -> None:
    """The seal is made again: only the checks of the fields stand in the way."""
    folder, rng = memory / "run", random.Random(0)
    shutil.copytree(honest, folder)
    manifest = manifest_of(folder)
    found: Counter[str] = Counter()
    for path in strangers.places(manifest):
        for new in (..., *rng.sample(WRONG, 2)):
            put_manifest(folder, strangers.replaced(manifest, path, new))
            found[outcome(folder, seen)] += 1
    assert found["refused"] > 300
    tally["mutations survived"] += found.total()


@pytest.mark.parametrize("ending", ["safetensors", "json"])
def test_any_changed_object_with_its_hash_made_again_is_refused_or_read(
    honest: Path, seen: tuple[Any, ...], memory: Path, tally: Counter[str], ending: str
) -> None:
    rng, found = random.Random(ending), Counter()
    for file in sorted((honest / "objects").glob(f"*.{ending}")):
        for number in range(PER_FILE):
            folder = copy_with_object(
                honest, memory / f"{file.stem}-{number}", file.stem, mutate(file.read_bytes(), rng)
            )
            found[outcome(folder, seen)] += 1
    assert found["refused"] > 40
    tally["mutations survived"] += found.total()


def test_any_changed_topic_with_its_hash_made_again_is_refused_or_read(
    honest: Path, seen: tuple[Any, ...], memory: Path, tally: Counter[str]
) -> None:
    rng, found = random.Random(1), Counter()
    for file in sorted((honest / "objects").glob("*.json")):
        value = json.loads(file.read_bytes())
        paths = list(strangers.places(value))
        for number, path in enumerate(rng.sample(paths, min(80, len(paths)))):
            data = json.dumps(strangers.replaced(value, path, rng.choice((..., *WRONG)))).encode()
            folder = copy_with_object(honest, memory / f"{file.stem}-{number}", file.stem, data)
            found[outcome(folder, seen)] += 1
    assert found["refused"] > 20
    tally["mutations survived"] += found.total()


class Canary:
    """What runs code when it is unpickled: makes a folder."""

    def __init__(self, nest: Path) -> None:
        self.nest = nest

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.nest),)


def test_no_pickle_runs(honest: Path, seen: tuple[Any, ...], memory: Path, tally: Counter[str]) -> None:
    nest = memory / "it-ran"
    pickles = [pickle.dumps(Canary(nest), protocol) for protocol in (0, 2, 5)]
    for name in manifest_of(honest)["objects"]:
        for number, data in enumerate(pickles):
            folder = copy_with_object(honest, memory / f"{name}-{number}", name, data)
            assert outcome(folder, seen) == "refused"
            tally["canaries that stayed silent"] += 1
    (honest_manifest := memory / "manifest").mkdir()
    (honest_manifest / MANIFEST).write_bytes(pickles[0])
    assert outcome(honest_manifest, seen) == "refused"
    assert not nest.exists()
    pickle.loads(pickles[0])
    assert nest.exists(), "the canary would have run"


@pytest.mark.parametrize(
    ("path", "new", "said"),
    [
        (("seed",), "0", "seed must be a whole number of at least 0, got '0'"),
        (("known", "KEY", "seconds"), "fast", "seconds must be a number of at least 0, got 'fast'"),
        (("known", "KEY", "notes"), ..., "notes is missing"),
        (("known", "KEY", "method"), 3, "method must be text, got 3"),
        (("objects", "OBJECT", "type"), "Thing", "type must be one of Vectors, .* got 'Thing'"),
        (("objects", "OBJECT", "bytes"), 3, r"has [0-9,]+ bytes, at most 3 are expected"),
        (("objects", "../../x"), {"type": "Labels", "bytes": 1}, "names an object that cannot be"),
        (("known", "KEY", "outputs", "vectors/x"), "a" * 64, "is not among the objects"),
        (("known", "KEY", "outputs", "secrets/x"), "a" * 64, "an Atlas has no place 'secrets/x'"),
        (("roles", "group"), "kind", "roles.group must be a list of texts"),
        (("roles", "title"), "nowhere", "gives a part to the column 'nowhere'"),
        (("steps",), ["a" * 64], "which is not known"),
        (("extra",), 1, "'extra' is no field of a run"),
        (("schema",), True, "schema True"),
    ],
)  # fmt: skip
def test_the_message_names_the_field(honest: Path, tmp_path: Path, path: tuple[Any, ...], new: Any, said: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(honest, folder)
    manifest = manifest_of(folder)
    first = manifest["steps"][0]
    names = {"KEY": first, "OBJECT": manifest["known"][first]["outputs"]["rows"]}
    real = tuple(names.get(part, part) for part in path)
    put_manifest(folder, strangers.replaced(manifest, real, new))
    with pytest.raises(StoreError, match=said):
        load_atlas(folder)


@pytest.mark.parametrize("make", ["link", "link-to-same", "pipe", "folder", "device"])
def test_only_regular_files_are_read(honest: Path, seen: tuple[Any, ...], tmp_path: Path, make: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(honest, folder)
    for victim in (folder / MANIFEST, *list((folder / "objects").iterdir())[:2]):
        whole = victim.read_bytes()
        victim.unlink()
        (tmp_path / "elsewhere").write_bytes(whole)
        {
            "link": lambda v=victim: v.symlink_to("/etc/passwd"),
            "link-to-same": lambda v=victim: v.symlink_to(tmp_path / "elsewhere"),
            "pipe": lambda v=victim: os.mkfifo(v),
            "folder": victim.mkdir,
            "device": lambda v=victim: v.symlink_to("/dev/zero"),
        }[make]()
        assert outcome(folder, seen) == "refused"
        victim.rmdir() if make == "folder" else victim.unlink()
        victim.write_bytes(whole)
    assert outcome(folder, seen) == "unchanged"


def test_a_linked_folder_of_objects_is_refused(honest: Path, seen: tuple[Any, ...], tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "run")
    (tmp_path / "run" / "objects").rename(tmp_path / "elsewhere")
    (tmp_path / "run" / "objects").symlink_to(tmp_path / "elsewhere")
    assert outcome(tmp_path / "run", seen) == "refused"
    with pytest.raises(StoreError, match="links are not followed"):
        Store(tmp_path / "run")


def test_a_lock_that_is_a_link_is_not_written_through(honest: Path, tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "run")
    (tmp_path / "precious").write_text("keep me")
    (tmp_path / "run" / "lock").unlink()
    (tmp_path / "run" / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(StoreError, match="links are not followed"):
        Store(tmp_path / "run")
    assert (tmp_path / "precious").read_text() == "keep me"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "1" * 10_000, '{"format": NaN}', "\ud800", ""])
def test_hostile_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError, match="cannot be read"):
        load_atlas(tmp_path)


def test_a_huge_manifest_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / MANIFEST).open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(StoreError, match=r"at most 67,108,864 are expected"):
        load_atlas(tmp_path)


def test_values_must_speak_of_the_rows_that_there_are(tmp_path: Path, memory: Path) -> None:
    """Well-formed objects of another run, put in with every hash made to fit."""
    store_road(tmp_path / "run")
    manifest = manifest_of(tmp_path / "run")
    swapped = 0
    for name, entry in manifest["objects"].items():
        if entry["type"] not in ("Graph", "Layout", "SpanningTree", "Clustering", "Tree"):
            continue
        value = load_value(tmp_path / "run", name, entry["type"])
        arrays = {
            k: (v[:, :5] if k == "levels" else v[:5]).copy() for k, v in vars(value).items() if hasattr(v, "shape")
        }
        _, pieces = encode(type(value)(**vars(value) | arrays))
        folder = copy_with_object(tmp_path / "run", memory / name, name, b"".join(pieces))
        with pytest.raises(StoreError, match=r"has 5 rows in .*, 60 are kept"):
            everything(folder)
        swapped += 1
    assert swapped == 5


def load_value(folder: Path, name: str, kind: str) -> Any:
    from triptych.core.codec import decode

    return decode(kind, (folder / "objects" / f"{name}.{ENDINGS[kind]}").read_bytes())
