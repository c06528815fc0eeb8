"""The student beside its teacher, the mean of the two, and bags of words: what each is worth on texts not taught.

Every seed draws another sample for the student to learn from. All arms are measured on the same texts, none of which is
in the sample. Prints the table in Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import machine
from bench.corpus import fetch_lists, stanzas
from bench.datasets import coded, debian_files, glosses
from bench.scores import against_truth

K = 15
#: Texts that the measures look at.
ROWS = 4_000
#: Of the glosses of WordNet's nouns, and of Debian's one-line descriptions.
GLOSSES, LINES = 20_000, 20_000

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Encode = Callable[[Sequence[str]], F32]


def emoji(_work: Path) -> tuple[list[str], I32]:
    """Return names and tags of the emoji of the demo; classes: their 9 groups."""
    import triptych as tp
    from triptych.sources.demo import ROLES, demo_path

    atlas = tp.read(demo_path(), roles=ROLES)
    return atlas.documents, coded(atlas.kept["group"])


def wordnet(work: Path) -> tuple[list[str], I32]:
    """Return glosses of WordNet's nouns; classes: their 26 lexicographer files."""
    return sampled(list(glosses(work)), GLOSSES)


def debian(work: Path) -> tuple[list[str], I32]:
    """Return the long descriptions of Debian packages; classes: 58 sections."""
    import polars as pl

    frame = pl.read_parquet(debian_files(work)[0])
    return frame["text"].to_list(), coded(frame["section"])


def debian_lines(work: Path) -> tuple[list[str], I32]:
    """Return the one-line descriptions of Debian packages; classes: their sections."""
    found = []
    for path in sorted(fetch_lists(work / "apt").glob("*_Packages")):
        with path.open(encoding="utf-8") as lines:
            for fields in stanzas(lines):
                line = fields.get("Description", "").partition("\n")[0]
                found.append((line, fields.get("Section", "unknown").rpartition("/")[2]))
    return sampled([pair for pair in found if pair[0]], LINES)


SETS = {"Debian": debian, "Debian, one line": debian_lines, "WordNet": wordnet, "emoji": emoji}


def sampled(pairs: list[tuple[str, str]], rows: int) -> tuple[list[str], I32]:
    """Return some of the distinct texts with their classes as numbers."""
    import polars as pl

    frame = pl.DataFrame(pairs, schema=["text", "class"], orient="row")
    frame = frame.unique("text", keep="first", maintain_order=True)
    frame = frame.sample(min(rows, frame.height), seed=0, shuffle=True)
    return frame["text"].to_list(), coded(frame["class"])


def taught(name: str, texts: list[str], work: Path) -> tuple[F32, float]:
    """Return the teacher's vectors, kept from an earlier run, and the seconds that they took then."""
    path = work / "student" / f"{name}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        vectors = teacher(texts)
        np.savez(path, vectors=vectors, seconds=time.perf_counter() - started)
    with np.load(path) as kept:
        return kept["vectors"], float(kept["seconds"])


def teacher(texts: Sequence[str]) -> F32:
    """Encode texts with MiniLM."""
    from triptych.core.context import available_threads
    from triptych.encoders.minilm import MiniLM

    return MiniLM().encode(texts, threads=available_threads(), advance=lambda _: None).vectors


def student(texts: Sequence[str], vectors: F32) -> tuple[Encode, dict[str, float]]:
    """Return a student of these vectors, and its own scores with the seconds that it took to learn from them."""
    from triptych.core.context import available_threads
    from triptych.encoders._linear import map_texts
    from triptych.encoders.student import learn

    started = time.perf_counter()
    lesson = learn(texts, lambda some: vectors if some is texts else teacher(some), threads=available_threads())
    seconds = time.perf_counter() - started

    def encode(some: Sequence[str]) -> F32:
        distinct = list(dict.fromkeys(some))
        return map_texts(some, distinct, lesson.map_, threads=available_threads(), advance=lambda _: None)

    return encode, {**lesson.scores, "learn": seconds}


def bags(texts: Sequence[str]) -> F32:
    """Encode texts by TF-IDF in 256 dimensions."""
    from triptych.core.context import available_threads
    from triptych.encoders.tfidf import TfIdf

    return TfIdf().encode(texts, threads=available_threads(), advance=lambda _: None).vectors


def unit(vectors: F32) -> F32:
    """Return rows at length 1."""
    found: F32 = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def near(vectors: F32) -> npt.NDArray[np.intp]:
    """Return the 15 nearest other rows of each unit vector, in no order."""
    found = []
    for start in range(0, len(vectors), 1_000):
        likeness = vectors[start : start + 1_000] @ vectors.T
        rows = np.arange(len(likeness))
        likeness[rows, start + rows] = -np.inf
        found.append(np.argpartition(-likeness, K, axis=1)[:, :K])
    return np.concatenate(found)


