"""Titles that a person or another model wrote into a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from triptych.core.errors import InputError, LimitExceeded, shorten
from triptych.sources.files import steady

__all__ = ["FORMAT", "LARGEST", "read_titles"]

#: What a file of titling tasks says that it is.
FORMAT = "triptych-titles"
#: Largest file that is read, in bytes.
LARGEST = 2**26


def read_titles(path: str | Path) -> dict[str, str]:
    """Return the titles in a file of tasks, by the evidence that they are of.

    Parameters
    ----------
    path
        JSON as ``triptych label --dump`` writes it: of each task, ``evidence`` and ``label`` are read and nothing else.

    Returns
    -------
    dict
        Evidence -> title, as it stands there.

    Raises
    ------
    InputError
        If the file is no such file; names the entry.
    LimitExceeded
        If it is larger than :data:`LARGEST`.
    """
    file = Path(path)
    with steady(file):
        data = file.read_bytes() if file.stat().st_size <= LARGEST else None
    if data is None:
        raise LimitExceeded(f"{str(file)!r} is larger than {LARGEST:,} bytes", hint="is it a file of titles?")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(file)!r} is no JSON: {shorten(str(error), 80)}", hint=_HINT) from None
    tasks = value.get("tasks") if isinstance(value, dict) and value.get("format") == FORMAT else None
    if not isinstance(tasks, list):
        raise InputError(f"{str(file)!r} is no file of titles", hint=_HINT)
    found: dict[str, str] = {}
    for place, task in enumerate(tasks):
        evidence, title = _entry(task, f"{str(file)!r}, task {place}")
        if evidence in found:
            raise InputError(f"{str(file)!r}, task {place} is of a topic that was there before", hint=_HINT)
        found[evidence] = title
    return found


_HINT = "write one with: triptych label RUN --dump tasks.json"


def _entry(task: Any, where: str) -> tuple[str, str]:
    for name in ("evidence", "label"):
        if not isinstance(task, dict) or not isinstance(task.get(name), str):
            raise InputError(f"{where} has no text {name!r}", hint="leave what --dump wrote, and change labels alone")
    return task["evidence"], task["label"]
