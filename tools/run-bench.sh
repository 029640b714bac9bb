#!/usr/bin/env bash
# Runs every benchmark program of a build; the numbers are kept as JSON beside the programs.
# usage: tools/run-bench.sh BUILD_DIR [benchmark arguments]
set -euo pipefail
build=${1:?usage: tools/run-bench.sh BUILD_DIR [benchmark arguments]}
shift
shopt -s nullglob
programs=("$build"/bench/bench_*)
if [ "${#programs[@]}" -eq 0 ]; then
  echo "bench: no benchmark programs in $build/bench" >&2
  exit 66
fi
for program in "${programs[@]}"; do
  case "$program" in *.json) continue ;; esac
  "$program" --benchmark_out="$program.json" --benchmark_out_format=json "$@"
done
