"""Whether titles tell their topics apart, by documents that they were not made from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import listed, percent, shown, topics_of
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.params import Integer, Limit
from triptych.core.seeds import child_seed
from triptych.core.words import STOP_WORDS, normal_form, pieces, stem

if TYPE_CHECKING:
    import polars as pl

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
#: The words of a title, each as its stem.
Stems = frozenset[str]

#: Held-out documents that a topic needs to be named for what they say of its title.
FEWEST = 5
#: Titles that a sentence names.
NAMED = 3


class Faithfulness(Check):
    """Gives documents that no title was made from to the titles, and holds the titles against the topics' own words.

    Held out are all rows that are exemplars of no topic; a topic's words were counted over them too. Their vectors are
    compared with those of the titles, which the run's own encoder makes: one title a topic, so this costs little.
    """

    question: ClassVar[str] = "Do the titles say what is in the topics?"
    worth: ClassVar[int] = 6
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "texts")
    limits: ClassVar[dict[str, Limit]] = {
        "sample": Integer(low=20, high=100_000, help="held-out documents of a level at most, as many of each topic"),
        "deals": Integer(low=19, high=100_000, help="how often titles are dealt out at random among the topics"),
    }

    def __init__(self, *, sample: int = 2000, deals: int = 999) -> None:
        self.sample = sample
        self.deals = deals

    def effort(self, case: Case) -> float:
        """Estimate a third of the road: the titles are encoded, and the texts cut into words."""
        return 0.35

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each topic that has a title; more: ``levels``, the scores of each level beside chance.

        ``matched`` is the share of the topic's held-out documents that are nearest to its title among those of the
        level, ``rank`` the mean place of its title for them; ``intruder`` how often the title finds the one of five
        documents that is no member; ``grounded`` the share of the title's words that are among the topic's words or
        stand in a larger share of its documents than of the others; ``repeated`` whether another topic of the level
        has the title too. What cannot be asked is null.
        """
        if not any(case.documents):
            raise Undefined("there are no texts that titles could speak of")
        if not any(map(any, case.titles)):
            raise Undefined("no topic has a title")
        words = _Words(case)
        advance(0.4)
        encoded = _encoded(case)
        advance(0.4)
        shown_to = {row for level in case.exemplars for rows in level for row in rows}
        held_out = ~np.isin(np.arange(len(case.ids)), sorted(shown_to))
        levels = [self._level(case, level, held_out, encoded, words, seed) for level in range(len(case.levels))]
        advance(0.2)
        topics, summary = _frame(TOPICS, [row for rows, _ in levels for row in rows]), [row for _, row in levels]
        sentences = (
            *_finest(summary[0], topics, encodes=case.encode is not None),
            *_coarser(summary[1:]),
            *_all(topics),
        )
        return Finding(topics, sentences, {"levels": _frame(LEVELS, summary)})

    def _level(
        self, case: Case, level: int, held_out: npt.NDArray[np.bool_], encoded: dict[str, F32], words: _Words, seed: int
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return a line for each topic of a level that has a title, and one for the level."""
        from triptych.measures.faithfulness import grounded_shares, repeated

        numbers = [topic for topic, title in enumerate(case.titles[level]) if title]
        titles = [case.titles[level][topic] for topic in numbers]
        place = np.full(len(case.titles[level]) + 1, -1)
        place[numbers] = np.arange(len(numbers))
        of_row = np.where(held_out, place[case.levels[level]], -1)  # the last one is that of noise
        rows = _drawn(of_row, len(numbers), self.sample, child_seed(seed, f"draw {level}"))
        tested: dict[str, Any] = {"documents": np.bincount(of_row[rows], minlength=len(numbers)).tolist()}
        scores: dict[str, Any] = {}
        if encoded and numbers:
            vectors = np.stack([encoded[title] for title in titles])
            tested, scores = self._asked(vectors, case.vectors[rows], of_row[rows], child_seed(seed, f"ask {level}"))
        grounded = grounded_shares([words.of(title) for title in titles], words.known(level, numbers))
        twice = repeated(titles)
        lines = [
            {"level": level, "topic": topic, "title": title, "grounded": _number(share), "repeated": bool(again)}
            | {name: values[i] for name, values in tested.items()}
            for i, (topic, title, share, again) in enumerate(zip(numbers, titles, grounded, twice, strict=True))
        ]
        known = grounded[np.isfinite(grounded)]
        return lines, {
            "level": level, "topics": len(numbers), "documents": len(rows), "grounded": _mean(known),
            "ungrounded": int((known == 0).sum()), "repeated": int(twice.sum()), **scores,
        }  # fmt: skip

    def _asked(self, titles: F32, documents: F32, topics: I64, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the scores of each topic, and those of the level beside chance."""
        from triptych.measures.faithfulness import find_intruders, match_documents, similarities

        k, near = len(titles), similarities(titles, documents)
        matched = match_documents(near, topics, deals=self.deals, seed=seed)
        rounds = max(1, self.sample // k)
        found = find_intruders(near, topics, rounds=rounds, deals=self.deals, seed=seed)
        none = np.full(k, np.nan)
        of_topics = {
            "documents": np.bincount(topics, minlength=k), "matched": matched.first.topics if matched else none,
            "rank": matched.ranks if matched else none, "intruder": found.topics if found else none,
        }  # fmt: skip
        scores: dict[str, Any] = {}
        if matched:
            for name, score in (("matched", matched.first), ("reciprocal_rank", matched.reciprocal_rank)):
                scores |= {name: score.value, f"{name}_chance": score.chance, f"{name}_p": score.p_value}
        if found:
            scores |= {"intruder": found.value, "intruder_chance": found.chance, "intruder_p": found.p_value}
        return {name: [_number(value) for value in values] for name, values in of_topics.items()}, scores


class _Words:
    """Which words titles say, and which of them are their topics' own."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._said = {title: _stems(title) for titles in case.titles for title in titles}
        self._vocabulary = sorted(frozenset[str]().union(*self._said.values()))
        self._pairs = _holding(case, self._vocabulary)

    def of(self, title: str) -> Stems:
        """Return the words of a title that say something."""
        return self._said[title]

    def known(self, level: int, topics: Sequence[int]) -> list[Collection[str]]:
        """Return the words of titles that are grounded in each topic."""
        from triptych.measures.faithfulness import commoner_inside

        case, names = self._case, self._vocabulary
        common = commoner_inside(*self._pairs, case.levels[level], distinct=len(names))
        words = case.words[level] if level < len(case.words) else [()] * (max(topics, default=-1) + 1)
        return [
            {names[number] for number in np.flatnonzero(common[topic])} | _stems(" ".join(words[topic]))
            for topic in topics
        ]


def _stems(text: str) -> Stems:
    forms = (normal_form(piece) for piece in pieces(text))
    return frozenset(stem(form) for form in forms if form and form not in STOP_WORDS)


def _holding(case: Case, words: Sequence[str]) -> tuple[I64, I64]:
    """Return which row holds which of some words in its name or its text, each pair once."""
    from triptych.kernels.mentions import find_words

    texts = [f"{name}\n{text}" for name, text in zip(case.names, case.documents, strict=True)]
    held = find_words(texts, words).tocoo()
    return held.row.astype(np.int64), held.col.astype(np.int64)


def _encoded(case: Case) -> dict[str, F32]:
    """Return the vector of every title; none where nothing makes them."""
    titles = sorted({title for level in case.titles for title in level if title})
    return dict(zip(titles, case.encode(titles), strict=True)) if case.encode else {}


def _drawn(of_row: I64, topics: int, most: int, seed: int) -> I64:
    """Draw rows, as many of each topic and at least one, ascending; all of a topic that has fewer."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(of_row >= 0))
    order = order[np.argsort(of_row[order], kind="stable")]
    starts = np.searchsorted(of_row[order], np.arange(topics))
    place = np.arange(len(order)) - starts[of_row[order]]
    return np.sort(order[place < max(1, most // max(topics, 1))])


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _mean(values: F64) -> float | None:
    return float(values.mean()) if len(values) else None


TOPICS = {
    "level": int, "topic": int, "title": str, "documents": int, "matched": float, "rank": float, "intruder": float,
    "grounded": float, "repeated": bool,
}  # fmt: skip
LEVELS = {
    "level": int, "topics": int, "documents": int, "matched": float, "matched_chance": float, "matched_p": float,
    "reciprocal_rank": float, "reciprocal_rank_chance": float, "reciprocal_rank_p": float, "intruder": float,
    "intruder_chance": float, "intruder_p": float, "grounded": float, "ungrounded": int, "repeated": int,
}  # fmt: skip


def _frame(schema: dict[str, type], rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([[row.get(name) for name in schema] for row in rows], schema=schema, orient="row")


def _finest(level: dict[str, Any], topics: pl.DataFrame, *, encodes: bool) -> Iterator[str]:
    import polars as pl

    if "matched" in level:
        yield (
            f"Of {level['documents']:,} documents that no title was made from {percent(level['matched'])} are nearest "
            f"to the title of their own topic among {topics_of(level['topics'])}, where titles dealt out at random "
            f"get {percent(level['matched_chance'])} (p = {level['matched_p']:.3f})."
        )
    elif not encodes:
        yield "No document was matched with titles: nothing makes vectors of titles as those of the rows were made."
    else:
        yield "No document was matched with titles: there are not two titles, or no document that none was made from."
    if "intruder" in level:
        yield (
            f"The one of five documents that is of another topic is farthest from the title in "
            f"{percent(level['intruder'])} of draws; from a title of any topic in {percent(level['intruder_chance'])} "
            f"(p = {level['intruder_p']:.3f})."
        )
    weak = topics.filter((pl.col("level") == 0) & (pl.col("documents") >= FEWEST)).sort("matched", -pl.col("rank"))
    worst = weak.filter(pl.col("matched") < (level.get("matched") or 0) / 2)["title"].head(NAMED).to_list()
    if worst:
        yield f"The titles that say least of what is in their topics: {', '.join(map(shown, worst))}."


def _coarser(levels: Sequence[dict[str, Any]]) -> Iterator[str]:
    told = [level for level in levels if "matched" in level]
    if told:
        parts = (
            f"{percent(level['matched'])} among {level['topics']:,} (chance {percent(level['matched_chance'])})"
            for level in told
        )
        yield f"On coarser levels so many documents are nearest to the title of their own topic: {', '.join(parts)}."


def _all(topics: pl.DataFrame) -> Iterator[str]:
    import polars as pl

    known = topics.filter(pl.col("grounded").is_not_null())
    foreign = (
        known.filter(pl.col("grounded") < 1).sort("grounded", "level", "topic")["title"].unique(maintain_order=True)
    )
    if len(foreign):
        yield (
            f"Titles with a word that is neither among their topic's words nor commoner there than elsewhere: "
            f"{len(foreign):,} of {known['title'].n_unique():,}, such as {listed([*map(shown, foreign)], NAMED)}."
        )
    elif known.height:
        yield "Every word of the titles is among their topic's words, or commoner there than elsewhere."
    again = topics.filter(pl.col("repeated"))["title"].unique(maintain_order=True).to_list()
    if again:
        yield f"The same title stands more than once within a level: {listed([*map(shown, again)], NAMED)}."
    else:
        yield "No title stands twice within a level."
