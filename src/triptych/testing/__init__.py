"""Tools for those who write methods: the battery that every method passes, and data to try it on."""

from __future__ import annotations

from triptych.testing.conformance import Finding, check_method, check_methods
from triptych.testing.samples import Sample, planted

__all__ = ["Finding", "Sample", "check_method", "check_methods", "planted"]
