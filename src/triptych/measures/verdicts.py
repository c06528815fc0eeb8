"""What an audit comes to for one topic: is it real, and how do we know."""

from __future__ import annotations

from dataclasses import dataclass

from triptych.measures.survival import DISSOLVED, VALID

__all__ = ["NO_EVIDENCE", "SHAKY", "SOLID", "Verdict", "verdict"]

SOLID, SHAKY, NO_EVIDENCE = "solid", "shaky", "no evidence"


@dataclass(frozen=True)
class Verdict:
    """A verdict and its reason.

    Attributes
    ----------
    verdict
        ``"solid"``, ``"shaky"`` or ``"no evidence"``.
    why
        The reason, as a sentence.
    """

    verdict: str
    why: str


def verdict(survival: float | None, *, lowest: float | None, hardest: str, evidence: bool | None) -> Verdict | None:
    """Judge one topic.

    Parameters
    ----------
    survival
        Its mean best-match Jaccard overlap over all replays of the road, 0…1; None where it is not known.
    lowest, hardest
        The smallest overlap, and the replay that it was in.
    evidence
        Whether the map as a whole beats structureless data; None where it is not known.

    Returns
    -------
    Verdict or None
        None where nothing was measured.
    """
    if evidence is False:
        return Verdict(NO_EVIDENCE, "Structureless data of the same shape give clusters as good as these.")
    if survival is None or lowest is None:
        return None
    if survival < DISSOLVED:
        said, name = "It dissolves", NO_EVIDENCE
    elif survival < VALID:
        said, name = "It comes again in part", SHAKY
    else:
        said, name = "It comes again", SOLID
    overlap = f"{survival:.0%} of its rows and its best match's are shared on average"
    return Verdict(name, f"{said} when the map is made again: {overlap}, {lowest:.0%} at worst ({hardest}).")
