#!/usr/bin/env bash
# Which lines of src/ the tests reach: builds the preset `coverage`, runs the tests, prints a table
# and writes build/coverage/html/index.html.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/coverage
cmake --preset coverage
cmake --build --preset coverage --parallel "${JOBS:-2}"

rm -rf "$build/profiles"
status=0
LLVM_PROFILE_FILE="$PWD/$build/profiles/%p.profraw" tools/count-tests.sh "$build" || status=$?
find "$build/profiles" -name "*.profraw" -print0 |
  xargs -0 llvm-profdata-14 merge -sparse -o "$build/all.profdata"

programs=()
for program in "$build"/tests/test_* "$build/pare"; do
  if [ -x "$program" ]; then programs+=(-object "$program"); fi
done
show=("${programs[@]:1}" -instr-profile "$build/all.profdata" -ignore-filename-regex 'tests/|generated|/usr/')
llvm-cov-14 show "${show[@]}" -format html -output-dir "$build/html" >/dev/null
llvm-cov-14 report "${show[@]}"
exit "$status"
