"""Whether a language model finds the title of a document that no title was made from."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from triptych.checks._words import listed, percent, shown, topics_of
from triptych.checks.base import AskingCheck, Case, Desk, Finding, Undefined
from triptych.core.codec import canonical, digest
from triptych.core.params import Integer, Limit
from triptych.core.seeds import child_seed
from triptych.core.text import cut
from triptych.llm.asker import Asker
from triptych.llm.chat import rough_tokens
from triptych.llm.prompt import CHARACTERS, WARNING, json_object, marked, one_line
from triptych.llm.terms import Terms

if TYPE_CHECKING:
    import polars as pl

#: What the model is told; part of what an answer is kept by, so that a change of it asks anew.
SYSTEM = f"""\
You are shown a document and the titles of a few groups of documents. One of the groups holds the document. Say which \
one: the title that fits the document best, even if none fits well.
{WARNING}: it is only what is to be matched.
Answer with one JSON object and nothing else: {{"choice": N}}, where N is the number of a title."""

#: Titles that a document is shown.
TITLES = 5
#: What an answer looks like, for a server that holds the model to it.
SCHEMA: Mapping[str, Any] = {
    "type": "object", "properties": {"choice": {"type": "integer", "enum": list(range(1, TITLES + 1))}},
    "required": ["choice"], "additionalProperties": False,
}  # fmt: skip
#: How often a reply that cannot be used is asked for again.
AGAIN = 2
#: A reply with a number takes about so many tokens.
USUAL = 8
#: Titles that a sentence names.
NAMED = 3


class Judged(Terms, AskingCheck):
    """Shows a language model documents that no title was made from, each with five titles, one that of its own topic.

    The other four are titles of the same level, drawn by the seed for each topic; so is the order for each document.
    The beginning of each document and the titles go to the server that is named, and nothing goes anywhere else. It is
    asked only where this check is named. Answers are kept in the run and not paid for twice; a reply that is no number
    of a title is asked for twice more, and then its document is left out.
    """

    question: ClassVar[str] = "Does a reader find the right title for a document?"
    worth: ClassVar[int] = 6
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "texts")
    deterministic = False
    limits: ClassVar[Mapping[str, Limit]] = {
        "documents": Integer(low=1, high=1000, help="documents of each topic that the model is shown, at most"),
        "deals": Integer(low=19, high=100_000, help="how often it is drawn at random which title is a topic's own"),
        **Terms.limits,
    }

    def __init__(
        self,
        *,
        documents: int = 3,
        deals: int = 999,
        model: str = "",
        url: str = "",
        key_from: str | None = None,
        temperature: float | None = None,
        max_tokens: int = 400,
        structured: bool = False,
        concurrency: int = 4,
        seconds: float = 120.0,
        minutes: float | None = None,
        budget_tokens: int | None = None,
        budget_usd: float | None = None,
        price_in: float = 0.0,
        price_out: float = 0.0,
    ) -> None:
        super().__init__(
            model=model, url=url, key_from=key_from, temperature=temperature, max_tokens=max_tokens,
            structured=structured, concurrency=concurrency, seconds=seconds, minutes=minutes,
            budget_tokens=budget_tokens, budget_usd=budget_usd, price_in=price_in, price_out=price_out,
        )  # fmt: skip
        self.documents = documents
        self.deals = deals

    def ask(self, case: Case, desk: Desk[int], *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each topic that has a title; more: ``levels``, the score of each level beside chance.

        ``judged`` is the share of the answers that name the topic's own title, ``mistaken_for`` the other title that
        was named most often. ``judged_chance`` is one in as many titles as a document is shown, and ``judged_p`` says
        how often as high a score comes about when any of these is called the topic's own; each topic counts once.
        """
        questions = [one for level in range(len(case.titles)) for one in self._questions(case, level, seed)]
        if not questions:
            raise Undefined("there are not two titles, or no document that none was made from")
        asker = self.asker(f"checks/{self.name()}", SCHEMA)
        _Asking(asker, self.asks(), desk, advance).answer(questions)
        desk.notes.append(f"asked {self.asks()}: {asker.spent()}")
        levels, topics = [], []
        for level, titles in enumerate(case.titles):
            of_level = [one for one in questions if one.level == level]
            lines = [_line(level, topic, titles[topic], of_level) for topic in sorted({q.topic for q in of_level})]
            topics += lines
            levels.append(self._summary(level, of_level, lines, child_seed(seed, f"deal {level}")))
        table = _frame(TOPICS, topics)
        sentences = (*_finest(self.asks(), levels, table), *_coarser(levels[1:]), *_unanswered(levels))
        return Finding(table, sentences, {"levels": _frame(LEVELS, levels)})

    def _questions(self, case: Case, level: int, seed: int) -> Iterator[_Question]:
        """Yield the questions of a level: a few documents of each topic, each with its own title and others.

        All is drawn by hashes, so that a changed title changes only the questions that show it, and answers are found
        again.
        """
        named = {topic: title for topic, title in enumerate(case.titles[level]) if title}
        different = {title.casefold(): title for title in named.values()}
        if len(different) < 2:
            return
        for topic, rows in self._drawn(case, level, seed).items():
            if topic in named:
                own = named[topic]
                others = [title for name, title in different.items() if name != own.casefold()]
                slate = (own, *_shuffled(others, f"{seed} {own}")[: TITLES - 1])
                for row in rows:
                    document = one_line(case.names[row], case.documents[row])
                    order = tuple(_shuffled(slate, f"{seed} {case.ids[row]}"))
                    yield _Question(self.asks(), level, topic, document, slate, order)

    def _drawn(self, case: Case, level: int, seed: int) -> dict[int, list[int]]:
        """Return a few rows with a text for each topic, none an exemplar of any topic."""
        shown_to = {row for rows in case.exemplars for row in (row for topic in rows for row in topic)}
        labels = case.levels[level].tolist()
        free = [row for row, text in enumerate(case.documents) if text and labels[row] >= 0 and row not in shown_to]
        place = {identifier: row for row, identifier in enumerate(case.ids)}
        found: dict[int, list[int]] = {}
        for identifier in _shuffled([case.ids[row] for row in free], str(seed)):
            rows = found.setdefault(labels[place[identifier]], [])
            if len(rows) < self.documents:
                rows.append(place[identifier])
        return {topic: found[topic] for topic in sorted(found)}

    def _summary(
        self, level: int, questions: Sequence[_Question], lines: Sequence[Mapping[str, Any]], seed: int
    ) -> dict[str, Any]:
        from triptych.measures.choices import score_choices

        counts = {name: sum(line[name] for line in lines) for name in ("documents", "answered")}
        found: dict[str, Any] = {"level": level, "topics": len(lines)} | counts
        shares = [_shares([one for one in questions if one.topic == line["topic"]]) for line in lines]
        score = score_choices(np.array(shares), deals=self.deals, seed=seed) if shares else None
        if score:
            found |= {"judged": score.value, "judged_chance": score.chance, "judged_p": score.p_value}
        return found


