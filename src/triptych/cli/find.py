"""``triptych find``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from triptych.cli.show_text import plain
from triptych.core.context import Context, Silent, using


class Aloud(Silent):
    """Progress that shows sentences alone, on stderr."""

    def say(self, sentence: str) -> None:
        """Print a sentence."""
        click.echo(plain(sentence), err=True)


@click.command(name="find")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("query")
@click.option("--top", type=click.IntRange(min=1), default=10, help="topics to print  [default: 10]")
@click.option("--level", type=click.IntRange(min=0), help="of this level alone; 0 is the finest  [default: every one]")
@click.option(
    "--by", type=click.Choice(("vectors", "words")),
    help="compare by vectors of the run's own encoder, or by words  [default: vectors where this machine is enough, "
    "else words]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(run: Path, query: str, *, top: int, level: int | None, by: str | None, as_json: bool) -> None:
    """Rank the topics of the run in folder RUN by how near they are to QUERY: a word, a question, a whole text.

    By vectors, the encoder that made those of the run encodes the query too, and the similarity is a cosine. By words,
    topics that have no word of the query are left out.
    """
    from triptych.core.store import load_atlas
    from triptych.stages.find import find

    with using(Context(progress=Aloud())):
        topics = find(load_atlas(run), query, top=top, level=level, by=by)
    if as_json:
        click.echo(json.dumps(topics.to_dicts(), ensure_ascii=False, indent=1))
        return
    if topics.is_empty():
        click.echo("No topic has a word of the query")
        return
    click.echo(f"{'by ' + topics['by'][0]:>10}  level  topic     rows  title")
    for row in topics.iter_rows(named=True):
        words = plain(", ".join(row["keywords"][:6]))
        click.echo(
            f"{row['similarity']:>10.3f}  {row['level']:>5}  {row['topic']:>5}  {row['size']:>7,}  "
            f"{plain(row['label']):<42}  {words}".rstrip()
        )
