"""Writes the inputs of the catalogue that are binary, large, or would not survive an editor; the others are files."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

INPUTS = Path(__file__).parent / "inputs"


def make_inputs(folder: Path) -> None:
    """Fill a folder with every input of the catalogue."""
    shutil.copytree(INPUTS, folder, dirs_exist_ok=True)
    for name, content in TEXTS.items():
        (folder / name).write_bytes(content)
    for name, content in _archives(folder).items():
        (folder / name).write_bytes(content)
    for name, array in _arrays(folder).items():
        np.save(folder / name, array, allow_pickle=True)
    for name, frame in _frames().items():
        frame.write_parquet(folder / name)
    _damage(folder)
    (folder / "folder.csv").mkdir()


def _csv(text: str) -> str:
    return f"id,text\n1,{text}\n"


ACCENTS = _csv("Amélie à Paris – naïve")

TEXTS = {
    "utf8_bom.csv": b"\xef\xbb\xbf" + ACCENTS.encode(),
    "utf16.csv": ACCENTS.encode("utf-16"),
    "utf16_big_endian.csv": b"\xfe\xff" + ACCENTS.encode("utf-16-be"),
    "utf16_without_bom.csv": ACCENTS.encode("utf-16-le"),
    "utf32.csv": ACCENTS.encode("utf-32"),
    "latin1.csv": _csv("Amélie à Paris").encode("latin-1"),
    "cp1252.csv": ACCENTS.encode("cp1252"),
    "mixed_encodings.csv": _csv("Amélie").encode() + "2,Amélie\n".encode("latin-1"),
    "truncated_utf8.csv": ACCENTS.encode()[:-14] + b"\xe2\x80",
    "overlong_utf8.csv": b"id,text\n1,slash \xc0\xaf\n",
    "surrogate_in_utf8.csv": b"id,text\n1,half \xed\xa0\x80 pair\n",
    "nul_bytes.csv": b"id,text\n1,be\x00fore and after\n2,\x1b[31mred\x07\n3,\x00\n",
    "crlf.csv": b"id,text\r\n1,first\r\n2,second\r\n",
    "cr.csv": b"id,text\r1,first\r2,second\r",
    "crlf_in_field.csv": b'id,text\r\n1,"first\r\nline"\r\n2,second\r\n',
    "no_last_newline.csv": b"id,text\n1,first\n2,second",
    "only_newlines.csv": b"\n\n\n",
    "million_characters.csv": b"id,text\n1," + b"word " * 200_000 + b"end\n2,short\n",
    "large_field.csv": b'id,text\n1,"' + b"0123456789\n" * 1_000_000 + b'"\n2,short\n',
    "too_many_columns.csv": ",".join(f"c{i}" for i in range(10_001)).encode() + b"\n",
    "deep.jsonl": b'{"text": "fine"}\n{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "crlf.jsonl": b'{"text": "first"}\r\n{"text": "second\xe2\x80\xa8line"}\r\n',
    "latin1.jsonl": '{"text": "Amélie"}\n'.encode("latin-1"),
    "utf8_bom.jsonl": b'\xef\xbb\xbf{"text": "first"}\n',
    "many_bad_quotes.csv": b"id,text\n" + b'1,"x" y\n' * 1_001,
}


class Canary:
    """Leaves the folder ``canary`` behind when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.folder / "canary"),)


def _archives(folder: Path) -> dict[str, bytes]:
    import gzip
    import pickle
    import zipfile

    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("table.csv", ACCENTS)
    return {
        "pickle.pkl": pickle.dumps(Canary(folder)),
        "pickle.csv": pickle.dumps(Canary(folder), protocol=2),
        "pickle.parquet": pickle.dumps(Canary(folder)),
        "workbook.xlsx": zipped.getvalue(),
        "table.csv.gz": gzip.compress(ACCENTS.encode(), mtime=0),
    }


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    vectors = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
    broken, large, flat = vectors.copy(), vectors.astype(np.float64), vectors.copy()
    broken[[2, 3, 5, 7, 8, 11], 1] = [np.nan, np.inf, -np.inf, np.nan, np.nan, np.nan]
    large[4, 0], large[6, 1] = 1e39, 1e25
    flat[1], flat[3] = 0, 1e-42
    return {
        "good.npy": vectors,
        "float16.npy": vectors.astype(np.float16),
        "float64.npy": vectors.astype(np.float64),
        "int8.npy": (vectors * 40).astype(np.int8),
        "fortran.npy": np.asfortranarray(vectors),
        "transposed.npy": np.ascontiguousarray(vectors.T),
        "one_dimension.npy": vectors.ravel(),
        "three_dimensions.npy": vectors.reshape(3, 4, 4),
        "no_rows.npy": vectors[:0],
        "ragged.npy": np.array([[1.0, 2.0], [3.0]], dtype=object),
        "canary.npy": np.array([Canary(folder)], dtype=object),
        "strings.npy": vectors.astype(str),
        "truth_values.npy": vectors > 0,
        "complex.npy": vectors.astype(np.complex64),
        "not_finite.npy": broken,
        "overflow.npy": large,
        "zeros.npy": flat,
        "all_zeros.npy": np.zeros_like(vectors),
        "constant.npy": np.ones_like(vectors),
    }


