"""What decides whether a step was done already: digests of texts and of rows."""

from __future__ import annotations

import polars as pl
import pytest

import triptych as tp
from triptych.core.step import text_digest


def test_digests_of_texts_tell_where_each_ends() -> None:
    different = [["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"], ["abc", ""], ["", "abc"], [], [""], ["", ""], ["é"]]
    assert len({text_digest(texts) for texts in different}) == len(different)
    assert text_digest(different[0]) == text_digest(["ab", "c"])


@pytest.mark.parametrize("other", [{"text": ["one", "twq"]}, {"text": ["two", "one"]}, {"word": ["one", "two"]}])
def test_other_rows_have_another_key(other: dict[str, list[str]]) -> None:
    def key(frame: pl.DataFrame) -> str:
        return tp.read(frame, roles=tp.Roles(text=frame.columns[0])).steps[0].key

    frame = pl.DataFrame({"text": ["one", "two"]})
    assert key(frame) == key(pl.concat([frame[:1], frame[1:]], rechunk=False)) == key(frame.clone())
    assert key(frame) != key(pl.DataFrame(other))
