"""Triptych turns texts, images or vectors into a labelled map you can defend.

>>> import triptych as tp
>>> atlas = tp.run("films.csv", text="overview", title="title")  # doctest: +SKIP
>>> atlas.topics()  # doctest: +SKIP
>>> atlas.map("map.html")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from triptych._version import __version__

if TYPE_CHECKING:
    from triptych.cli.progress import RichProgress
    from triptych.core.atlas import Atlas
    from triptych.core.errors import (
        InputError,
        LimitExceeded,
        MissingExtra,
        RemoteError,
        StepFailed,
        StoreError,
        TriptychError,
        UsageError,
    )
    from triptych.core.schema import ReadOptions, Roles
    from triptych.core.store import load_atlas as load
    from triptych.stages.adopt import adopt
    from triptych.stages.audit import audit
    from triptych.stages.cluster import cluster
    from triptych.stages.contrast import contrast
    from triptych.stages.contrast_page import contrast_page
    from triptych.stages.describe import describe
    from triptych.stages.diff import Diff, diff
    from triptych.stages.draw import draw_cosmos as cosmos
    from triptych.stages.draw import draw_map as draw
    from triptych.stages.encode import encode
    from triptych.stages.find import find
    from triptych.stages.illustrate import illustrate
    from triptych.stages.label import label
    from triptych.stages.nest import nest
    from triptych.stages.place import Placement, place
    from triptych.stages.read import read
    from triptych.stages.reduce import reduce
    from triptych.stages.relate import near_copies, relate
    from triptych.stages.run import Road, run
    from triptych.stages.sentences import sentences
    from triptych.stages.sweep import sweep
    from triptych.stages.titles import take_titles, titling_tasks
    from triptych.stages.topic_contents import topic_contents

#: Public name -> (module, name there); loaded when first used, so that the import costs next to nothing.
_WHERE = {
    "Atlas": ("core.atlas", "Atlas"),
    "ReadOptions": ("core.schema", "ReadOptions"),
    "Diff": ("stages.diff", "Diff"),
    "RichProgress": ("cli.progress", "RichProgress"),
    "Road": ("stages.run", "Road"),
    "Roles": ("core.schema", "Roles"),
    "Placement": ("stages.place", "Placement"),
    "cosmos": ("stages.draw", "draw_cosmos"),
    "draw": ("stages.draw", "draw_map"),
    "load": ("core.store", "load_atlas"),
    "near_copies": ("stages.relate", "near_copies"),
    "take_titles": ("stages.titles", "take_titles"),
    "titling_tasks": ("stages.titles", "titling_tasks"),
    **{
        name: ("core.errors", name)
        for name in (
            "InputError", "LimitExceeded", "MissingExtra", "RemoteError", "StepFailed", "StoreError", "TriptychError",
            "UsageError",
        )
    },
    **{
        verb: (f"stages.{verb}", verb)
        for verb in (
            "adopt", "audit", "cluster", "contrast", "contrast_page", "describe", "diff", "encode", "find",
            "illustrate", "label", "nest", "place", "read", "reduce", "relate", "run", "sentences", "sweep",
            "topic_contents",
        )
    },
}  # fmt: skip

__all__ = [
    "Atlas",
    "Diff",
    "InputError",
    "LimitExceeded",
    "MissingExtra",
    "Placement",
    "ReadOptions",
    "RemoteError",
    "RichProgress",
    "Road",
    "Roles",
    "StepFailed",
    "StoreError",
    "TriptychError",
    "UsageError",
    "__version__",
    "adopt",
    "audit",
    "cluster",
    "contrast",
    "contrast_page",
    "cosmos",
    "describe",
    "diff",
    "draw",
    "encode",
    "find",
    "illustrate",
    "label",
    "load",
    "near_copies",
    "nest",
    "place",
    "read",
    "reduce",
    "relate",
    "run",
    "sentences",
    "sweep",
    "take_titles",
    "titling_tasks",
    "topic_contents",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'triptych' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    value = getattr(import_module(f"triptych.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
