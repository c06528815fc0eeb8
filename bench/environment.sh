#!/usr/bin/env bash
# Make the peers' environment, bench/work/venv, or bring it to the versions of bench/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
work=bench/work
if ! cmp -s bench/requirements.txt $work/installed.txt; then
  python3 -m venv $work/venv
  # torch by itself and first: otherwise its dependants choose the build.
  $work/venv/bin/python -m pip install -q "$(grep '^torch==' bench/requirements.txt)"
  $work/venv/bin/python -m pip install -q -r bench/requirements.txt
  cp bench/requirements.txt $work/installed.txt
fi
