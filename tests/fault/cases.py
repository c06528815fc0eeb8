"""The catalogue of bad data: each input with how it is read and what must come of it.

``expected.json`` holds, for each case, the exact message of the error or the exact notes of the table. After a
deliberate change of words, ``python -m tests.fault.cases`` writes it anew; read the difference aloud before keeping it.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triptych.core.errors import InputError, LimitExceeded, TriptychError
from triptych.core.schema import STATUS, ReadOptions, Roles, Table
from triptych.sources import read

EXPECTED = Path(__file__).parent / "expected.json"


@dataclass(frozen=True)
class Case:
    """One input and its outcome: an error, or how many rows have which status."""

    file: str
    outcome: type[TriptychError] | dict[str, int]
    roles: dict[str, Any] = field(default_factory=lambda: {"text": "text"})
    options: dict[str, Any] = field(default_factory=dict)
    metadata: str | None = None

    @property
    def name(self) -> str:
        """The file, and what is special about the reading."""
        parts = [self.file, *(f"{key}={value}" for key, value in self.options.items())]
        if self.roles != {"text": "text"}:
            parts += [f"{key}={value}" for key, value in self.roles.items()]
        return " ".join([*parts, *([f"metadata={self.metadata}"] if self.metadata else [])])

    def read(self, folder: Path) -> Table:
        """Read the input from the folder that holds all of them."""
        metadata = folder / self.metadata if self.metadata else None
        return read(
            folder / self.file, roles=Roles(**self.roles), options=ReadOptions(**self.options), metadata=metadata
        )


def kept(count: int, **marked: int) -> dict[str, int]:
    """Return the outcome of a table: rows kept, and marked by status."""
    return ({"kept": count} if count else {}) | marked


def told(case: Case, folder: Path) -> str:
    """Return what the user is told: the error with its hint, or the notes."""
    try:
        return "\n".join(case.read(folder).notes)
    except TriptychError as error:
        said = f"{type(error).__name__}: {error}".replace(str(folder), "")
        return re.sub(r"(readable Parquet file): .*", r"\1: …", said)  # what follows are the words of a dependency


MARK: dict[str, Any] = {"on_bad_rows": "mark"}
DATE = {"text": "text", "date": "when"}
ID = {"text": "text", "id": "id"}
NONE: dict[str, Any] = {}

CASES = [
    # Nothing, and next to nothing.
    Case("zero_bytes.csv", InputError),
    Case("header_only.csv", InputError),
    Case("only_newlines.csv", InputError),
    Case("no_usable_rows.csv", InputError),
    Case("all_too_short.csv", InputError, options={"min_chars": 31}),
    Case("only_empty_objects.jsonl", InputError),
    Case("no_rows.parquet", InputError),
    Case("one_row.csv", kept(1), roles=ID),
    Case("nine_rows.csv", kept(9)),
    Case("nine_rows.csv", kept(4, too_short=5), options={"min_chars": 23}),
    Case("all_duplicates.csv", kept(3)),
    Case("empty_texts.csv", kept(4, empty=4)),
    # Values stay what they are.
    Case("missing_words.csv", kept(5), roles=ID),
    Case("long_ids.csv", kept(6), roles=ID),
    Case("scripts.csv", kept(9), roles=ID),
    Case("typed.parquet", kept(2, empty=1), roles=ID),
    Case("good.jsonl", kept(2), roles=ID),
    Case("escapes.jsonl", kept(3)),
    # Columns.
    Case("missing_column.csv", InputError),
    Case("wrong_case.csv", InputError),
    Case("nine_rows.csv", InputError, roles={"text": "text", "group": ("genre",)}),
    Case("bad_names.csv", InputError),
    Case("bad_names.csv", kept(1), options={"rename": True}),
    Case("unnamed_index.csv", InputError),
    Case("unnamed_index.csv", kept(2), options={"rename": True}),
    Case("blank_name.csv", InputError),
    Case("reserved_names.csv", kept(2), roles={"text": "{text} {status}", "id": "row_id", "group": ("document",)}),
    Case("too_many_columns.csv", LimitExceeded),
    Case("too_wide.parquet", LimitExceeded),
    Case("templates.csv", kept(3, empty=1), roles={"text": "{name}. {summary}", "id": "id"}),
    Case("templates.csv", InputError, roles={"text": "{name}. {sumary}"}),
    # Numbers and identifiers.
    Case("mixed_numbers.csv", InputError, roles={"text": "text", "popularity": "votes"}),
    Case("mixed_numbers.csv", kept(6), roles={"text": "text", "popularity": "votes"}, options=MARK),
    Case("repeated_ids.csv", InputError, roles=ID),
    Case("repeated_ids.csv", kept(5), roles=ID, options={"make_ids": True}),
    # Bytes.
    Case("utf8_bom.csv", kept(1), roles=ID),
    Case("utf16.csv", kept(1), roles=ID),
    Case("utf16_big_endian.csv", kept(1), roles=ID),
    Case("utf32.csv", kept(1), roles=ID),
    Case("utf16_without_bom.csv", InputError),
    Case("utf16_without_bom.csv", kept(1), options={"encoding": "utf-16-le"}),
    Case("latin1.csv", InputError),
    Case("latin1.csv", kept(1), options={"encoding": "latin-1"}),
    Case("latin1.csv", kept(1), options={"on_bad_bytes": "replace"}),
    Case("cp1252.csv", kept(1), options={"encoding": "cp1252"}),
    Case("mixed_encodings.csv", InputError),
    Case("mixed_encodings.csv", kept(2), options={"on_bad_bytes": "replace"}),
    Case("truncated_utf8.csv", InputError),
    Case("overlong_utf8.csv", InputError),
    Case("surrogate_in_utf8.csv", InputError),
    Case("latin1.jsonl", InputError),
    Case("utf8_bom.jsonl", kept(1)),
    Case("nul_bytes.csv", kept(2, empty=1)),
    # Lines, separators and quotes.
    Case("crlf.csv", kept(2)),
    Case("cr.csv", kept(2)),
    Case("crlf_in_field.csv", kept(2)),
    Case("no_last_newline.csv", kept(2)),
    Case("embedded_newlines.csv", kept(2)),
    Case("quote_inside.csv", kept(2)),
    Case("blank_lines.csv", kept(2)),
    Case("blank_lines_first.csv", kept(1)),
    Case("one_column.csv", kept(2, empty=1)),
    Case("one_column_commas.csv", InputError),
    Case("one_column_commas.csv", kept(2), options={"separator": "|"}),
    Case("semicolons.csv", kept(2)),
    Case("bars.csv", kept(2)),
    Case("tabs.tsv", kept(2)),
    Case("tabs.csv", kept(2)),
    Case("unbalanced_quote.csv", InputError),
    Case("unbalanced_quote.csv", kept(3, unreadable=1), options=MARK),
    Case("stray_quote.csv", InputError),
    Case("stray_quote.csv", kept(2, unreadable=1), roles=ID, options=MARK),
    Case("ragged.csv", InputError),
    Case("ragged.csv", kept(2, unreadable=2), roles=ID, options=MARK),
    Case("many_bad_quotes.csv", InputError, options=MARK),
    Case("million_characters.csv", kept(2)),
    Case("large_field.csv", kept(2)),
    Case("bad_line.jsonl", InputError),
    Case("bad_line.jsonl", kept(2, unreadable=1), options=MARK),
    Case("not_objects.jsonl", InputError),
    Case("one_list.json", InputError),
    Case("two_keys.jsonl", InputError),
    Case("deep.jsonl", InputError),
    Case("deep.jsonl", kept(1, unreadable=1), options=MARK),
    Case("crlf.jsonl", kept(2)),
    # Dates.
    Case("dates_iso.csv", kept(8), roles=DATE),
    Case("dates_zones.csv", kept(5), roles=DATE),
    Case("dates_out_of_range.csv", kept(7), roles=DATE),
    Case("dates_ambiguous.csv", InputError, roles=DATE),
    Case("dates_ambiguous.csv", kept(2), roles=DATE, options={"date_format": "%m/%d/%Y"}),
    Case("dates_day_first.csv", kept(2), roles=DATE),
    Case("dates_both_orders.csv", InputError, roles=DATE),
    Case("dates_two_digit_years.csv", InputError, roles=DATE),
    Case("dates_two_digit_years.csv", kept(2), roles=DATE, options={"date_format": "%d/%m/%y"}),
    Case("dates_epoch_s.csv", kept(2), roles=DATE),
    Case("dates_epoch_ms.csv", kept(2), roles=DATE),
    Case("dates_words.csv", InputError, roles=DATE),
    Case("dates_month_names.csv", InputError, roles=DATE),
    Case("dates_month_names.csv", kept(2), roles=DATE, options={"date_format": "%d %b %Y"}),
    # Vectors.
    Case("good.npy", kept(12), roles={"title": "title"}, metadata="metadata.parquet"),
    Case("good.npy", InputError, roles=NONE, metadata="metadata_short.parquet"),
    Case("float16.npy", kept(12), roles=NONE),
    Case("float64.npy", kept(12), roles=NONE),
    Case("int8.npy", kept(12), roles=NONE),
    Case("fortran.npy", kept(12), roles=NONE),
    Case("transposed.npy", InputError, roles=NONE, metadata="metadata.parquet"),
    Case("one_dimension.npy", InputError, roles=NONE),
    Case("three_dimensions.npy", InputError, roles=NONE),
    Case("no_rows.npy", InputError, roles=NONE),
    Case("ragged.npy", InputError, roles=NONE),
    Case("canary.npy", InputError, roles=NONE),
    Case("strings.npy", InputError, roles=NONE),
    Case("truth_values.npy", InputError, roles=NONE),
    Case("complex.npy", InputError, roles=NONE),
    Case("not_finite.npy", InputError, roles=NONE),
    Case("not_finite.npy", kept(6, bad_vector=6), roles=NONE, options=MARK),
    Case("overflow.npy", InputError, roles=NONE),
    Case("overflow.npy", kept(10, bad_vector=2), roles=NONE, options=MARK),
    Case("zeros.npy", kept(10, no_direction=2), roles=NONE),
    Case("all_zeros.npy", InputError, roles=NONE),
    Case("constant.npy", kept(12), roles=NONE),
    Case("cut_off.npy", InputError, roles=NONE),
    Case("bad_header.npy", InputError, roles=NONE),
    Case("huge_shape.npy", InputError, roles=NONE),
    Case("not_npy.npy", InputError, roles=NONE),
    Case("list_vectors.parquet", kept(3), roles={"vectors": "v", "title": "title"}),
    Case("array_vectors.parquet", kept(3), roles={"vectors": "v"}),
    Case("prefix_vectors.parquet", kept(3), roles={"vectors": "bert_"}),
    Case("prefix_vectors.parquet", InputError, roles={"vectors": "brt_"}),
    Case("ragged_vectors.parquet", InputError, roles={"vectors": "v"}),
    Case("ragged_vectors.parquet", kept(2, bad_vector=2), roles={"vectors": "v"}, options=MARK),
    Case("text_lists.parquet", InputError, roles={"vectors": "v"}),
    Case("vectors_in_json.jsonl", InputError, roles={"vectors": "vector"}),
    Case("vectors_in_json.jsonl", kept(2, bad_vector=3), roles={"vectors": "vector"}, options=MARK),
    Case("vectors_wide.csv", kept(2), roles={"vectors": "v_", "id": "id"}),
    Case("vectors_wide_words.csv", InputError, roles={"vectors": "v_"}),
    Case("vectors_wide_words.csv", kept(1, bad_vector=2), roles={"vectors": "v_"}, options=MARK),
    # Files that are something else.
    Case("no_such_file.csv", InputError),
    Case("nine_row.csv", InputError),
    Case("folder.csv", InputError),
    Case("pickle.pkl", InputError),
    Case("pickle.csv", InputError),
    Case("pickle.parquet", InputError),
    Case("workbook.xlsx", InputError),
    Case("table.csv.gz", InputError),
    Case("cut_off.parquet", InputError),
    Case("not_parquet.parquet", InputError),
    Case("magic_only.parquet", InputError),
    Case("parquet_inside.csv", kept(2, empty=1)),
]


def expected() -> dict[str, str]:
    """Return what users must be told, by the name of the case."""
    found: dict[str, str] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return found


def statuses(table: Table) -> dict[str, int]:
    """Return how many rows have which status."""
    counts = table.rows[STATUS].value_counts(sort=True)
    return dict(counts.iter_rows())


def _write_expected() -> None:
    from tests.fault.make_inputs import make_inputs

    with tempfile.TemporaryDirectory() as folder:
        make_inputs(Path(folder))
        answers = {case.name: told(case, Path(folder)) for case in CASES}
    EXPECTED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write_expected()
