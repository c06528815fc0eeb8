"""Whatever settings there are, writing them down and reading them gives them back."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from triptych.core.config import dump_config, parse_config
from triptych.core.params import Choice, Flag, Integer, Limit, Names, Pairs, Real, Sizes
from triptych.stages.run import SETTINGS

WORDS = st.text(st.characters(exclude_categories=["Cs"]))


def legal(limit: Limit) -> st.SearchStrategy[Any]:
    """Return every legal value of a setting."""
    if isinstance(limit, Integer):
        return st.integers(limit.low, limit.high)
    if isinstance(limit, Real):
        return st.floats(limit.low, limit.high, allow_nan=False, allow_infinity=False)
    if isinstance(limit, Choice):
        return st.sampled_from(limit.options)
    if isinstance(limit, Flag):
        return st.booleans()
    if isinstance(limit, Sizes):
        return st.lists(st.integers(limit.low), max_size=4).map(tuple)
    if isinstance(limit, Pairs):
        return st.lists(st.builds("{}.{}={}".format, st.text("ab"), st.text("ab"), WORDS), max_size=3).map(tuple)
    return st.lists(WORDS, max_size=3).map(tuple) if isinstance(limit, Names) else WORDS


LIMITS = {name: limit for limits in SETTINGS.values() for name, limit in limits.items()}


@given(st.fixed_dictionaries({}, optional={name: legal(limit) for name, limit in LIMITS.items()}))
def test_f099_settings_come_back(values: dict[str, Any]) -> None:
    text = dump_config(values, SETTINGS)
    found = parse_config(text, "triptych.toml", SETTINGS)
    assert found == values
    assert {name: type(value) for name, value in found.items()} == {n: type(v) for n, v in values.items()}
    assert dump_config(found, SETTINGS) == text


@given(WORDS)
def test_what_is_printed_shows_itself(text: str) -> None:
    """No character of a value can move the cursor or turn the direction of a terminal."""
    line = dump_config({"name": text}, SETTINGS)
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert tomllib.loads(line) == {"name": text}
