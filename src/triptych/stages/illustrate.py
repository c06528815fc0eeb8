"""illustrate: files of pictures become the points of the map."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from triptych.core import codec
from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import InputError, MissingExtra, UsageError, shorten
from triptych.core.schema import ROW_ID
from triptych.core.step import Outcome, Plan, run_step
from triptych.sources.pictures import Picture, find_pictures, make_sheet
from triptych.sources.roles import text_pieces

__all__ = ["illustrate"]

#: Rows named in a sentence for each reason.
_SHOWN = 3


def illustrate(atlas: Atlas, folder: str | Path, *, name: str = "pictures") -> Atlas:
    """Read the picture of every kept row; maps draw them as their points.

    Parameters
    ----------
    atlas
        With the role ``image``: a column of paths, or a template such as ``"posters/{id}.jpg"``.
    folder
        Where the paths start. Nothing outside it is read, and no link below it is followed.
    name
        Of the sheet.

    Returns
    -------
    Atlas
        With ``sheets[name]``, and with ``audits[name]``: row_id, path and problem of the rows without a picture, which
        are drawn as plain points. What counts for finding the result again are the bytes of the files.

    Raises
    ------
    UsageError
        If no column plays the role ``image``.
    InputError
        If there is no such folder, if no row has a picture, or if a file is changed meanwhile.
    LimitExceeded
        If there are more different pictures than one sheet holds.
    MissingExtra
        If Pillow is not installed.
    """
    import polars as pl

    if importlib.util.find_spec("PIL") is None:
        raise MissingExtra("reading pictures needs Pillow, not installed here", hint="pip install 'triptych[images]'")
    folder, context, row_ids = Path(folder), current(), atlas.kept[ROW_ID].to_list()
    context.progress.start(f"find {name}", None, "pictures")
    found = find_pictures(folder, _paths(atlas), threads=context.threads)
    there = len({picture.digest for picture in found if picture.digest})
    context.progress.finish(f"{there:,} files")
    _check_some(found, row_ids, folder)
    plan = Plan(
        stage="illustrate", name=name, method="tiles", version="1", params={},
        reads={"pictures": codec.digest(codec.canonical([row_ids, [vars(picture) for picture in found]]))},
        total=there, unit="pictures",
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        sheet, judged = make_sheet(folder, found, threads=context.threads, advance=context.progress.advance)
        _check_some(judged, row_ids, folder)
        without = [(i, p.path, p.problem) for i, p in zip(row_ids, judged, strict=True) if p.problem]
        schema = {ROW_ID: pl.String, "path": pl.String, "problem": pl.String}
        audit = pl.DataFrame(without, schema=schema, orient="row")
        return Outcome({f"sheets/{name}": sheet, f"audits/{name}": audit}, _notes(judged, row_ids))

    return run_step(atlas, plan, compute)


def _paths(atlas: Atlas) -> list[str | None]:
    """Return where each kept row says that its picture is, None where a value is missing."""
    template = atlas.roles.image
    if template is None:
        raise UsageError("no column names the pictures", hint='image="posters/{id}.jpg", or a column of paths')
    pieces = text_pieces(template, atlas.kept.columns)
    columns = {name: atlas.kept[name].to_list() for _, name in pieces if name}

    def path(row: int) -> str | None:
        values = {name: column[row] for name, column in columns.items()}
        whole = all(value not in (None, "") for value in values.values())
        return "".join(plain + (str(values[name]) if name else "") for plain, name in pieces) if whole else None

    return [path(row) for row in range(atlas.kept.height)]


def _check_some(pictures: Sequence[Picture], row_ids: Sequence[str], folder: Path) -> None:
    if all(picture.problem for picture in pictures):
        raise InputError(
            f"not one of {len(pictures):,} rows has a picture in {str(folder)!r}: {_reasons(pictures, row_ids)}",
            hint="--images names the folder that paths start from, --image the column or a template like '{id}.jpg'",
        )


def _notes(pictures: Sequence[Picture], row_ids: Sequence[str]) -> tuple[str, ...]:
    there = sum(not picture.problem for picture in pictures)
    said = f"{there:,} of {len(pictures):,} rows have a picture"
    return (said,) if there == len(pictures) else (f"{said}; without one: {_reasons(pictures, row_ids)}",)


def _reasons(pictures: Sequence[Picture], row_ids: Sequence[str]) -> str:
    """Return how many rows have no picture and why, with the first of each kind."""
    rows: dict[str, list[str]] = {}
    for picture, row_id in zip(pictures, row_ids, strict=True):
        if picture.problem:
            rows.setdefault(picture.problem, []).append(f"row_id {shorten(row_id)}: {shorten(picture.path)}")
    parts = []
    for reason, named in sorted(rows.items(), key=lambda item: -len(item[1])):
        more = ", …" if len(named) > _SHOWN else ""
        parts.append(f"{len(named):,} {reason} ({', '.join(named[:_SHOWN])}{more})")
    return "; ".join(parts)
