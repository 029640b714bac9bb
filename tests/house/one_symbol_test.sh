#!/usr/bin/env bash
# usage: one_symbol_test.sh NM BUILD_DIR
# No function of two layers has the same name and parameters: a linker takes either without a word,
# also where one returns something else.
set -euo pipefail
nm=${1:?usage: one_symbol_test.sh NM BUILD_DIR}
build=${2:?usage: one_symbol_test.sh NM BUILD_DIR}
shopt -s nullglob
libraries=("$build"/libpare_*.a)
[ "${#libraries[@]}" -gt 5 ] || { echo "only ${#libraries[@]} libraries in $build" >&2; exit 1; }
twice=$("$nm" --defined-only --extern-only "${libraries[@]}" 2>/dev/null |
  awk '$2 == "T" { print $3 }' | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "defined in two places:" >&2
  c++filt <<<"$twice" >&2
  exit 1
fi
