"""Our encoder in 8 bits and in fp32 beside sentence-transformers: texts a second, and what becomes of the vectors."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np

from bench import machine
from bench.encodings import REFERENCE
from bench.report import table
from bench.student import SETS, K, near

ARMS = (REFERENCE, "int8", "fp32")
HEADER = ("", "texts a second", "range", "ratio", "GFLOP/s", "share", "cosine, mean", "least", f"recall@{K}", "GiB")
WINDOW = 256
#: Operations a token in the products of MiniLM: 6 layers of four 384 x 384 and two 384 x 1536.
A_TOKEN = 2 * 6 * (4 * 384 * 384 + 2 * 384 * 1536)


def texts_of(name: str, rows: int, work: Path) -> tuple[Path, float]:
    """Write some texts of a set, one a line; return the file, and how many tokens they have on average."""
    from importlib.resources import files

    from tokenizers import Tokenizer

    texts = [" ".join(text.split()) for text in SETS[name](work)[0]]
    texts = [texts[at] for at in np.random.default_rng(0).permutation(len(texts))[:rows]]
    path = work / "encoders" / f"{name}-{rows}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(texts), encoding="utf-8")
    tokenizer = Tokenizer.from_str(files("triptych").joinpath("data/minilm/tokenizer.json").read_text("utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return path, float(np.mean([min(len(tokens), WINDOW) for tokens in tokenizer.encode_batch(texts)]))


def rows_of(path: Path, tokens: float, repeats: int, gflops: float, work: Path) -> list[list[str]]:
    """Encode the texts by all, by turns and each in a fresh process; return the rows of the table."""
    saved = {arm: work / "encoders" / f"{path.stem}-{arm}" for arm in ARMS}
    rates: dict[str, list[float]] = {arm: [] for arm in ARMS}
    peaks = dict.fromkeys(ARMS, 0.0)
    for _ in range(repeats):
        for arm in ARMS:
            python = work / "venv" / "bin" / "python" if arm == REFERENCE else sys.executable
            arguments = ("--encoder", arm, "--texts", path, "--save", saved[arm])
            subprocess.run([python, "-m", "bench.encodings", *arguments], check=True)
            laps = json.loads(saved[arm].with_suffix(".json").read_text(encoding="utf-8"))["passes"][0]
            vectors = np.load(saved[arm].with_suffix(".npy"))
            rates[arm].append(len(vectors) / laps[-1]["wall"])
            peaks[arm] = max(peaks[arm], laps[-1]["peak"] / 2**30)
    right = np.load(saved[REFERENCE].with_suffix(".npy"))
    wanted = near(right)
    found = []
    for arm in ARMS:
        vectors, rate = np.load(saved[arm].with_suffix(".npy")), median(rates[arm])
        cosine = (vectors * right).sum(axis=1)
        recall = (near(vectors)[:, :, None] == wanted[:, None, :]).any(axis=2).mean()
        does, ratio = rate * tokens * A_TOKEN / 1e9, rate / median(rates[REFERENCE])
        found.append([
            arm, f"{rate:.0f}", f"{min(rates[arm]):.0f}–{max(rates[arm]):.0f}", f"{ratio:.1f}",
            f"{does:.0f}", f"{does / gflops:.0%}", f"{cosine.mean():.4f}", f"{cosine.min():.4f}", f"{recall:.3f}",
            f"{peaks[arm]:.2f}",
        ])  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--data", nargs="+", choices=SETS, default=["Debian", "Debian, one line", "WordNet"])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--save", type=Path, default=Path("bench/work/encoders.md"))
    options = parser.parse_args()
    before = machine.facts()
    parts = []
    for name in options.data:
        path, tokens = texts_of(name, options.rows, options.work)
        lines = rows_of(path, tokens, options.repeats, before["gflops"], options.work)
        parts.append(f"## {name}: {options.rows:,} texts of {tokens:.0f} tokens\n\n{table(HEADER, lines)}")
    about = (
        f"Every encoder in a fresh process, by turns, {options.repeats} times; the median. The model is loaded. Share: "
        "of the best fp32 matrix product measured, by the products of the tokens alone, without those of attention. "
        f"Cosine and recall: with the vectors of {REFERENCE}."
    )
    text = "\n\n".join(["# Encoders", machine.sentence(before, machine.facts()), about, *parts])
    options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
