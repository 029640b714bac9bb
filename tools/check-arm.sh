#!/usr/bin/env bash
# Compiles the kernels and their tests for 64-bit ARM and runs the tests under qemu, once for each
# instruction set that kernels are written for.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
usage: tools/check-arm.sh [--program] [CPU...]

CPU: one that `qemu-aarch64 -cpu help` lists (default: cortex-a72, without the dot product of bytes,
     and neoverse-n1, with it)

  --program  compiles the whole program too and runs `pare doctor`

Needs what `tools/install-deps.sh core test arm` installs; fetches libraries by tools/get-arm-root.sh.
The last line is "N passed, N failed".
TEXT
}

program=false
cpus=()
for argument in "$@"; do
  case "$argument" in
    --program) program=true ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 64 ;;
    *) cpus+=("$argument") ;;
  esac
done
if [ "${#cpus[@]}" -eq 0 ]; then cpus=(cortex-a72 neoverse-n1); fi

jobs=${JOBS:-$(nproc)}
build=build/aarch64
root=build/arm-root
tools/get-arm-root.sh "$root"
cmake --preset aarch64
cmake --build --preset aarch64 --parallel "$jobs" --target test_kernels

# Emulated threads that wait for each other take the time of those that work.
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
logs=()
running=()
for cpu in "${cpus[@]}"; do
  logs+=("$build/test_kernels.$cpu.log")
  qemu-aarch64 -cpu "$cpu" -L "$root" "$build/tests/test_kernels" --gtest_brief=1 \
    >"${logs[-1]}" 2>&1 &
  running+=($!)
done
passed=0
failed=0
for i in "${!cpus[@]}"; do
  status=0
  wait "${running[$i]}" || status=$?
  good=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\{0,1\}\.$/\1/p' "${logs[$i]}")
  bad=$(grep -c '^\[  FAILED  \] .*(.* ms)$' "${logs[$i]}" || true)
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi  # a crash
  if [ "$bad" -ne 0 ]; then cat "${logs[$i]}"; fi
  echo "check-arm: test_kernels on ${cpus[$i]}: ${good:-0} passed, $bad failed"
  passed=$((passed + ${good:-0}))
  failed=$((failed + bad))
done

if "$program"; then
  cmake --build --preset aarch64 --parallel "$jobs" --target pare
  if qemu-aarch64 -cpu max -L "$root" "$build/pare" doctor; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
fi
echo "$passed passed, $failed failed"
test "$failed" -eq 0
