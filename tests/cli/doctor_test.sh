#!/usr/bin/env bash
# pare doctor: what it finds on this machine.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help
# The cores that the scheduler grants; a quota of the control group may leave fewer.
cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
expect 0 "target native: found" "$pare" doctor
says "target onnxruntime: " " usable of" " operators, " "$(uname -r)"
expect 0 "" "$pare" doctor --json
object '"name": "native"' '"name": "onnxruntime"' '"features": [' '"kernel": ' '"version": '
holds "1 <= $(value usable_cores) && $(value usable_cores) <= $cores" "usable cores"
expect 0 "" taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$pare" doctor --json
[ "$(value usable_cores)" -eq 1 ] || fail "one core granted, $(value usable_cores) found"
passes=$(value passes)
bytes=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) * 1024))
[ "$(value memory_bytes)" -eq "$bytes" ] || fail "memory: $(value memory_bytes), not $bytes"
# Where CPU features are listed by the system, AVX2 is found when it is there.
if grep -qw avx2 /proc/cpuinfo; then object '"avx2"'; fi
expect 0 "" "$pare" optimize --list --json
[ "$(grep -c '"by_default"' out.txt)" -eq "$passes" ] || fail "doctor counts $passes passes"
expect 64 "" "$pare" doctor --no-such-option
absent
passed
