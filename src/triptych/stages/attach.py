"""attach: pictures of the rows go along with them."""

from __future__ import annotations

from triptych.core import codec
from triptych.core.atlas import Atlas
from triptych.core.slots import Sheet
from triptych.core.step import Outcome, Plan, run_step

__all__ = ["attach"]


def attach(atlas: Atlas, sheet: Sheet, *, name: str = "sprites") -> Atlas:
    """Keep a sheet of pictures with the rows; maps draw it as their points.

    Parameters
    ----------
    atlas
        With rows.
    sheet
        A tile for each input row, marked ones included.
    name
        Of the result.

    Returns
    -------
    Atlas
        With ``sheets[name]``.
    """
    digest = codec.digest(*codec.encode(sheet)[1])
    plan = Plan(stage="attach", name=name, method="given", version="1", params={}, reads={"image": digest})
    return run_step(atlas, plan, lambda _seed: Outcome({f"sheets/{name}": sheet}))