def _frames() -> dict[str, pl.DataFrame]:
    texts = ["A robot learns to paint", None, "None"]
    lists = [[0.5, 1.0], [2.0, 3.0], [4.0, 5.0]]
    return {
        "typed.parquet": pl.DataFrame(
            {
                "id": [2**63 - 1, -1, 0],
                "text": texts,
                "unsigned": pl.Series([2**64 - 1, 0, None], dtype=pl.UInt64),
                "single": pl.Series([0.1, 1e30, None], dtype=pl.Float32),
                "double": [0.1, 1e300, float("nan")],
                "day": [dt.date(2020, 2, 29), dt.date(1, 1, 1), None],
                "moment": [dt.datetime(2020, 1, 1, 12, 30, 0, 5), dt.datetime(1969, 1, 1), None],
                "zoned": [dt.datetime(2020, 1, 1, tzinfo=dt.UTC), None, None],
                "price": [Decimal("1.10"), Decimal("-0.05"), None],
                "flag": [True, False, None],
                "kind": pl.Series(["a", "b", None], dtype=pl.Categorical),
                "nothing": [None, None, None],
                "tags": [["a", 'b"c'], [], None],
                "nested": [{"k": 1}, {"k": None}, {"k": 3}],
                "bytes": [b"plain", b"\xff\xfe", None],
                "span": [dt.timedelta(days=1, seconds=5), None, None],
                "vector": lists,
            }
        ),
        "list_vectors.parquet": pl.DataFrame({"title": texts, "v": lists}),
        "array_vectors.parquet": pl.DataFrame({"v": pl.Series(lists, dtype=pl.Array(pl.Float32, 2))}),
        "prefix_vectors.parquet": pl.DataFrame({f"bert_{i}": [float(i), 1.0, 2.0] for i in (10, 2, 0, 1)}),
        "ragged_vectors.parquet": pl.DataFrame({"v": [[1.0, 2.0], [3.0], None, [4.0, 5.0]]}),
        "text_lists.parquet": pl.DataFrame({"v": [["a"], ["b"]]}),
        "metadata.parquet": pl.DataFrame({"title": [f"row {row}" for row in range(12)]}),
        "metadata_short.parquet": pl.DataFrame({"title": ["a", "b"]}),
        "no_rows.parquet": pl.DataFrame({"text": []}, schema={"text": pl.String}),
        "too_wide.parquet": pl.DataFrame({f"c{i}": [1] for i in range(10_001)}),
    }


def _damage(folder: Path) -> None:
    whole = (folder / "typed.parquet").read_bytes()
    (folder / "cut_off.parquet").write_bytes(whole[: len(whole) // 2])
    (folder / "not_parquet.parquet").write_bytes(b"id,text\n1,a\n")
    (folder / "magic_only.parquet").write_bytes(b"PAR1")
    (folder / "parquet_inside.csv").write_bytes(whole)
    array = (folder / "good.npy").read_bytes()
    (folder / "cut_off.npy").write_bytes(array[:-10])
    (folder / "bad_header.npy").write_bytes(array[:20] + b"((((" + array[24:])
    (folder / "huge_shape.npy").write_bytes(array.replace(b"(12, 4), ", b"(9999999999, 4), ")[: len(array)])
    (folder / "not_npy.npy").write_bytes(b"0.1 0.2\n0.3 0.4\n")
