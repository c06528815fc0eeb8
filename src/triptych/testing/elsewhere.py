"""What only a fresh process can tell: what an import loads, whether results come back, how much memory is taken.

One process serves any number of methods. It has another hash seed and an empty environment.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triptych.core.errors import MissingExtra
from triptych.core.memory import peak_bytes, reset_peak
from triptych.core.registry import Method, kind_of
from triptych.testing.case import Case, Report
from triptych.testing.samples import planted
from triptych.testing.trials import TRIALS, result_digest

__all__ = ["imports", "memory", "other_process", "report_on"]

#: Modules that a method may load when it is called, never when it is imported.
HEAVY = (
    "anthropic", "datamapplot", "matplotlib", "numba", "onnxruntime", "openai", "pandas", "polars", "pyarrow", "ray",
    "scipy", "sentence_transformers", "sklearn", "tokenizers", "torch", "transformers", "umap",
)  # fmt: skip
#: Below so many bytes a measurement of memory says more about the allocator than about the method.
GRAIN = 16_000_000
#: An estimate of memory is right within this factor.
FACTOR = 4

#: The allocator gives memory back at once, so that a peak is a peak.
_ENVIRONMENT = {"PYTHONHASHSEED": "77", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
_START = """
import json, sys
given = json.load(sys.stdin)
sys.path[:] = given["path"]
from triptych.testing.elsewhere import answer
answer(given["methods"])
"""


def report_on(classes: Sequence[type[Method]]) -> list[Report]:
    """Look at methods in one fresh process.

    Parameters
    ----------
    classes
        Classes of modules, not of ``__main__``.
    """
    methods = [
        {"module": cls.__module__, "name": cls.__qualname__, "file": inspect.getsourcefile(cls)} for cls in classes
    ]
    ran = subprocess.run(
        [sys.executable, "-c", _START], input=json.dumps({"path": sys.path, "methods": methods}),
        capture_output=True, text=True, env=_ENVIRONMENT, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if ran.returncode or len(lines) != len(classes):
        return [Report(error=ran.stderr.strip()[-500:] or f"ended with code {ran.returncode}")] * len(classes)
    return [Report(**{**line, "heavy": tuple(line["heavy"])}) for line in lines]


def imports(case: Case) -> Iterator[str]:
    """The import of its module loads none of the heavy packages."""
    if case.report.heavy:
        yield f"importing it loads {', '.join(case.report.heavy)}; import them inside the call"


def other_process(case: Case) -> Iterator[str]:
    """Another process with another hash seed and no environment gives the same bytes."""
    yield from _broken(case.report)
    if case.report.digest and case.report.digest != result_digest(case.trial.run(case.cls(), planted(), seed=1)):
        yield "another result in another process"


def memory(case: Case) -> Iterator[str]:
    """The estimate of memory is right within a factor of four, or what is taken is too little to measure."""
    yield from _broken(case.report)
    (rows, columns), peak = case.trial.large, case.report.peak
    estimate = case.cls().memory(rows, columns)
    if peak > FACTOR * max(estimate, GRAIN) or estimate > FACTOR * max(peak, GRAIN):
        took = f"{peak / 1e6:,.0f} MB"
        yield f"{rows:,} rows of {columns:,} took {took}, the estimate is {estimate / 1e6:,.0f} MB"


def _broken(report: Report) -> Iterator[str]:
    if report.missing:
        raise MissingExtra(report.missing)
    if report.error:
        yield f"in a fresh process: {report.error}"


def answer(methods: Sequence[Mapping[str, Any]]) -> None:
    """Write one line of JSON a method to stdout; runs in the fresh process."""
    importlib.import_module("triptych.testing.trials")
    imported = [_imported(entry) for entry in methods]
    for cls, heavy in imported:
        found: dict[str, Any] = {"heavy": heavy}
        try:
            found["digest"] = result_digest(TRIALS[kind_of(cls)].run(cls(), planted(), seed=1))
            found["peak"] = _peak(cls)
        except MissingExtra as error:
            found["missing"] = error.message
        except Exception as error:  # noqa: BLE001 - told to the process that asked
            found["error"] = f"{type(error).__name__}: {error}"
        sys.stdout.write(json.dumps(found) + "\n")


def _imported(entry: Mapping[str, Any]) -> tuple[type[Method], list[str]]:
    before = set(sys.modules)
    try:
        module = importlib.import_module(entry["module"])
    except ModuleNotFoundError:  # a file that was put into a package at run time
        spec = importlib.util.spec_from_file_location(entry["module"], entry["file"])
        if spec is None or spec.loader is None:
            raise
        module = importlib.util.module_from_spec(spec)
        sys.modules[entry["module"]] = module
        spec.loader.exec_module(module)
    found: Any = module
    for part in entry["name"].split("."):
        found = getattr(found, part)
    return found, sorted(set(HEAVY) & (set(sys.modules) - before))


def _peak(cls: type[Method]) -> int:
    trial = TRIALS[kind_of(cls)]
    rows, columns = trial.large
    sample = planted(rows, columns, words=max(6, columns // 7))
    # What a sample works out when it is first asked belongs to it, not to the method.
    for name in trial.takes:
        getattr(sample, name)
    reset_peak()
    before = peak_bytes()
    trial.run(cls(), sample)
    return peak_bytes() - before
