"""The topics of a saved BERTopic model: numbers, words and labels, read from its JSON alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from triptych.core.errors import InputError, LimitExceeded, shorten
from triptych.core.text import cut
from triptych.core.titles import plain_line
from triptych.sources.files import steady

__all__ = ["LARGEST", "SavedTopics", "read_bertopic"]

#: Largest topics.json that is read, in bytes: that of 20 million documents.
LARGEST = 2**28
#: Words of a topic that are read, and characters of a word.
MOST_WORDS, LONGEST_WORD = 1000, 80

TOPICS, WEIGHTS = "topics.json", "topic_embeddings.safetensors"
_HINT = 'save it again with: model.save(folder, serialization="safetensors")'
_NUMBER = re.compile(r"-1|[0-9]{1,9}")

Keywords = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class SavedTopics:
    """What a saved model says of the documents that it was fitted on.

    Attributes
    ----------
    topics
        int32 (n,), one for each document, -1 for noise; numbers may be left out.
    words
        Topic -> (word, weight), as they stand there.
    titles
        Topic -> its custom label; or, where it has none and a language model put a label in the place of its words,
        that. Such a topic has no words.
    """

    topics: npt.NDArray[np.int32]
    words: Mapping[int, Keywords]
    titles: Mapping[int, str]


def read_bertopic(folder: str | Path) -> SavedTopics:
    """Return the topics in a folder that BERTopic saved with ``serialization="safetensors"``.

    Parameters
    ----------
    folder
        Only its ``topics.json`` is opened: no code of the model runs, and nothing is fetched. Unseen characters are
        taken out of words, which are cut at 80 characters; of a topic's words the first 1,000 are read.

    Raises
    ------
    InputError
        If it is a pickle, a file is missing, or topics.json is no such file; names the entry.
    LimitExceeded
        If that is larger than :data:`LARGEST`.
    """
    place = Path(folder)
    if place.is_file():
        raise InputError(f"{str(place)!r} is a file: a pickle could run code when it is loaded: refused", hint=_HINT)
    file = place / TOPICS
    if place.is_dir() and not (file.is_file() and (place / WEIGHTS).is_file()):
        missing = WEIGHTS if file.is_file() else TOPICS
        raise InputError(f"{str(place)!r} has no {missing}: it is no model saved as safetensors", hint=_HINT)
    with steady(file):
        data = file.read_bytes() if file.stat().st_size <= LARGEST else None
    if data is None:
        raise LimitExceeded(f"{str(file)!r} is larger than {LARGEST:,} bytes", hint="is it a file of BERTopic?")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(file)!r} is no JSON: {shorten(str(error), 80)}", hint=_HINT) from None
    if not isinstance(value, dict):
        raise InputError(f"{str(file)!r} holds no topics", hint=_HINT)
    return _Reader(str(file), value).saved()


@dataclass(frozen=True)
class _Reader:
    """Reads the entries of topics.json, and says which one cannot be used."""

    file: str
    value: Mapping[str, Any]

    def saved(self) -> SavedTopics:
        topics, listed = self._numbers(), self._words()
        if absent := set(topics.tolist()) - {-1, *listed}:
            self._refuse("topic_representations", f"has no topic {min(absent)}, which documents have")
        words = {topic: found for topic, found in listed.items() if len(found) > 1}
        titles = {topic: found[0][0] for topic, found in listed.items() if len(found) == 1}
        return SavedTopics(topics, words, titles | self._labels(sorted(listed)))

    def _numbers(self) -> npt.NDArray[np.int32]:
        found = self.value.get("topics")
        if not isinstance(found, list) or not found:
            self._refuse("topics", "is no list with a topic for each document")
        for row, topic in enumerate(found):
            if type(topic) is not int or not -1 <= topic < 10**9:
                self._refuse("topics", f"document {row} has the topic {shorten(topic)}, wanted a whole number from -1")
        return np.array(found, dtype=np.int32)

    def _words(self) -> dict[int, Keywords]:
        found = self.value.get("topic_representations")
        if not isinstance(found, dict):
            self._refuse("topic_representations", "has no words by topic")
        return {self._topic(name): self._listed(name, words) for name, words in found.items()}

    def _topic(self, name: str) -> int:
        if not _NUMBER.fullmatch(name):
            self._refuse("topic_representations", f"has the topic {shorten(name)}, wanted a whole number from -1")
        return int(name)

    def _listed(self, name: str, words: Any) -> Keywords:
        if not isinstance(words, list):
            self._refuse("topic_representations", f"topic {name} has no list of words")
        kept = []
        for entry in words[:MOST_WORDS]:
            word, weight = entry if isinstance(entry, list) and len(entry) == 2 else (None, None)
            number = _real(weight)
            if not isinstance(word, str) or not math.isfinite(number):
                self._refuse("topic_representations", f"topic {name} has {shorten(entry)}, wanted a word and a number")
            if shown := cut(plain_line(word), LONGEST_WORD).strip():
                kept.append((shown, max(number, 0.0)))
        return tuple(kept)

    def _labels(self, topics: list[int]) -> dict[int, str]:
        """Return the custom labels, which stand in the order of the topics' numbers."""
        found = self.value.get("custom_labels")
        if found is None:
            return {}
        if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
            self._refuse("custom_labels", "is no list of texts")
        if len(found) != len(topics):  # left over from before topics were merged; BERTopic does not show them either
            return {}
        return {topic: title for topic, label in zip(topics, found, strict=True) if (title := plain_line(label))}

    def _refuse(self, entry: str, why: str) -> NoReturn:
        raise InputError(f"{self.file!r}: {entry!r} {why}", hint=_HINT)


def _real(value: Any) -> float:
    """Return a number as a float, NaN where there is none or it is too large."""
    try:
        return float(value) if type(value) in (int, float) else math.nan
    except OverflowError:
        return math.nan
