"""label: every topic gets a title that a person can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from triptych.core.atlas import Atlas
from triptych.core.codec import canonical, digest
from triptych.core.context import current
from triptych.core.registry import create
from triptych.core.slots import Labels, Topic
from triptych.core.step import Outcome, Plan, run_step
from triptych.labellers.base import AskingLabeller, Desk, Evidence, Label, Labeller
from triptych.stages._inputs import given, pick, reads
from triptych.stages.describe import excerpts, row_titles

if TYPE_CHECKING:
    import polars as pl

__all__ = ["evidence_of", "label"]

#: Ending of the audit that has the titles by what was asked.
_ASKED = "_asked"
#: Status -> what is said of titles that have it.
_SAID = {
    "extracted": "titled from their texts",
    "written": "titled by the model",
    "ungrounded": "titled by the model in words that their texts do not bear out (ungrounded)",
    "fallback": "left with words of their texts (fallback)",
}


def label(atlas: Atlas, method: str = "phrases", *, tree: str | None = None, **params: Any) -> Atlas:
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
    tree = pick(atlas.descriptions, tree, "described tree")
    labeller = create("labellers", method, Labeller, params)
    plan = Plan(
        stage="label", name=tree, method=method, version=labeller.version, params=given(labeller.params()),
        reads=reads(atlas, f"descriptions/{tree}"),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        topics = atlas.descriptions[tree].topics
        evidence = evidence_of(atlas, topics)
        values: dict[str, Any] = {}
        notes: list[str] = []
        if isinstance(labeller, AskingLabeller):
            desk = _desk(labeller)
            titles = labeller.ask(evidence, desk)
            values[f"audits/{tree}{_ASKED}"] = _asked(desk.used)
            notes = desk.notes
        else:
            titles = labeller.label(evidence)
        found = {t.evidence: (title.text, title.status) for t, title in zip(topics, titles, strict=True)}
        values[f"labels/{tree}"] = Labels(found)
        return Outcome(values, (_summary(found), *notes))

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


def _desk(labeller: AskingLabeller) -> Desk:
    """Return what the run folder has of titles that were paid for, and a place for new ones."""
    context, made_by = current(), digest(canonical([labeller.name(), labeller.version, labeller.asks()]))
    known: dict[str, Label] = {}
    if (store := context.store) is None:
        return Desk(say=context.progress.say)
    for part in store.find_parts(made_by):
        known |= {asked: Label(*title) for asked, title in part.titles.items()}
    for step in store.steps("label"):
        for path in step.outputs:
            if path.startswith("audits/") and path.endswith(_ASKED) and (found := store.find(step.key)):
                known |= {asked: Label(text, status) for asked, text, status in found[1][path]().iter_rows()}

    def keep(asked: str, title: Label) -> None:
        store.keep_part(made_by, Labels({asked: (title.text, title.status)}))

    return Desk(known, keep, context.progress.say)


def _asked(titles: Mapping[str, Label]) -> pl.DataFrame:
    import polars as pl

    rows = [(asked, titles[asked].text, titles[asked].status) for asked in sorted(titles)]
    return pl.DataFrame(rows, schema=dict.fromkeys(("asked", "label", "status"), pl.String), orient="row")


def _evidence(topic: Topic, documents: Sequence[str], names: Sequence[str]) -> Evidence:
    shared = {name: getattr(topic, name) for name in ("level", "cluster", "parent", "size", "keywords")}
    titles = tuple(names[row] for row in topic.exemplars)
    return Evidence(**shared, exemplars=excerpts(documents, topic.exemplars), titles=titles)
