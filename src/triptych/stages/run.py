"""run: the whole road, from data to map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from triptych.clusterers.base import Clusterer
from triptych.core.atlas import Atlas
from triptych.core.config import Sections, sections
from triptych.core.context import Context, Progress, Silent, available_threads, using
from triptych.core.errors import UsageError, nearest
from triptych.core.params import (
    Choice,
    Flag,
    Integer,
    Limit,
    Pairs,
    Real,
    Sizes,
    Text,
    check_params,
    limits_of,
    read_pairs,
    setting,
    settled,
)
from triptych.core.registry import Method, create, method_class
from triptych.core.schema import ReadOptions, Roles
from triptych.core.slots import Sheet
from triptych.core.store import Store
from triptych.describers.base import Describer
from triptych.encoders.base import Encoder
from triptych.labellers.base import Labeller
from triptych.neighbours.base import Neighbours
from triptych.reducers.base import Reducer
from triptych.sources.bertopic import read_bertopic
from triptych.stages._given import Given, given_topics, given_words, take_clusters, take_labels
from triptych.stages._values import speaking_columns
from triptych.stages.adopt import adopt
from triptych.stages.attach import attach
from triptych.stages.audit import audit
from triptych.stages.cluster import cluster
from triptych.stages.describe import describe
from triptych.stages.encode import encode
from triptych.stages.illustrate import illustrate
from triptych.stages.label import label_in_any_case
from triptych.stages.nest import LEVELS, nest
from triptych.stages.read import read
from triptych.stages.reduce import reduce
from triptych.stages.relate import DEFAULT_K, METRICS, relate

__all__ = ["SETTINGS", "Road", "run"]


@dataclass(frozen=True, kw_only=True)
class Road:
    """The settings of the road; each has the same name here, in ``run`` and on the command line."""

    encoder: str = setting("minilm", Text(help="method that turns texts into vectors"))
    metric: str = setting("cosine", Choice(options=METRICS, help="distance between vectors"))
    neighbours: str | None = setting(
        None,
        Text(
            optional=True,
            help="method that finds each row's neighbours; exact up to 100,000 rows and ivf above unless given",
        ),
    )
    n_neighbors: int | None = setting(
        None,
        Integer(low=2, high=500, optional=True, help="neighbours that layouts keep near; 15 unless given"),
    )
    reduction: int = setting(
        5,
        Integer(
            low=0,
            high=100,
            help="dimensions of the layout that is clustered; 0 clusters the vectors themselves",
        ),
    )
    min_dist: float = setting(0.1, Real(low=0.0, high=1.0, help="how close the map may pack points"))
    clusterer: str = setting("hdbscan", Text(help="method that partitions the rows"))
    min_cluster_size: int | None = setting(
        None,
        Integer(low=2, optional=True, help="fewest rows that make a cluster; 0.28 √n, at least 5, unless given"),
    )
    min_samples: int | None = setting(
        None,
        Integer(low=1, optional=True, help="neighbours that decide how dense a place is; 5 unless given"),
    )
    selection: str | None = setting(
        None,
        Choice(options=("eom", "leaf"), optional=True, help="which HDBSCAN clusters: most stable or smallest"),
    )
    n_clusters: int | None = setting(
        None, Integer(low=1, high=10_000, optional=True, help="number of clusters, for methods that need one")
    )
    noise: str = setting(
        "keep",
        Choice(
            options=("keep", "nearest"), help="rows in no cluster stay so, or go to the nearest one and are flagged"
        ),
    )
    levels: tuple[int, ...] = setting(LEVELS, Sizes(low=1, help="topics asked of the coarser levels"))
    describer: str = setting(
        "mmr", Text(help="method that finds the words of a topic; without texts, the values of columns do")
    )
    diversity: float | None = setting(
        None,
        Real(low=0.0, high=1.0, optional=True, help="how varied the words of a topic should be, for mmr"),
    )
    labeller: str = setting("phrases", Text(help="method that titles the topics"))
    audit: str = setting(
        "quick",
        Choice(
            options=("quick", "full"),
            help="what is asked of the map: flaws of the data and agreement with known groups, or every check",
        ),
    )
    cosmos: bool = setting(False, Flag(help="also lay the rows out in space, as cosmos.html"))
    params: tuple[str, ...] = setting(
        (), Pairs(help="a parameter of a method of the road, such as encoder.window=128 or reducer.spread=2")
    )
    seed: int = setting(0, Integer(low=0, help="root of all random choices"))


#: How close the cosmos may pack points, the spread permitting: in space the ones behind must be seen too.
IN_SPACE = 0.8

#: Every setting of a run by the table of ``triptych.toml`` that it stands in.
SETTINGS: Sections = sections(Road)


def run(
    source: Any,
    *,
    text: str | None = None,
    title: str | None = None,
    date: str | None = None,
    link: str | None = None,
    image: str | None = None,
    popularity: str | None = None,
    id: str | None = None,  # noqa: A002 - the name of the column's role everywhere
    group: str | Sequence[str] = (),
    show: str | Sequence[str] = (),
    vectors: str | None = None,
    metadata: Any = None,
    images: str | Path | None = None,
    bertopic: str | Path | None = None,
    reading: ReadOptions | None = None,
    out: str | Path | None = None,
    sprites: Sheet | None = None,
    name: str | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    **settings: Any,
) -> Atlas:
    """Take data all the way to a labelled map.

    Parameters
    ----------
    source
        A path (CSV, TSV, JSONL, Parquet, .npy), a list of strings, a Polars, pandas or Arrow frame, or an array (n, d).
    text, title, date, link, image, popularity, id, group, show, vectors
        Columns by the part they play; see :class:`triptych.Roles`. ``text`` may be a template such as
        ``"{name}. {summary}"``, ``link`` one such as ``"https://example.org/{id}"``, ``image`` one such as
        ``"posters/{id}.jpg"``.
    metadata
        For an array: a frame, or the path of one, with a row for each of its rows.
    images
        Folder that the paths of pictures start from and that they cannot leave; that of the table unless given.
    bertopic
        Folder of a BERTopic model that was fitted on these rows and saved as safetensors. Its topics are the clusters,
        its words and its custom labels those of the finest level; only map, coarser levels and audit are made here.
    reading
        How to read; see :class:`triptych.ReadOptions`.
    out
        Folder of the run; None keeps everything in memory. A second run into the same folder does nothing twice.
    sprites
        A picture for each row, drawn as the points of the map; goes before ``image``.
    name
        Heading of the pages; the name of the source unless given.
    progress
        Is told how it goes, for example ``triptych.RichProgress()``.
    threads
        How many threads to use; all by default; never changes a result.
    **settings
        See :class:`triptych.Road`.

    Returns
    -------
    Atlas
        With vectors, graph, layouts, clustering, levels, words, titles; ``out`` has map.html, report.html,
        results.parquet, results.csv, topics.csv and topics.json as well, and cosmos.html if ``cosmos`` is set.

    Raises
    ------
    InputError
        If the data cannot be used as it is.
    UsageError
        If a setting makes no sense.
    StoreError
        If the folder cannot be written, or is being written by another process.
    """
    road = _road(settings)
    roles = Roles(
        text=text, title=title, date=date, link=link, image=image, popularity=popularity, id=id,
        group=_names(group), show=_names(show), vectors=vectors,
    )  # fmt: skip
    if bertopic is not None:
        _check_given(road)
    saved = read_bertopic(bertopic) if bertopic is not None else None
    store = Store(out) if out is not None else None
    context = Context(threads=threads or available_threads(), progress=progress or Silent(), store=store)
    try:
        with using(context):
            atlas = read(source, roles=roles, options=reading, metadata=metadata, seed=road.seed)
            topics = given_topics(atlas, saved) if saved is not None else None
            if sprites is not None:
                atlas = attach(atlas, sprites)
            elif atlas.roles.image is not None:
                atlas = illustrate(atlas, images or _folder(source if metadata is None else metadata))
            atlas = travel(atlas, road, topics)
            if store is not None:
                name = name or _name(source)
                top = {"source": _path(source), "metadata": _path(metadata), "images": _path(images)}
                top |= {"bertopic": _path(bertopic), "name": _path(name)}
                store.publish(atlas, top | asdict(roles) | asdict(reading or ReadOptions()) | asdict(road))
                from triptych.stages.deliver import deliver

                deliver(atlas, store.path, name=name, cosmos=road.cosmos)
    finally:
        if store is not None:
            store.close()
    return atlas


def travel(atlas: Atlas, road: Road, topics: Given | None = None) -> Atlas:
    """Take an Atlas that has been read through every later stage; topics that are given are its clusters."""
    n_neighbors, rows = road.n_neighbors, atlas.kept.height
    _check_rows(road, rows)
    if not len(atlas.vectors):
        atlas = encode(atlas, road.encoder, **_params(road, "encoder"))
    k = n_neighbors and max(n_neighbors - 1, min(DEFAULT_K, rows - 1))
    atlas = relate(atlas, road.neighbours, metric=road.metric, k=k, **_params(road, "neighbours"))
    knobs: dict[str, Any] = {"n_neighbors": n_neighbors} | _params(road, "reducer")
    on = list(atlas.vectors)[-1]
    if road.reduction and topics is None:
        looked_at = {2, 3} if road.cosmos else {2}  # these layouts have the plain names
        on = f"umap{road.reduction}" + ("_dense" if road.reduction in looked_at else "")
        atlas = reduce(atlas, "umap", n_components=road.reduction, min_dist=0.0, name=on, **knobs)
    atlas = reduce(atlas, "umap", n_components=2, min_dist=road.min_dist, name="umap2", **knobs)
    if road.cosmos:
        loose = min(IN_SPACE, knobs.get("spread", 1.0))
        atlas = reduce(atlas, "umap", n_components=3, min_dist=loose, name="umap3", **knobs)
    if topics is None:
        atlas = cluster(atlas, road.clusterer, on=on, **_params(road, "clusterer"))
    else:
        atlas = take_clusters(atlas, topics)
    if road.noise == "nearest":
        atlas = adopt(atlas, on=on)
    atlas = nest(atlas, on=on, sizes=road.levels)
    words = given_words(atlas, topics) if topics is not None else ()
    road = road if words else _told_by_columns(atlas, road)
    atlas = describe(atlas, road.describer, words=words, **_params(road, "describer"))
    atlas = label_in_any_case(atlas, road.labeller, **_params(road, "labeller"))
    if topics is not None:
        atlas = take_labels(atlas, topics)
    if road.audit == "full":
        return audit(atlas)
    if atlas.roles.group:
        atlas = audit(atlas, "agreement")
    return audit(atlas, "data")


def _told_by_columns(atlas: Atlas, road: Road) -> Road:
    """Return the road for rows without texts, whose columns describe them if any of these tells groups."""
    if any(atlas.documents) or not speaking_columns(atlas):
        return road
    others = tuple(pair for pair in road.params if road.describer == "values" or not pair.startswith("describer."))
    labeller = "values" if road.labeller == Road.labeller else road.labeller
    return replace(road, describer="values", labeller=labeller, params=others)


def _params(road: Road, owner: str) -> dict[str, Any]:
    """Return the parameters that a method of the road is given, read as its limits say."""
    named = {"clusterer": _CLUSTERER, "describer": ("diversity",)}.get(owner, ())
    params = {name: getattr(road, name) for name in named if getattr(road, name) is not None}
    method, limits = _method(road, owner)
    more = read_pairs(road.params, owner, method, limits)
    if owner == "reducer" and (apart := [name for name in more if name in _OF_BOTH_LAYOUTS]):
        raise UsageError(f"run: {apart[0]} has a setting of its own", hint=f"it is called {_OF_BOTH_LAYOUTS[apart[0]]}")
    params |= more
    for name in params.keys() - limits.keys():
        raise UsageError(f"{method} takes no {name}", hint=f"it takes {', '.join(limits)}")
    return params


#: The settings that are parameters of the clusterer.
_CLUSTERER = ("min_cluster_size", "min_samples", "selection", "n_clusters")
#: Parameters of the reducer that the two layouts have apart, or that are settings; and those settings.
_OF_BOTH_LAYOUTS = {"n_components": "reduction", "min_dist": "min_dist", "n_neighbors": "n_neighbors"}
#: What a parameter may belong to: the setting that names the method, and its contract.
_OWNERS: dict[str, type[Method]] = {
    "encoder": Encoder, "neighbours": Neighbours, "reducer": Reducer, "clusterer": Clusterer, "describer": Describer,
    "labeller": Labeller,
}  # fmt: skip


def _method(road: Road, owner: str) -> tuple[str, Mapping[str, Limit]]:
    """Return what a method of the road is called, and the limits of its parameters."""
    kind = owner if owner == "neighbours" else f"{owner}s"
    name = "umap" if owner == "reducer" else getattr(road, owner) or "exact"
    return f"{kind}/{name}", method_class(kind, name, _OWNERS[owner]).limits


def _road(settings: dict[str, Any]) -> Road:
    """Check the settings and make every method once: what is wrong is told before the first slow step."""
    settings = settled(limits_of(Road), settings)
    check_params("run", limits_of(Road), settings)
    road = Road(**settings)
    for pair in road.params:
        if (owner := pair.partition(".")[0]) not in _OWNERS:
            raise UsageError(f"run: no method of the road is called {owner!r}", hint=nearest(owner, _OWNERS))
    for owner, contract in _OWNERS.items():
        kind, _, name = _method(road, owner)[0].partition("/")
        create(kind, name, contract, _params(road, owner))
    return road


def _check_given(road: Road) -> None:
    """Refuse settings that would find other topics than those that are given."""
    found = [name for name in _CLUSTERER if getattr(road, name) is not None]
    found += ["clusterer"] if road.clusterer != Road.clusterer else []
    if found:
        raise UsageError(
            f"run: {found[0]} is for finding topics, and those of the BERTopic model are given",
            hint="leave out the one or the other; two runs can be compared: triptych diff",
        )


def _check_rows(road: Road, rows: int) -> None:
    for name in ("n_neighbors", "min_cluster_size", "min_samples", "n_clusters"):
        value = getattr(road, name)
        if value is not None and value > rows:
            raise UsageError(
                f"run: {name} {value} is more than the {rows:,} rows", hint=f"the largest legal value is {rows}"
            )


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _name(source: Any) -> str:
    return Path(source).stem if isinstance(source, str | Path) else "Map"


def _folder(table: Any) -> Path:
    if isinstance(table, str | Path):
        return Path(table).parent
    raise UsageError("the table is in memory, so that its pictures are in no folder", hint='name it: images="posters"')


def _path(source: Any) -> str | None:
    """Return a path as it was given, None for data in memory; bytes that are no text are shown as question marks."""
    return str(source).encode("utf-8", "replace").decode() if isinstance(source, str | Path) else None
