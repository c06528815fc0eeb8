"""What a finished run leaves in its folder for people: pages and tables."""

from __future__ import annotations

from pathlib import Path

from triptych.core.atlas import Atlas, last
from triptych.core.tables import result_table, topic_documents, topic_table
from triptych.export.tables import write_json, write_table
from triptych.stages.draw import draw_cosmos, draw_map
from triptych.stages.report import draw_report

__all__ = ["deliver"]


def deliver(atlas: Atlas, folder: Path, *, name: str, cosmos: bool = False) -> None:
    """Write map.html, report.html, results.parquet, results.csv, topics.csv and topics.json.

    Parameters
    ----------
    atlas
        With layout, tree and titles.
    folder
        Of the run.
    name
        Heading of the pages.
    cosmos
        Whether to write cosmos.html as well, from the layout ``umap3``.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    draw_map(atlas, folder / "map.html", title=name)
    if cosmos:
        draw_cosmos(atlas, folder / "cosmos.html", title=name)
    draw_report(atlas, folder / "report.html", title=name)
    results = result_table(atlas)
    write_table(results, folder / "results.parquet")
    write_table(results, folder / "results.csv")
    tree = last(atlas.descriptions)
    write_table(topic_table(atlas, tree), folder / "topics.csv")
    write_json(topic_documents(atlas, tree), folder / "topics.json")
