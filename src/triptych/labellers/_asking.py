"""Asks a language model for the titles of all clusters, from the finest level up."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from triptych.core.text import cut
from triptych.core.titles import LONGEST, title_problem
from triptych.labellers._family import Family
from triptych.labellers._purse import Purse
from triptych.labellers._task import SYSTEM, Task, read_title, task_of
from triptych.labellers.base import Desk, Evidence, Label
from triptych.llm.chat import Chat, Reply, rough_tokens
from triptych.llm.client import Refused

__all__ = ["Asking"]

#: How often a reply that cannot be used is asked for again.
AGAIN = 2
#: A reply with a title takes about so many tokens.
USUAL = 25
#: What a server says of a question that is too long.
_TOO_LONG = re.compile(r"context|too (?:long|large|many)|length|exceed|maximum", re.IGNORECASE)

Tasks = Mapping[int, Task]
Answers = dict[int, Label | None]


class Asking:
    """The titles of one set of clusters.

    Parameters
    ----------
    chat, asks
        Whom to ask, and what that is known by.
    purse
        Pays.
    evidence
        Of every cluster of every level.
    plain
        A title for each, for those that the model gives none.
    desk
        Where titles are found and kept.
    concurrency
        Questions at a time.
    """

    def __init__(
        self,
        chat: Chat,
        asks: str,
        purse: Purse,
        evidence: Sequence[Evidence],
        plain: Sequence[Label],
        desk: Desk,
        concurrency: int,
    ) -> None:
        self._chat, self._asks, self._purse, self._desk, self._concurrency = chat, asks, purse, desk, concurrency
        self._evidence, self._plain, self._family = evidence, plain, Family(evidence)
        self._titles: dict[int, Label] = {}
        self._foreseen: list[int] = []
        self._begun, self._over, self._keeping = threading.Event(), threading.Event(), threading.Lock()

    def titles(self) -> list[Label]:
        """Return a label for each piece of evidence."""
        self._go_through(self._foresee)
        if calls := len(self._foreseen):
            about = self._purse.told(calls, sum(self._foreseen), USUAL * calls)
            self._desk.say(f"about {about} will be asked of {self._asks}")
        self._go_through(self._answers)
        self._desk.notes.append(f"asked {self._asks}: {self._purse.spent()}")
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
        missing = [index for index, label in found.items() if label is None]
        if missing and not self._begun.is_set():
            # Alone: what is wrong with the key or the model is found out in one call.
            found[missing[0]] = self._work(tasks[missing[0]])
            missing = missing[1:]
        if missing:
            with ThreadPoolExecutor(self._concurrency) as pool:
                futures = {pool.submit(self._work, tasks[index]): index for index in missing}
                try:
                    found |= {futures[future]: future.result() for future in as_completed(futures)}
                except BaseException:
                    self._over.set()
                    pool.shutdown(cancel_futures=True)
                    raise
        return found

    def _work(self, task: Task) -> Label | None:
        """Ask and keep the answer, unless another thread has failed since; then nobody waits for it."""
        try:
            label = None if self._over.is_set() else self._ask(task)
            if label is not None:
                # Here, not where the answers are gathered: the next call waits until this one cannot be lost.
                with self._keeping:
                    self._desk.take(task.asked, label)
        except BaseException:
            self._over.set()
            raise
        return label

    def _ask(self, task: Task) -> Label | None:
        """Ask, and ask again where the reply cannot be used."""
        wrong = ""
        for _ in range(0 if task.is_empty else 1 + AGAIN):
            reply = self._reply(task, wrong)
            if reply is None:
                return None
            title, wrong = read_title(reply.text)
            if title and title.casefold() in map(str.casefold, task.not_these):
                wrong = "is taken"
            elif title:
                return task.label(title)
        return None

    def _reply(self, task: Task, wrong: str) -> Reply | None:
        """Return a reply; None if the server refuses this question, after it has answered others.

        A question that is too long is shortened once.
        """
        try:
            return self._paid(task, wrong)
        except Refused as refusal:
            if refusal.status == 200:
                return Reply("", 0, 0)
            if refusal.status not in (400, 413, 422):
                raise
            if not _TOO_LONG.search(refusal.message):
                self._give_up(refusal)
                return None
        try:
            return self._paid(task.shorter(), wrong)
        except Refused as refusal:
            self._give_up(refusal)
            return None

    def _give_up(self, refusal: Refused) -> None:
        """Raise a refusal that is not of this question alone, as none is before anything was answered."""
        if refusal.status not in (400, 413, 422) or not self._begun.is_set():
            raise refusal

    def _paid(self, task: Task, wrong: str) -> Reply:
        prompt = task.prompt(wrong)
        promised = self._purse.promise(rough_tokens(SYSTEM + prompt), self._chat.max_tokens)
        reply = None
        try:
            reply = self._chat.ask(SYSTEM, prompt)
            self._begun.set()
        finally:
            self._purse.settle(promised, reply)
        return reply

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
