#!/usr/bin/env bash
# Runs each fuzz target of build/fuzz for some seconds on its seeds in fuzz/corpus/<target>/.
# As many run side by side as JOBS says (1). Findings stay in build/fuzz/findings/.
# The last line is "N passed, N failed".
#
# usage: tools/run-fuzz.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: tools/run-fuzz.sh SECONDS [TARGET...]}
shift
jobs=${JOBS:-1}
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

# fuzz_one TARGET SECONDS: fails when the target found something.
fuzz_one() {
  local name=${1##*/fuzz_} seeds=()
  local corpus=build/fuzz/corpus/$name findings=build/fuzz/findings/$name
  mkdir -p "$corpus" "$findings"
  if [ -d "fuzz/corpus/$name" ]; then seeds=("fuzz/corpus/$name"); fi
  echo "fuzz: $name for $2 s" >&2
  "$1" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -print_final_stats=0 -verbosity=0 -artifact_prefix="$findings/" "$corpus" "${seeds[@]}" >&2 && return
  echo "fuzz: $name failed; see $findings" >&2
  return 1
}

passed=0
failed=0
for ((first = 0; first < ${#targets[@]}; first += jobs)); do
  running=()
  for target in "${targets[@]:first:jobs}"; do
    fuzz_one "$target" "$seconds" &
    running+=("$!")
  done
  for process in "${running[@]}"; do
    if wait "$process"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
done
echo "$passed passed, $failed failed"
test "$failed" -eq 0