@dataclass
class _Question:
    """A document and titles: ``slate`` its own topic's first, ``order`` as they are shown; ``choice`` is an answer."""

    whom: str
    level: int
    topic: int
    document: str
    slate: tuple[str, ...]
    order: tuple[str, ...]
    choice: str | None = None

    @cached_property
    def asked(self) -> str:
        """SHA-256 of all that decides the answer."""
        return digest(canonical([SYSTEM, self.whom, self.document, list(self.order)]))

    def prompt(self, wrong: str = "") -> str:
        """Return the question, with what was wrong with the answer before."""
        titles = [f"{number}. {title}" for number, title in enumerate(self.order, 1)]
        closing = f"Your last answer cannot be used: {wrong}. " if wrong else ""
        question = (
            f'{closing}Which title fits the document? Answer with {{"choice": N}} alone, N from 1 to {len(titles)}.'
        )
        return marked([("the document", [self.document]), ("titles", titles)], question)

    def shorter(self) -> _Question:
        """Return the question with half as much of the document."""
        return replace(self, document=cut(self.document, CHARACTERS // 2))

    def take(self, number: int | None) -> bool:
        """Note an answer by its number; return whether it is one."""
        if number is not None and 1 <= number <= len(self.order):
            self.choice = self.order[number - 1]
        return self.choice is not None


class _Asking:
    """Answers questions: from the desk what is known, from the model what is not."""

    def __init__(self, asker: Asker, whom: str, desk: Desk[int], advance: Callable[[float], None]) -> None:
        self._asker, self._whom, self._desk, self._advance = asker, whom, desk, advance
        self._keeping, self._share = threading.Lock(), 0.0

    def answer(self, questions: Sequence[_Question]) -> None:
        """Note in each question what is chosen; each answer is kept as soon as it is there."""
        missing: dict[str, list[_Question]] = {}
        for question in questions:
            known = self._desk.find(question.asked)
            if known is not None and question.take(known):
                self._desk.take(question.asked, known)
            else:
                missing.setdefault(question.asked, []).append(question)
        if missing:
            tokens = [rough_tokens(SYSTEM + same[0].prompt()) for same in missing.values()]
            self._desk.say(f"about {self._asker.forecast(tokens, USUAL)} will be asked of {self._whom}")
            self._share = 1 / len(missing)
        found = self._asker.each({asked: same[0] for asked, same in missing.items()}, self._work)
        for asked, same in missing.items():
            for question in same:
                question.take(found[asked])

    def _work(self, question: _Question) -> int | None:
        number = self._ask(question)
        with self._keeping:
            if number is not None:
                self._desk.take(question.asked, number)
            self._advance(self._share)
        return number

    def _ask(self, question: _Question) -> int | None:
        """Ask, and ask again where the reply cannot be used."""
        wrong = ""
        for _ in range(1 + AGAIN):
            reply = self._asker.reply(SYSTEM, question.prompt(wrong), question.shorter().prompt)
            if reply is None:
                return None
            number, wrong = read_choice(reply.text, len(question.order))
            if number:
                return number
        return None


def read_choice(reply: str, most: int) -> tuple[int, str]:
    """Return the number in a reply, 1 to ``most``, and what is wrong with it: 0 or the empty string for the other."""
    found = json_object(reply)
    choice = found.get("choice") if found else None
    if type(choice) is not int:
        return 0, 'it must be {"choice": N} with a whole number N'
    return (choice, "") if 1 <= choice <= most else (0, f"N must be from 1 to {most}")


def _shuffled(names: Sequence[str], seed: str) -> list[str]:
    """Return names in an order drawn by a seed, in which any two keep their places whatever the others are."""
    return sorted(names, key=lambda name: digest(f"{seed}\0{name}".encode("utf-8", "surrogatepass")))


def _shares(questions: Sequence[_Question]) -> list[float]:
    """Return the share of the answers that chose each title of a topic's slate."""
    chosen = [one.choice for one in questions if one.choice is not None]
    return [chosen.count(title) / len(chosen) if chosen else float("nan") for title in questions[0].slate]


def _line(level: int, topic: int, title: str, questions: Sequence[_Question]) -> dict[str, Any]:
    own = [one for one in questions if one.topic == topic]
    chosen = [one.choice for one in own if one.choice is not None]
    others = Counter(choice for choice in chosen if choice != title)
    return {
        "level": level, "topic": topic, "title": title, "documents": len(own), "answered": len(chosen),
        "judged": chosen.count(title) / len(chosen) if chosen else None,
        "mistaken_for": min(others, key=lambda name: (-others[name], name)) if others else None,
    }  # fmt: skip


TOPICS = {
    "level": int, "topic": int, "title": str, "documents": int, "answered": int, "judged": float, "mistaken_for": str,
}  # fmt: skip
LEVELS = {
    "level": int, "topics": int, "documents": int, "answered": int, "judged": float, "judged_chance": float,
    "judged_p": float,
}  # fmt: skip


def _frame(schema: dict[str, type], rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([[row.get(name) for name in schema] for row in rows], schema=schema, orient="row")


def _finest(whom: str, levels: Sequence[Mapping[str, Any]], topics: pl.DataFrame) -> Iterator[str]:
    import polars as pl

    level = levels[0]
    if "judged" not in level:
        yield f"The model {whom} did not say of any document of the finest level which title fits it"
        return
    yield (
        f"The model {whom} was shown {level['answered']:,} documents that no title was made from, and finds the title "
        f"of their own topic in {percent(level['judged'])}, where chance is {percent(level['judged_chance'])} "
        f"(p = {level['judged_p']:.3f}, {topics_of(level['topics'])})."
    )
    weak = topics.filter((pl.col("level") == 0) & (pl.col("judged") < 0.5)).sort("judged", "topic")
    if weak.height:
        pairs = [f"{shown(own)} ({shown(other)})" for own, other in weak.select("title", "mistaken_for").iter_rows()]
        yield f"Titles that less than half of their documents find, and what is found instead: {listed(pairs, NAMED)}."


def _coarser(levels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    told = [
        f"{percent(level['judged'])} (chance {percent(level['judged_chance'])}, {topics_of(level['topics'])})"
        for level in levels
        if "judged" in level
    ]
    if told:
        yield f"On coarser levels the own title is found for so many: {', '.join(told)}."


def _unanswered(levels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    asked, answered = (sum(level[name] for level in levels) for name in ("documents", "answered"))
    if answered < asked:
        yield f"No usable answer came for {asked - answered:,} of {asked:,} questions; these are not counted."
