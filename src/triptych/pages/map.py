"""The map page: points, labels by zoom, search and cards in one offline HTML file."""

from __future__ import annotations

import base64

from triptych.pages.html import load_asset, render_page, script_json
from triptych.pages.payload import MapData, pack
from triptych.pages.text import replace_surrogates

_BODY = """\
<main id="app"></main>
<noscript><p>This map is drawn by a script inside this file; allow it to run to see the map.</p></noscript>"""


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
    words = {"title": data.title, "subtitle": data.subtitle, "notes": list(data.notes)}
    meta, replaced = replace_surrogates(script_json(words))
    return render_page(
        title=data.title,
        style=load_asset("map.css"),
        script=load_asset("map.js"),
        body=_BODY,
        data={
            "triptych-meta": f'{{"replaced":{replaced},{meta[1:]}',
            "triptych-data": base64.b64encode(pack(data)).decode("ascii"),
        },
    )
