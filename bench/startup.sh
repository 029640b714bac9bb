#!/usr/bin/env bash
# Time from the start of a process to its first output, in turns: `pare run` with a model and with
# its plan file against the least program that uses ONNX Runtime's C interface.
#
# usage: bench/startup.sh PARE MODEL THREADS [SIZE...]   (sizes of the one float input, such as 1 3 224 224)
set -euo pipefail

pare=${1:?usage: $0 PARE MODEL THREADS [SIZE...]}
model=${2:?a model}
threads=${3:?a number of threads}
shift 3
root=$(cd "$(dirname "$0")/.." && pwd)
runs=${RUNS:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$pare" compile "$model" -o "$work/model.plan" --threads "$threads" >"$work/compile.txt"
names=(pare-model pare-plan)
commands=("$pare run $model --threads $threads" "$pare run $work/model.plan --threads $threads")
if [ $# -gt 0 ]; then
  library=${PARE_ONNXRUNTIME:-$("$root/tools/get-onnxruntime.sh" | tail -n 1)}
  cc -O2 "$root/bench/startup_onnxruntime.c" -o "$work/least" -ldl
  names+=(onnxruntime)
  commands+=("$work/least $library $model $threads $*")
fi

for ((run = 0; run < runs; ++run)); do
  for i in "${!commands[@]}"; do
    start=${EPOCHREALTIME/./}
    ${commands[i]} >"$work/out.txt"
    echo "$((${EPOCHREALTIME/./} - start))" >>"$work/${names[i]}"
  done
done
printf '%-12s %10s %10s %10s  (ms, %s runs)\n' program median best worst "$runs"
for name in "${names[@]}"; do
  sort -n "$work/$name" | awk -v name="$name" '{ t[NR] = $1 / 1000 } END {
    printf "%-12s %10.1f %10.1f %10.1f\n", name, t[int((NR + 1) / 2)], t[1], t[NR] }'
done
