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
#: Seconds from which a quicker encoder is worth a word.
LONG = 60.0


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
        self.total, self._done, self._ticked = total, 0, 0
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

    def tick(self, count: int) -> float | None:
        """Note that more units are done of a call that goes on; enough of them together are a call for ``lap``."""
        self._ticked += count
        if time.perf_counter() - self._last < LEAST:
            return None
        done, self._ticked = self._ticked, 0
        return self.lap(done)


def sentence(forecast: Forecast, watch: Watch) -> str:
    """Return a forecast in words."""
    rate = f"{1 / watch.pace:,.0f} a second" if watch.pace < 1 else f"{duration(watch.pace)} each"
    memory = f", {size(forecast.bytes)} of memory" if forecast.bytes is not None else ""
    return f"about {duration(forecast.seconds)} for {watch.total:,} texts ({rate}){memory}"


def quicker(seconds: float, watch: Watch, texts: int) -> str:
    """Return an offer of the student, when its teacher is expected to take long and it would save most of that."""
    from triptych.encoders.student import EFFORT, SAMPLE, worth

    student = (SAMPLE + texts / EFFORT) * watch.pace
    if seconds < LONG or student > seconds / 2 or not worth(watch.total):
        return ""
    return f"; --encoder student would take about {duration(student)}"
