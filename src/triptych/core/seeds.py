"""One root seed, named children: adding a step never shifts the random numbers of another."""

from __future__ import annotations

from hashlib import sha256

__all__ = ["child_seed"]


def child_seed(root: int, name: str) -> int:
    """Return the seed of a named step.

    Parameters
    ----------
    root
        The seed of the whole run, any whole number of at least 0.
    name
        The name of the step, such as ``"reduce/umap5"``.

    Returns
    -------
    int
        Between 0 and 2**31 - 1, which every library takes.
    """
    return int.from_bytes(sha256(f"{root}/{name}".encode()).digest()[:4], "big") >> 1
