"""The first two stages of the report: the raw data, and the vectors that were made of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl

from triptych.core.atlas import Atlas, last
from triptych.core.schema import DOCUMENT, STATUS, Status
from triptych.core.text import cut
from triptych.pages.report_parts import Columns, Grid, Part, Section, Stage
from triptych.sources.raw import counted
from triptych.stages._report_words import against, figure, part_of, settings
from triptych.stages.relate import NEAR_COPY, near_copies

__all__ = ["encoding", "raw_data"]

BINS = 40
#: Typical rows that are shown with their neighbours.
SHOWN = 4
#: Characters of a row's name beside others.
NAME = 50

MARKED = {
    Status.EMPTY: "No text in",
    Status.TOO_SHORT: "A text below the shortest length asked for in",
    Status.UNREADABLE: "Nothing readable in",
    Status.BAD_VECTOR: "Missing or infinite numbers in the vector of",
    Status.NO_DIRECTION: "A vector of zeros, without a direction, in",
}


def raw_data(atlas: Atlas) -> Stage:
    """Return what came in and what became of it."""
    rows, kept = atlas.rows.height, atlas.kept.height
    counts = Counter(atlas.rows[STATUS].to_list())
    table = [(status.replace("_", " "), f"{count:,}") for status, count in counts.most_common()]
    good = Section(
        f"{kept:,} of {rows:,} rows can be used",
        _roles(atlas),
        (Grid(("status", "rows#"), (*table, ("all", f"{rows:,}"))),),
    )
    bad = against(_missing(atlas, counts), "rows without a text or a date, unreadable ones and repeated texts")
    return Stage("Raw data", good, bad, _spread(atlas))


def _roles(atlas: Atlas) -> tuple[str, ...]:
    roles = {"text": atlas.roles.text, "title": atlas.roles.title, "date": atlas.roles.date}
    named = [f"{part} from {column}" for part, column in roles.items() if column]
    named += [f"groups to compare with from {', '.join(atlas.roles.group)}"] if atlas.roles.group else []
    return (f"{'; '.join(named).capitalize()}.",) if named else ()


def _missing(atlas: Atlas, counts: Counter[str]) -> list[str]:
    rows, kept = atlas.rows.height, atlas.kept.height
    found = [
        f"{MARKED.get(Status(status), status)} {part_of(count, rows)}"
        for status, count in counts.most_common()
        if status != Status.KEPT
    ]
    texts = atlas.kept.filter(pl.col(DOCUMENT) != "")[DOCUMENT]
    if repeated := int(texts.is_duplicated().sum()):
        found.append(f"The text of another row, word for word, in {part_of(repeated, kept)}")
    for role in ("title", "date"):
        column = getattr(atlas.roles, role)
        if column and (without := _blank(atlas.kept[column])):
            found.append(f"No {role} in {part_of(without, kept)}")
    return found


def _blank(column: pl.Series) -> int:
    empty = (column == "").sum() if column.dtype == pl.String else 0
    return column.null_count() + int(empty)


def _spread(atlas: Atlas) -> Section:
    parts: list[Part] = []
    lengths = np.array([len(text) for text in atlas.documents if text])
    if len(lengths):
        end = int(np.percentile(lengths, 99)) + 1
        bins, _ = np.histogram(np.minimum(lengths, end), bins=BINS, range=(0, end))
        more = " or more" if lengths.max() > end else ""
        caption = (
            f"Length of the texts: half have up to {np.median(lengths):,.0f} characters, the longest {lengths.max():,}"
        )
        parts.append(Columns(caption, tuple(map(int, bins)), "0", f"{end:,}{more}"))
    if years := _years(atlas):
        parts.append(years)
    heading = "How long the texts are" if len(lengths) else "The rows as they came"
    return Section(f"{heading}, and from when" if years else heading, (), tuple(parts))


def _years(atlas: Atlas) -> Columns | None:
    dates = atlas.kept[atlas.roles.date].drop_nulls() if atlas.roles.date else pl.Series()
    if not dates.dtype.is_temporal() or not len(dates):
        return None
    years = dates.dt.year().to_numpy()
    low, high = int(years.min()), int(years.max())
    bins, _ = np.histogram(years, bins=min(BINS, high - low + 1), range=(low, high + 1))
    return Columns(f"{counted(len(years), 'row')} with a date, by year", tuple(map(int, bins)), str(low), str(high))


def encoding(atlas: Atlas) -> Stage:
    """Return how the vectors were made, what they lost, and what they find alike."""
    name = last(atlas.vectors)
    vectors = atlas.vectors[name]
    step = next((s for s in atlas.steps if f"vectors/{name}" in s.outputs), None)
    made = [f"Made by {step.method}" + (f" ({settings(step.params)})." if step.params else ".")] if step else []
    if step is None or step.stage == "read":
        made = ["They came with the data."]
    good = Section(
        f"{counted(len(vectors.values), 'vector')} of {counted(vectors.values.shape[1], 'dimension')}",
        (*made, "Every one has length 1." if vectors.unit else "They keep the lengths that they came with."),
        _scores(atlas),
    )
    looked_for = "texts cut short, texts in a language that the encoder does not know, near copies"
    return Stage("Encoding", good, against(_lost(atlas, name), looked_for), _alike(atlas), _audits(atlas))


def _lost(atlas: Atlas, name: str) -> list[str]:
    vectors, rows, found = atlas.vectors[name], atlas.kept.height, []
    if longer := int(vectors.cut.sum()):
        found.append(f"Longer than the encoder reads, and cut there: {part_of(longer, rows, 'text')}")
    if foreign := int(vectors.foreign.sum()):
        found.append(f"Probably not in a language of the encoder: {part_of(foreign, rows, 'text')}")
    if len(atlas.graphs) and (graph := atlas.graphs[last(atlas.graphs)]).metric == "cosine":
        copies = near_copies(atlas)
        if copies.height:
            groups = counted(copies["group"].n_unique(), "group")
            found.append(
                f"Nearly the same as another row: {part_of(copies.height, rows)} in {groups} "
                f"(cosine distance up to {NEAR_COPY})"
            )
    if len(atlas.graphs) and (graph := atlas.graphs[last(atlas.graphs)]).recall < 1:
        found.append(f"The quick search for neighbours found {graph.recall:.1%} of the true ones")
    return found


def _alike(atlas: Atlas) -> Section:
    if not len(atlas.graphs):
        return Section("What lies close together", ("No neighbours were looked for.",))
    graph = atlas.graphs[last(atlas.graphs)]
    nearest = graph.distances[:, 0].astype(np.float64)
    bins, edges = np.histogram(nearest, bins=BINS, range=(0, float(np.percentile(nearest, 99)) or 1))
    rows = tuple(
        (_short(atlas.names[i]), " · ".join(_short(atlas.names[j]) for j in graph.indices[i, :3]))
        for i in _typical(atlas)
    )
    caption = f"Distance of each row to the nearest other one ({graph.metric}), half up to {np.median(nearest):.2f}"
    return Section(
        "What lies close together",
        (),
        (
            Grid(("row", "nearest rows"), rows),
            Columns(caption, tuple(map(int, bins)), "0", f"{edges[-1]:.2g}"),
        ),
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME else cut(name, NAME).rstrip() + "…"


def _typical(atlas: Atlas) -> list[int]:
    """Return the rows in the middle of the largest topics."""
    topics = atlas.descriptions[last(atlas.descriptions)].topics
    largest = sorted((t for t in topics if t.level == 0 and t.exemplars), key=lambda t: -t.size)
    return [topic.exemplars[0] for topic in largest[:SHOWN]]


def _scores(atlas: Atlas) -> tuple[Part, ...]:
    frames = {name: atlas.audits[f"{name}_scores"] for name in atlas.vectors if f"{name}_scores" in atlas.audits}
    rows = tuple(
        (name, metric.replace("_", " "), figure(value))
        for name, frame in frames.items()
        for metric, value in frame.rows()
    )
    return (Grid(("tried on unseen texts", "score", "value#"), rows),) if rows else ()


def _audits(atlas: Atlas) -> tuple[Section, ...]:
    frames = [atlas.audits[name] for name in atlas.audits if name.endswith("_vectors")]
    if not frames:
        return ()
    heads = tuple(f"{name.replace('_', ' ')}#" for name in frames[0].columns)
    rows = tuple(tuple(figure(cell) for cell in frame.row(0)) for frame in frames)
    return (Section("The vectors", ("As they came, before any row was marked.",), (Grid(heads, rows),)),)
