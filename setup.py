"""The compiled part of the package; everything else is in pyproject.toml.

Needs GCC or clang (on Windows clang-cl: ``set CC=clang-cl``), for their vector extension. Multiplications must not be
fused with additions: results are the same bytes on every CPU that runs the same library.
"""

import sys
from pathlib import Path

from setuptools import Extension, setup

FLAGS = ["/O2", "/fp:precise", "/clang:-ffp-contract=off"] if sys.platform == "win32" else [
    "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-Wno-psabi",
]  # fmt: skip

KERNELS = Path("src/triptych/kernels")

setup(
    ext_modules=[
        Extension(
            "triptych.kernels._native",
            sorted(str(path) for path in KERNELS.glob("*.c")),
            depends=[str(path) for path in KERNELS.glob("*.h")],
            extra_compile_args=FLAGS,
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
