"""The map and the cosmos: points on a plane or in space, labels, search and cards in one offline HTML file."""

from __future__ import annotations

import base64

from triptych.core.errors import UsageError
from triptych.pages.html import load_asset, render_page, script_json
from triptych.pages.payload import MapData, pack
from triptych.pages.text import replace_surrogates

_BODY = """\
<main id="app"></main>
<noscript><p>This page is drawn by a script inside this file; allow it to run to see it.</p></noscript>"""


def render_map(data: MapData) -> str:
    """Return the whole map page as HTML; the same data gives the same text.

    Parameters
    ----------
    data
        All that the page shows. Every text in it is shown as text, never as markup.

    Raises
    ------
    UsageError
        If a level or a field does not fit the points.
    StepFailed
        If the web assets have not been built.

    Examples
    --------
    >>> import numpy as np
    >>> from triptych.pages.payload import MapData
    >>> page = render_map(MapData(title="Two points", xy=np.eye(2), names=["a", "b"]))  # doctest: +SKIP
    """
    return _render(data, "map")


def render_cosmos(data: MapData) -> str:
    """Return the whole cosmos page as HTML, the points of a map in space; the same data gives the same text.

    Parameters
    ----------
    data
        As for :func:`render_map`, with ``xyz``; ``xy`` says which topics have colours that are alike.

    Raises
    ------
    UsageError
        If there is no ``xyz``, or a level or a field does not fit the points.
    StepFailed
        If the web assets have not been built.
    """
    if data.xyz is None:
        raise UsageError("a cosmos needs positions in space", hint="give xyz, float (n, 3)")
    return _render(data, "cosmos")


def _render(data: MapData, page: str) -> str:
    words = {"title": data.title, "subtitle": data.subtitle, "notes": list(data.notes)}
    meta, replaced = replace_surrogates(script_json(words))
    return render_page(
        title=data.title,
        style=load_asset(f"{page}.css"),
        script=load_asset(f"{page}.js"),
        body=_BODY,
        data={
            "triptych-meta": f'{{"replaced":{replaced},{meta[1:]}',
            "triptych-data": base64.b64encode(pack(data)).decode("ascii"),
        },
    )
