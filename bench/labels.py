"""What titles say of their topics, by labeller: held-out documents are matched with them, and intruders found by them.

The topics, their words and the documents are the same for all; see the check ``faithfulness``. The finest level is
told of. Prints the table in Markdown. ``--data emoji --rows 2000``.

With ``--llm openai:NAME --url http://127.0.0.1:8080/v1`` a language model is a rung too, all levels titled; ``python -m
bench.local_model qwen --port 8080`` serves one. What it took is told beside the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.datasets import WORDNET_ROWS, debian_files, glosses
from bench.report import table

#: The rungs: what a labeller is called, the method, its parameters.
LADDER: Mapping[str, tuple[str, dict[str, Any]]] = {
    "first word": ("keywords", {"words": 1}),
    "first two words": ("keywords", {"words": 2}),
    "first three words": ("keywords", {"words": 3}),
    "phrases": ("phrases", {}),
}
#: Columns of the levels that are shown, as shares.
SHOWN = ("matched", "matched_chance", "reciprocal_rank", "intruder", "intruder_chance", "grounded")


def emoji(_work: Path) -> tuple[Any, dict[str, Any]]:
    """Return the emoji of the demo: a name and tags."""
    import polars as pl

    from triptych.sources.demo import ROLES, demo_path

    return pl.read_parquet(demo_path()), {"text": ROLES.text, "title": ROLES.title}


def wordnet(work: Path) -> tuple[Any, dict[str, Any]]:
    """Return the sample of glosses of WordNet's nouns."""
    import polars as pl

    frame = pl.DataFrame(list(glosses(work)), schema=["gloss", "subject"], orient="row")
    frame = frame.unique("gloss", keep="first", maintain_order=True).sample(WORDNET_ROWS, seed=0, shuffle=True)
    return frame, {"text": "gloss"}


def debian(work: Path) -> tuple[Any, dict[str, Any]]:
    """Return the long descriptions of the main benchmark."""
    import polars as pl

    return pl.read_parquet(debian_files(work)[0]), {"text": "text", "title": "package"}


DATA: Mapping[str, Callable[[Path], tuple[Any, dict[str, Any]]]] = {
    "emoji": emoji, "wordnet": wordnet, "debian": debian,
}  # fmt: skip


def ladder(name: str, rows: int, work: Path, more: Mapping[str, tuple[str, dict[str, Any]]]) -> list[tuple[str, ...]]:
    """Return a line for each labeller, those of the ladder and more, on the first rows of a data set."""
    import triptych as tp
    from triptych.core.context import Context, using
    from triptych.core.store import Store

    frame, roles = DATA[name](work)
    chosen = frame.sample(min(rows, frame.height), seed=0, shuffle=True)
    folder = work / "labels" / f"{name}-{rows}.trip"
    atlas = tp.run(chosen, **roles, out=folder, name=name)
    lines = []
    for called, (method, params) in {**LADDER, **more}.items():
        with Store(folder) as store, using(Context(store=store)):
            titled = tp.label(atlas, method, **params)
        step = titled.steps[-1]
        print(f"{name}, {called}: {step.seconds:.0f} s; {'; '.join(step.notes)}", file=sys.stderr)
        titled = tp.audit(titled, "faithfulness")
        level = titled.audits["faithfulness_levels"].row(0, named=True)
        titles: list[str] = titled.topics().filter(level=0)["label"].to_list()
        words = sum(len(title.split()) for title in titles) / len(titles)
        lines.append((
            name, called, str(level["topics"]), f"{words:.1f}",
            *(f"{level[column]:.1%}" for column in SHOWN), titles[5],
        ))  # fmt: skip
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--llm", help="a language model that titles too: anthropic:NAME or openai:NAME")
    parser.add_argument("--url", default="", help="where its server is; the maker's if not given")
    args = parser.parse_args()
    asked = {"model": args.llm, "url": args.url, "temperature": 0.0, "concurrency": 1, "seconds": 600.0}
    more = {args.llm: ("llm", asked)} if args.llm else {}
    heads = ("data", "titles", "topics", "words", *(column.replace("_", " ") for column in SHOWN), "for example")
    print(table(heads, [line for name in args.data for line in ladder(name, args.rows, args.work, more)]))


if __name__ == "__main__":
    main()
