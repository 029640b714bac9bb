#!/usr/bin/env bash
# Runs each fuzz target of build/fuzz for some seconds on its seeds in fuzz/corpus/<target>/.
# Findings stay in build/fuzz/findings/. The last line is "N passed, N failed".
#
# usage: tools/run-fuzz.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: tools/run-fuzz.sh SECONDS [TARGET...]}
shift
if [ $# -gt 0 ]; then
  targets=("${@/#/build/fuzz/fuzz/fuzz_}")
else
  shopt -s nullglob
  targets=(build/fuzz/fuzz/fuzz_*)
fi

if [ "${#targets[@]}" -eq 0 ]; then
  echo "fuzz: no targets in build/fuzz (cmake --preset fuzz && cmake --build --preset fuzz)" >&2
  exit 66
fi

passed=0
failed=0
for target in "${targets[@]}"; do
  name=${target##*/fuzz_}
  corpus=build/fuzz/corpus/$name
  findings=build/fuzz/findings/$name
  mkdir -p "$corpus" "$findings"
  seeds=()
  if [ -d "fuzz/corpus/$name" ]; then seeds=("fuzz/corpus/$name"); fi
  echo "fuzz: $name for $seconds s" >&2
  if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -print_final_stats=0 -verbosity=0 -artifact_prefix="$findings/" "$corpus" "${seeds[@]}" >&2; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "fuzz: $name failed; see $findings" >&2
  fi
done
echo "$passed passed, $failed failed"
test "$failed" -eq 0
