"""Asks a language model for the titles of all clusters, from the finest level up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from triptych.core.text import cut
from triptych.core.titles import LONGEST, title_problem
from triptych.labellers._family import Family
from triptych.labellers._task import SYSTEM, Task, read_title, task_of
from triptych.labellers.base import Desk, Evidence, Label
from triptych.llm.asker import Asker
from triptych.llm.chat import rough_tokens

__all__ = ["Asking"]

#: How often a reply that cannot be used is asked for again.
AGAIN = 2
#: A reply with a title takes about so many tokens.
USUAL = 25

Tasks = Mapping[int, Task]
Answers = dict[int, Label | None]


class Asking:
    """The titles of one set of clusters.

    Parameters
    ----------
    asker, asks
        Who is asked, and what that is known by.
    evidence
        Of every cluster of every level.
    plain
        A title for each, for those that the model gives none.
    desk
        Where titles are found and kept.
    """

    def __init__(
        self,
        asker: Asker,
        asks: str,
        evidence: Sequence[Evidence],
        plain: Sequence[Label],
        desk: Desk[Label],
    ) -> None:
        self._asker, self._asks, self._desk, self._keeping = asker, asks, desk, threading.Lock()
        self._evidence, self._plain, self._family = evidence, plain, Family(evidence)
        self._titles: dict[int, Label] = {}
        self._foreseen: list[int] = []

    def titles(self) -> list[Label]:
        """Return a label for each piece of evidence."""
        self._go_through(self._foresee)
        if self._foreseen:
            self._desk.say(f"about {self._asker.forecast(self._foreseen, USUAL)} will be asked of {self._asks}")
        self._go_through(self._answers)
        self._desk.notes.append(f"asked {self._asks}: {self._asker.spent()}")
        return [self._titles[index] for index in range(len(self._evidence))]

    def _go_through(self, answers: Callable[[Tasks], Answers]) -> None:
        """Give every cluster a label, level by level; plain ones where there is no answer."""
        for here in self._family.levels.values():
            heirs = {index: self._family.heir(index) for index in here}
            tasks = {index: self._task(index) for index, heir in heirs.items() if heir is None}
            for index, label in answers(tasks).items():
                self._titles[index] = label or Label(self._plain[index].text, "fallback")
            inherited = {index: self._titles[heir] for index, heir in heirs.items() if heir is not None}
            self._titles |= inherited
            self._set_apart(tasks, {label.text.casefold() for label in inherited.values()}, answers)

    def _task(self, index: int) -> Task:
        others = [self._evidence[other] for other in self._family.others(index)]
        return task_of(self._asks, self._evidence[index], self._parts(index), others)

    def _parts(self, index: int) -> list[str]:
        """Return the titles of a cluster's parts; words that may be planted are not passed on."""
        labels = {child: self._titles[child] for child in self._family.children[index]}
        return [self._plain[i].text if label.status == "ungrounded" else label.text for i, label in labels.items()]

    def _foresee(self, tasks: Tasks) -> Answers:
        """Return what is known, and count what is not; where a part has no title yet, its plain one stands for it."""
        found = {index: self._desk.find(task.asked) for index, task in tasks.items()}
        missing = (task for index, task in tasks.items() if found[index] is None and not task.is_empty)
        self._foreseen += [rough_tokens(SYSTEM + task.prompt()) for task in missing]
        return found

    def _answers(self, tasks: Tasks) -> Answers:
        """Return the label of each task, None where there is no usable reply; each is kept as soon as it is there."""
        found: Answers = {index: self._desk.find(task.asked) for index, task in tasks.items()}
        for index, label in found.items():
            if label is not None:
                self._desk.take(tasks[index].asked, label)
        missing = {index: tasks[index] for index, label in found.items() if label is None}
        return found | self._asker.each(missing, self._work)

    def _work(self, task: Task) -> Label | None:
        """Ask and keep the answer."""
        label = self._ask(task)
        if label is not None:
            # Here, not where the answers are gathered: the next call waits until this one cannot be lost.
            with self._keeping:
                self._desk.take(task.asked, label)
        return label

    def _ask(self, task: Task) -> Label | None:
        """Ask, and ask again where the reply cannot be used."""
        wrong = ""
        for _ in range(0 if task.is_empty else 1 + AGAIN):
            reply = self._asker.reply(SYSTEM, task.prompt(wrong), partial(_shorter, task, wrong))
            if reply is None:
                return None
            title, wrong = read_title(reply.text)
            if title and title.casefold() in map(str.casefold, task.not_these):
                wrong = "is taken"
            elif title:
                return task.label(title)
        return None

    def _set_apart(self, tasks: Tasks, taken: set[str], answers: Callable[[Tasks], Answers]) -> None:
        """Give another title to each cluster that is called like an earlier one of its level, or like a part of it."""
        for index, task in tasks.items():
            label = self._titles[index]
            not_these = taken | {self._titles[child].text.casefold() for child in self._family.children[index]}
            if label.text.casefold() in not_these:
                if label.status != "fallback":
                    other = task.but_not([label.text, *self._parts(index)])
                    label = answers({index: other})[index] or label
                self._titles[index] = label = self._different(label, self._evidence[index], not_these)
            taken.add(label.text.casefold())

    def _different(self, label: Label, evidence: Evidence, taken: set[str]) -> Label:
        """Return a label with a word of the cluster, or a number, where its title is taken."""
        words = [word for word, _ in evidence.keywords if not title_problem(word) and len(word) < LONGEST // 2]
        endings = [*(f" ({word})" for word in words), *(f" ({number})" for number in range(2, len(taken) + 3))]
        for ending in ("", *endings):
            text = cut(label.text, LONGEST - len(ending)).rstrip() + ending
            if text.casefold() not in taken:
                return Label(text, label.status)
        return label


def _shorter(task: Task, wrong: str) -> str:
    return task.shorter().prompt(wrong)
