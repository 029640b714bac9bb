#!/usr/bin/env bash
# clang-format on every source, then clang-tidy on what a build compiles.
#
# usage: tools/lint.sh [--fix-format | --format-only | BUILD_DIR [FILE...]]
#   JOBS=N        how many files clang-tidy reads at once (default 2: each takes up to 1 GB)
#   LINT_PART=I/N  clang-tidy reads only part I (from 0) of N; formatting is checked everywhere
set -euo pipefail
cd "$(dirname "$0")/.."

tool() {  # the version that the house is formatted with, else whatever there is
  command -v "$1-14" || command -v "$1" || { echo "lint: $1 is missing: tools/install-deps.sh dev" >&2; exit 69; }
}

# Untracked files count too: what is about to be committed should be clean.
sources() {
  git ls-files --cached --others --exclude-standard -- \
    'src/**.cpp' 'src/**.hpp' 'tests/**.cpp' 'tests/**.hpp' 'fuzz/*.cpp' 'bench/*.cpp' \
    'include/**.hpp' 'include/**.h' 'examples/**.cpp' | while read -r file; do
    if [ -f "$file" ]; then echo "$file"; fi
  done
}

format=$(tool clang-format)
if [ "${1:-}" = --fix-format ]; then
  sources | xargs -r "$format" -i
  exit 0
fi

status=0
sources | xargs -r "$format" --dry-run -Werror || status=1
if command -v shellcheck >/dev/null; then
  git ls-files --cached --others --exclude-standard -- "*.sh" .ci/run | xargs -r shellcheck -S warning || status=1
fi
if [ "${1:-}" = --format-only ]; then exit "$status"; fi

build=${1:-build/lint}
shift || true
if [ ! -f "$build/compile_commands.json" ]; then
  echo "lint: $build is not configured (cmake --preset lint)" >&2
  exit 64
fi
tidy=$(tool clang-tidy)
# It takes a broken configuration for none at all and goes on.
if "$tidy" --dump-config src/base/error.cpp 2>&1 | grep -q "Error parsing"; then
  echo "lint: .clang-tidy cannot be read" >&2
  exit 78
fi
if [ $# -gt 0 ]; then
  files=("$@")
else
  mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)".*/\1/p' "$build/compile_commands.json" |
    grep -E "^$PWD/(src|tests|fuzz|bench|examples)/" | sort -u)
fi

# A part is every N-th file of the sorted list, so that each part holds some of every folder.
if [ -n "${LINT_PART:-}" ]; then
  part=${LINT_PART%/*} parts=${LINT_PART#*/}
  if ! [[ "$part" =~ ^[0-9]+$ && "$parts" =~ ^[1-9][0-9]*$ ]] || [ "$part" -ge "$parts" ]; then
    echo "lint: LINT_PART is I/N with I < N, not $LINT_PART" >&2
    exit 64
  fi
  all=("${files[@]}")
  files=()
  for ((i = part; i < ${#all[@]}; i += parts)); do files+=("${all[i]}"); done
fi

# A file that was clean and has not changed since (nor any header, nor the rules) is clean still.
cache="$build/lint-clean"
mkdir -p "$cache"
headers=$({ cat .clang-tidy; sources | grep -E "\.(hpp|h)$" | xargs -r cat; } | sha256sum | cut -c1-16)

check_one() {
  local file=$1 key
  key=$({ echo "$2 $file"; cat "$file"; } | sha256sum | cut -c1-40)
  if [ -f "$3/$key" ]; then return 0; fi
  if "$4" --quiet -p "$5" "$file" 2>/dev/null; then touch "$3/$key"; else echo "lint: $file" >&2; return 1; fi
}
export -f check_one
printf '%s\0' "${files[@]}" |
  xargs -0 -r -n 1 -P "${JOBS:-2}" bash -c 'check_one "$5" "$1" "$2" "$3" "$4"' _ \
    "$headers" "$cache" "$tidy" "$build" || status=1

if [ "$status" -eq 0 ]; then echo "lint: ${#files[@]} files clean"; else echo "lint: failed" >&2; fi
exit "$status"
