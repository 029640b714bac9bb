#!/usr/bin/env bash
# pare doctor: what it finds on this machine.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help
expect 0 "target native: found" "$pare" doctor
says "target onnxruntime: " "$(nproc) usable of" "21 passes" "$(uname -r)"
expect 0 "" "$pare" doctor --json
object '"name": "native"' '"name": "onnxruntime"' '"features": [' '"kernel": ' '"version": '
[ "$(value usable_cores)" -eq "$(nproc)" ] || fail "cores: $(value usable_cores), not $(nproc)"
bytes=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) * 1024))
[ "$(value memory_bytes)" -eq "$bytes" ] || fail "memory: $(value memory_bytes), not $bytes"
# Where CPU features are listed by the system, AVX2 is found when it is there.
if grep -qw avx2 /proc/cpuinfo; then object '"avx2"'; fi
expect 64 "" "$pare" doctor --no-such-option
absent
passed
