"""The verbs: each takes an Atlas and returns a new one; they check, seed and record, and leave the work to methods."""