def measure(vectors: F32, by_teacher: npt.NDArray[np.intp], classes: I32, seed: int) -> dict[str, float]:
    """Return purity of neighbourhoods, agreement of k-means with the classes, neighbours shared with the teacher."""
    from sklearn.cluster import KMeans

    mine = near(vectors)
    shared = (mine[:, :, None] == by_teacher[:, None, :]).any(axis=2).mean()
    clusters = KMeans(len(np.unique(classes)), n_init=3, random_state=seed).fit_predict(vectors)
    return {
        "purity": float((classes[mine] == classes[:, None]).mean()),
        "AMI": against_truth(clusters, classes)["AMI, all rows"],
        "shared": float(shared),
    }


def synonyms(work: Path, words: set[str]) -> list[tuple[str, str]]:
    """Return pairs of nouns that WordNet gives for one meaning, both among the words, with no beginning in common."""
    next(iter(glosses(work)))  # brings the files
    found: set[tuple[str, str]] = set()
    with (work.resolve() / "wordnet/usr/share/wordnet/data.noun").open(encoding="utf-8") as lines:
        for line in lines:
            fields = line.split(" ")
            if line.startswith("  ") or len(fields) < 4:
                continue
            names = [name.lower() for name in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            names = [name for name in names if name in words]
            found |= {(min(pair), max(pair)) for pair in pairwise(names) if pair[0][:3] != pair[1][:3]}
    return sorted(found)


def told_apart(one: F32, other: F32) -> float:
    """Return the chance that two vectors of a pair are nearer than the first and a vector of another pair."""
    likeness = one @ other.T
    own = np.diag(likeness).copy()
    np.fill_diagonal(likeness, -np.inf)
    return float((likeness < own[:, None]).sum() / (len(own) * (len(own) - 1)))


def rows_of(name: str, work: Path, seeds: int) -> Iterator[str]:
    """Yield the lines of a data set in the table."""
    from triptych.core.words import normal_form, pieces

    texts, classes = SETS[name](work)
    vectors, seconds = taught(name, texts, work)
    known = {normal_form(piece) for text in texts for piece in pieces(text)}
    pairs = synonyms(work, known)
    ones, others = ([pair[side] for pair in pairs] for side in (0, 1))
    started = time.perf_counter()
    # The words of the pairs are encoded as texts among the others: of bags of words a vector depends on its company.
    whole = bags([*texts, *ones, *others])
    n, lsa_seconds = len(texts), time.perf_counter() - started
    arms: dict[str, list[dict[str, float]]] = {"teacher": [], "student": [], "mean of both": [], "TF-IDF": []}
    own: list[dict[str, float]] = []
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(n)
        size = min(8_000, n // 2)
        sample, unseen = order[:size], order[size : size + ROWS]
        encode, scores = student([texts[row] for row in sample], vectors[sample])
        started = time.perf_counter()
        everything = encode(texts)
        own.append({**scores, "size": size, "unseen": len(unseen), "read": time.perf_counter() - started})
        by_teacher = near(vectors[unseen])
        words = {"teacher": (teacher(ones), teacher(others)), "student": (encode(ones), encode(others))}
        (first, second), (third, fourth) = words.values()
        words["mean of both"] = unit(first + third), unit(second + fourth)
        words["TF-IDF"] = (whole[n : n + len(pairs)], whole[n + len(pairs) :])
        sides = {"teacher": vectors[unseen], "student": everything[unseen], "TF-IDF": whole[unseen]}
        sides["mean of both"] = unit(sides["teacher"] + sides["student"])
        for arm, found in arms.items():
            found.append(measure(sides[arm], by_teacher, classes[unseen], seed) | {"synonyms": told_apart(*words[arm])})
    for arm, found in arms.items():
        yield f"| {name} | {arm} | " + " | ".join(spread([each[key] for each in found]) for key in COLUMNS) + " |"
    yield (
        f"\n{name}: n = {n:,}, {len(np.unique(classes))} classes, {len(pairs):,} pairs of synonyms; samples of "
        f"{int(own[0]['size']):,}, measured on {int(own[0]['unseen']):,} other texts, {seeds} seeds. Teacher "
        f"{seconds:.0f} s for all; student {spread([e['learn'] for e in own], 1)} s to learn and "
        f"{spread([e['read'] for e in own], 1)} s for all; TF-IDF {lsa_seconds:.1f} s. The student of itself: "
        + ", ".join(f"{key} {spread([e[key] for e in own])}" for key in SCORES)
        + ".\n"
    )


COLUMNS = ("purity", "AMI", "shared", "synonyms")
SCORES = ("cosine", "neighbours_kept", "wordless", "strength", "safe")


def spread(values: list[float], digits: int = 3) -> str:
    """Return the mean of some values with their range."""
    mean, least, most = np.mean(values), min(values), max(values)
    if f"{least:.{digits}f}" == f"{most:.{digits}f}":
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} ({least:.{digits}f}–{most:.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--data", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    before = machine.facts()
    print("| data | arm | purity@15 | AMI, k-means | neighbours of the teacher | synonyms |\n|---|---|---|---|---|---|")
    for name in options.data:
        print(*rows_of(name, options.work, options.seeds), sep="\n", flush=True)
    print(machine.sentence(before, machine.facts()))


if __name__ == "__main__":
    main()
