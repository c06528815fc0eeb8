"""What children of the forker do: break in a chosen way, or finish and say what they found."""

from __future__ import annotations

import importlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from tests.fault.roads import Hook, digests, kill_self, stage_road, store_road
from triptych.core.errors import StoreError
from triptych.core.registry import KINDS, method_names
from triptych.core.store import Store
from triptych.testing.faults import disk, killing

#: What the roads import in their calls.
HEAVY = (
    "encodings.ascii", "polars.selectors", "safetensors.numpy", "scipy.cluster.hierarchy", "scipy.sparse",
    "sklearn.cluster", "sklearn.decomposition", "sklearn.feature_extraction.text", "threadpoolctl",
    "triptych.cli.app", "triptych.sources",
)  # fmt: skip


def load_everything() -> None:
    """Import what children need, once for all; nothing that starts a thread is called."""
    methods = [f"triptych.{kind}.{name}" for kind in KINDS for name in method_names(kind)]
    for name in (*HEAVY, *methods):
        importlib.import_module(name)


def store(out: str, tag: str = "", kill_at: int = 0) -> dict[str, Any]:
    """Run the store's road; with ``kill_at``, die at that call."""
    with disk(killing(kill_at)) as calls:
        store_road(out, tag)
    return {"calls": calls.calls, "digests": digests(out)}


def stages(out: str, book: str | None = None, kill_at: int = 0, terminate_at: int = 0, interrupt_at: int = 0) -> Any:
    """Run the road of stages; die, or get a signal, at an event of its progress."""
    from triptych.cli.app import _terminated

    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    hook = Hook(kill_at, kill_self)
    if terminate_at:
        hook = Hook(terminate_at, lambda: signal.raise_signal(signal.SIGTERM))
    if interrupt_at:
        hook = Hook(interrupt_at, lambda: signal.raise_signal(signal.SIGINT))
    try:
        stage_road(out, hook, Path(book) if book else None)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    return {"events": hook.events, "digests": digests(out)}


def race(out: str, witness: str, times: int) -> dict[str, Any]:
    """Try again and again to be the writer; say how often it worked, and whether somebody else was it too."""
    written, refused, shared = 0, [], 0
    for number in range(times):
        try:
            with Store(out):
                try:
                    os.close(os.open(witness, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    shared += 1
                time.sleep(0.0005 * (number % 3))
                os.unlink(witness)
                written += 1
        except StoreError as error:
            refused.append(error.message)
            time.sleep(0.001)
    return {"written": written, "refused": sorted(set(refused)), "shared": shared}
