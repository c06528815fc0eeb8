"""label: every topic gets a title that a person can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import LimitExceeded, RemoteError, UsageError
from triptych.core.registry import create, method_class
from triptych.core.slots import Labels, Topic
from triptych.core.step import Outcome, Plan, run_step
from triptych.labellers.base import AskingLabeller, Evidence, Label, Labeller, PlacingLabeller
from triptych.stages._desk import ASKED, asked_frame, desk_of
from triptych.stages._inputs import given, pick, reads
from triptych.stages._space import Vantage
from triptych.stages.describe import excerpts, row_titles

__all__ = ["BUILT_IN", "evidence_of", "label", "label_in_any_case"]

#: The labeller that needs nobody.
BUILT_IN = "phrases"
#: Status -> what is said of titles that have it.
_SAID = {
    "extracted": "titled from their words",
    "written": "titled by the model",
    "ungrounded": "titled by the model in words that their texts do not bear out (ungrounded)",
    "fallback": "left with words of their texts (fallback)",
}


def label(atlas: Atlas, method: str = BUILT_IN, *, tree: str | None = None, **params: Any) -> Atlas:
    """Give every topic of every level a title.

    A labeller that asks a server is told what it was answered before: within one run folder no unchanged topic is asked
    about twice, whatever has changed around it, and one that was stopped continues where it ended.

    Parameters
    ----------
    atlas
        With descriptions.
    method
        One of ``triptych methods labellers``.
    tree
        Which tree; None takes the newest.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``labels[tree]``: titles by the content they are of, so that a topic that comes back keeps its title and a
        changed one does not. With ``audits["<tree>_asked"]`` (asked, label, status) where a server was asked.

    Raises
    ------
    UsageError
        If a parameter is wrong.
    RemoteError
        If a server that is asked does not answer, or refuses; titles so far are kept for the next time.
    LimitExceeded
        If the budget is spent; titles so far are kept for the next time.
    """
    return _label(atlas, method, params, tree)


def label_in_any_case(atlas: Atlas, method: str = BUILT_IN, **params: Any) -> Atlas:
    """Give every topic a title: a built-in one where a server that is to be asked for them cannot be.

    No run is lost by a key that is not there, a server that is down or a budget that is spent. It is said why, and how
    to ask again; titles that were paid for are kept in the run folder until then.

    Parameters
    ----------
    atlas
        With descriptions.
    method, **params
        As for :func:`label`.

    Returns
    -------
    Atlas
        As of :func:`label`; where the built-in titles took the place of others, the first note of the step says so.
    """
    try:
        return label(atlas, method, **params)
    except (UsageError, RemoteError, LimitExceeded) as error:
        if not issubclass(method_class("labellers", method, Labeller), AskingLabeller):
            raise
        because = error.message + (f" ({error.hint})" if error.hint else "")
    said = f"the titles are the built-in ones, made without {method}: {because}. {_again(method)}"
    current().progress.say(said)
    return _label(atlas, BUILT_IN if any(atlas.documents) else "values", {}, None, instead=said)


def _again(method: str) -> str:
    """Return how to get the titles that a run could not, in words; no setting is shown, which may hold a secret."""
    store = current().store
    if store is None:
        return f'To ask again: tp.label(atlas, "{method}", …)'
    flag = "--llm …" if method == "llm" else f"--labeller {method} …"
    return f"To ask again: the same run, or triptych label {quote(str(store.path))} {flag}"


def _label(atlas: Atlas, method: str, params: Mapping[str, Any], tree: str | None, *, instead: str = "") -> Atlas:
    """Title a tree; ``instead`` is said of it before all else."""
    tree = pick(atlas.descriptions, tree, "described tree")
    labeller = create("labellers", method, Labeller, params)
    vantage = Vantage(atlas, tree) if isinstance(labeller, PlacingLabeller) else None
    plan = Plan(
        stage="label", name=tree, method=method, version=labeller.version,
        params=given(labeller.params()) | ({"instead": instead} if instead else {}),
        reads=reads(atlas, f"descriptions/{tree}") | (vantage.reads if vantage else {}),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        topics = atlas.descriptions[tree].topics
        evidence = evidence_of(atlas, topics)
        values: dict[str, Any] = {}
        notes: list[str] = []
        if isinstance(labeller, AskingLabeller):
            desk = desk_of("label", labeller, Label, lambda title: (title.text, title.status))
            titles = labeller.ask(evidence, desk)
            asked = {asked: (title.text, title.status) for asked, title in desk.used.items()}
            values[f"audits/{tree}{ASKED}"] = asked_frame(asked, "label")
            notes = desk.notes
        elif vantage and isinstance(labeller, PlacingLabeller):
            titles = labeller.title(evidence, vantage.space(topics))
        else:
            titles = labeller.label(evidence)
        found = {t.evidence: (title.text, title.status) for t, title in zip(topics, titles, strict=True)}
        values[f"labels/{tree}"] = Labels(found)
        return Outcome(values, (*filter(None, [instead]), _summary(found), *notes))

    return run_step(atlas, plan, compute)


def evidence_of(atlas: Atlas, topics: Sequence[Topic]) -> list[Evidence]:
    """Return what a labeller may know of topics."""
    names = row_titles(atlas)
    return [_evidence(topic, atlas.documents, names) for topic in topics]


def _summary(found: Mapping[str, tuple[str, str]]) -> str:
    counts = Counter(status for _, status in found.values())
    if set(counts) <= {"extracted", "fallback"}:
        return f"{counts['extracted']:,} of {len(found):,} topics {_SAID['extracted']}"
    said = [f"{counts[status]:,} {words}" for status, words in _SAID.items() if counts[status]]
    return f"of {len(found):,} topics, {', '.join(said)}"


def _evidence(topic: Topic, documents: Sequence[str], names: Sequence[str]) -> Evidence:
    shared = {name: getattr(topic, name) for name in ("level", "cluster", "parent", "size", "keywords")}
    titles = tuple(names[row] for row in topic.exemplars)
    return Evidence(**shared, exemplars=excerpts(documents, topic.exemplars), titles=titles)
