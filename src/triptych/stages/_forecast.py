"""What a long step will take, foretold from its first calls."""

from __future__ import annotations

import time

from triptych.core.quantities import duration, size
from triptych.core.step import Forecast

__all__ = ["WORTH", "Watch", "quicker", "sentence"]

#: A step that is expected to end within so many seconds needs no forecast.
WORTH = 10.0
#: The call that the forecast is made from lasts at least so many seconds; a shorter one says little.
LEAST = 1.0
#: Seconds from which a quicker encoder is worth a word, and texts that the student reads in a second.
LONG = 60.0
STUDENT_PACE = 5_000


class Watch:
    """Times the calls that a step is made of.

    Parameters
    ----------
    total
        Units that are to be done.

    Attributes
    ----------
    pace
        Seconds that a unit takes; 0 as long as that is not known.
    """

    def __init__(self, total: int) -> None:
        self.total, self._done = total, 0
        self._begun = self._last = time.perf_counter()
        self.pace = 0.0

    def lap(self, count: int) -> float | None:
        """Note that a call is over.

        The first call says nothing, for it also loads the model. The forecast is made once, from the first later call
        that lasts long enough to be trusted.

        Parameters
        ----------
        count
            Units that it did, a fair sample of all.

        Returns
        -------
        float or None
            Seconds that the whole takes, from the beginning; None when this is not the call to make a forecast from.
        """
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        first, self._done = self._done == 0, self._done + count
        if first or self.pace or seconds < LEAST:
            return None
        self.pace = seconds / count
        return now - self._begun + (self.total - self._done) * self.pace


def sentence(forecast: Forecast, watch: Watch) -> str:
    """Return a forecast in words."""
    rate = f"{1 / watch.pace:,.0f} a second" if watch.pace < 1 else f"{duration(watch.pace)} each"
    return f"about {duration(forecast.seconds)} for {watch.total:,} texts ({rate}), {size(forecast.bytes)} of memory"


def quicker(seconds: float, watch: Watch, texts: int) -> str:
    """Return an offer of the student, when its teacher is expected to take long and it would save most of that."""
    from triptych.encoders.student import SAMPLE, worth

    student = SAMPLE * watch.pace + texts / STUDENT_PACE
    if seconds < LONG or student > seconds / 2 or not worth(watch.total):
        return ""
    return f"; --encoder student would take about {duration(student)}"
