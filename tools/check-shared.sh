#!/usr/bin/env bash
# Checks pare against real models, data and the ONNX conformance suite, which lie outside the
# repository. Builds on build/release. The last line is "N passed, N failed".
#
# usage: tools/check-shared.sh SHARED_FOLDER [--gtest_filter=...]
#   BUILD=folder  another build folder (default build/release)
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 1 ] || [ ! -d "$1" ]; then
  echo "usage: tools/check-shared.sh SHARED_FOLDER [gtest arguments]" >&2
  exit 64
fi
PARE_SHARED=$(cd "$1" && pwd)
export PARE_SHARED
# On a busy machine, threads that spin while they wait cost more than they gain.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-10000}
shift
build=${BUILD:-build/release}
jobs=${JOBS:-2}

if [ ! -f "$build/CMakeCache.txt" ]; then cmake --preset release -B "$build"; fi
cmake --build "$build" --parallel "$jobs" --target pare_shared_checks
has_conformance=false
if [ -f "$PARE_SHARED/conformance/onnx-conformance.tar.zst" ] &&
  compgen -G "tests/conformance/*.cpp" >/dev/null; then
  cmake --build "$build" --parallel "$jobs" --target pare_conformance
  has_conformance=true
fi
PARE_ONNXRUNTIME=$(tools/get-onnxruntime.sh)
export PARE_ONNXRUNTIME

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# A case that did not report success (failed, skipped, or never ran after a crash) has failed.
"$build/tests/pare_shared_checks" "$@" 2>&1 | tee "$log" || true
total=$(sed -n 's/^\[==========\] Running \([0-9]*\) tests\{0,1\} from.*/\1/p' "$log" | head -n 1)
good=$(grep -c '^\[       OK \]' "$log" || true)
passed=$((passed + good))
failed=$((failed + ${total:-1} - good))
if [ "${total:-0}" -eq 0 ]; then failed=$((failed + 1)); fi

if "$has_conformance"; then
  suite=$build/conformance
  archive=$PARE_SHARED/conformance/onnx-conformance.tar.zst
  if [ ! -f "$suite/.unpacked" ] || [ "$archive" -nt "$suite/.unpacked" ]; then
    rm -rf "$suite"
    mkdir -p "$suite"
    tar --zstd -xf "$archive" -C "$suite"
    touch "$suite/.unpacked"
  fi
  status=0
  "$build/pare_conformance" "$suite" \
    --expect tests/conformance/known_failures_newest.txt --quiet 2>&1 | tee "$log" || status=$?
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1 || true)
  if [[ "$counts" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ [0-9]+\ skipped$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    if [ "$status" -ne 0 ] && [ "${BASH_REMATCH[2]}" -eq 0 ]; then failed=$((failed + 1)); fi
  else
    echo "check-shared: pare_conformance did not say how many cases passed (status $status)"
    failed=$((failed + 1))
  fi
else
  echo "check-shared: no conformance suite or no program for it, so it was not run"
fi

echo "$passed passed, $failed failed"
test "$failed" -eq 0
