#!/usr/bin/env bash
# Run the tutorial's road and ours on the same texts, in fresh processes by turns, and print one table.
#   bash bench/run.sh [--n 45000] [--repeats 3] [--sample 2000]
# Results: bench/work/results-N.md and .json. PYTHON names the interpreter that has triptych.
set -euo pipefail
cd "$(dirname "$0")/.."

n=45000 repeats=3 sample=2000
while [ $# -gt 0 ]; do
  case "$1" in
    --n) n=$2 ;;
    --repeats) repeats=$2 ;;
    --sample) sample=$2 ;;
    *) echo "bench/run.sh: unknown option $1 (known: --n, --repeats, --sample)" >&2; exit 2 ;;
  esac
  shift 2
done

work=bench/work
runs=$work/runs-$n
theirs=$work/venv/bin/python
ours=${PYTHON:-.venv/bin/python}
[ -x "$ours" ] || ours=python3
mkdir -p "$runs"
rm -f "$runs"/*

bash bench/environment.sh
corpus=$work/corpus-$n.parquet
vectors=$work/vectors-$n.npy
# The tutorial's min_cluster_size is 100 at its 45,000 texts; smaller runs take less of it.
size=$($ours -c "print(max(10, min(100, round(100 * ($n / 45000) ** 0.5))))")

$ours -m bench.corpus --n "$n" --work $work
if [ ! -e "$vectors" ]; then
  echo "encode all texts, once for both sides"
  $ours -m bench.ours --encode --corpus "$corpus" --vectors "$vectors" --save "$work/encode-$n.json"
fi
$ours -m bench.machine --save "$runs/machine-before.json"
for i in $(seq "$repeats"); do
  echo "reference, run $i of $repeats"
  $theirs -m bench.reference --corpus "$corpus" --vectors "$vectors" --out "$runs" \
    --min-cluster-size "$size" --sample "$sample" --save "$runs/reference-$i.json" 2>"$runs/reference-$i.log"
  echo "ours, run $i of $repeats"
  $ours -m bench.ours --corpus "$corpus" --vectors "$vectors" --out "$runs" \
    --min-cluster-size "$size" --save "$runs/ours-$i.json"
  echo "ours from the texts by the student, run $i of $repeats"
  $ours -m bench.ours --corpus "$corpus" --encoder student --passes 1 --out "$runs" \
    --min-cluster-size "$size" --save "$runs/student-$i.json"
done
$ours -m bench.machine --save "$runs/machine-after.json"
$ours -m bench.report --corpus "$corpus" --vectors "$vectors" --runs "$runs" --encode "$work/encode-$n.json" \
  --min-cluster-size "$size" --save "$work/results-$n"
