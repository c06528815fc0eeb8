"""Triptych beside the well-known tutorial's road, as written, on the same texts, in one run."""
