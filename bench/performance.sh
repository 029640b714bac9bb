#!/usr/bin/env bash
# Whole networks on pare's native runtime and on ONNX Runtime, in turns, with their outputs compared:
# the tables of docs/performance.md (Markdown).
#
# usage: bench/performance.sh FOLDER [SECONDS]
#   FOLDER         networks of bench/export_networks.py; their compressed forms are made there
#   SECONDS        of timed runs for each pair (default 4)
#   ONLY=regex     networks whose name matches
#   THREADS="1 2"  numbers of threads
#   PARE=program   default build/release/pare
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?usage: bench/performance.sh FOLDER [SECONDS]}
seconds=${2:-4}
pare=${PARE:-build/release/pare}
PARE_ONNXRUNTIME=${PARE_ONNXRUNTIME:-$(tools/get-onnxruntime.sh | tail -n 1)}
export PARE_ONNXRUNTIME
failures=0

# number FIELD NTH: the NTH number of that name in the JSON on standard input.
number() {
  grep -oE "\"$1\": -?[0-9.eE+-]+" | sed -n "$2s/.*: //p"
}

# pair MODEL THREADS SIZES...: one row's cells "pare ms | ORT ms | ratio | memory"; the outputs must agree.
# Leaves the medians in $ours and $theirs.
pair() {
  local model=$1 threads=$2 json ratio low high off peak
  shift 2
  if ! json=$("$pare" bench "$model" --compare-target onnxruntime --threads "$threads" \
    --seconds "$seconds" "$@" --json --quiet); then
    echo "performance: $model did not run" >&2
    failures=$((failures + 1))
    cells="| - | - | - | - " ours=0 theirs=0
    return
  fi
  theirs=$(number median_ms 1 <<<"$json") ours=$(number median_ms 2 <<<"$json")
  ratio=$(number ratio 1 <<<"$json") low=$(number low 1 <<<"$json") high=$(number high 1 <<<"$json")
  off=$(number sqnr_db 1 <<<"$json") peak=$(number peak_memory_bytes 1 <<<"$json")
  cells=$(awk -v o="$ours" -v t="$theirs" -v r="$ratio" -v l="$low" -v h="$high" \
    -v mt="$peak" -v mo="$(number peak_memory_bytes 2 <<<"$json")" 'BEGIN {
      printf "| %.2f | %.2f | **%.2f** (%.2f–%.2f) | %.0f / %.0f ", o, t, 1 / r, 1 / h, 1 / l, mo / 1e6, mt / 1e6 }')
  # Both compute the same function: far apart means that one of them is wrong.
  if awk -v s="$off" -v want="$least_sqnr" 'BEGIN { exit !(s < want) }'; then
    echo "performance: the outputs of $model differ: SQNR $off dB, wanted $least_sqnr" >&2
    failures=$((failures + 1))
    cells="$cells(outputs differ: $off dB) "
  fi
}

# int8 NAME: the static INT8 form of a network for pictures, as ONNX Runtime is served best.
int8() {
  if [ -s "$folder/$1_int8.onnx" ]; then return; fi
  "$pare" compress "$folder/$1.onnx" --step 'optimize: {}' --step 'quantize: {scheme: int8}' \
    --calib "$folder/pictures.npy" --preprocess raw --target onnxruntime \
    -o "$folder/$1_int8.onnx" --quiet >/dev/null
}

networks=(squeezenet1_1 mobilenet_v1 mobilenet_v2 mobilenet_v3_large resnet18 resnet50)
head="| network | threads | pare ms | ORT ms | pare / ORT (95 %) | MB: pare / ORT |"
line="| --- | --: | --: | --: | --: | --: |"

"$pare" doctor | sed -n '1,/^$/s/^/    /p'
declare -A own other
for kind in fp32 int8; do
  printf '\n### %s\n\n%s\n%s\n' "$kind" "$head" "$line"
  least_sqnr=60
  if [ "$kind" = int8 ]; then least_sqnr=15; fi  # sums near a tie round to either side
  for name in "${networks[@]}"; do
    if ! [[ "$name" =~ ${ONLY:-.} ]]; then continue; fi
    model=$folder/$name.onnx
    if [ "$kind" = int8 ]; then
      int8 "$name"
      model=$folder/${name}_int8.onnx
    fi
    for threads in ${THREADS:-1 2}; do
      pair "$model" "$threads"
      echo "| $name | $threads $cells|"
      own[$kind.$name.$threads]=$ours other[$kind.$name.$threads]=$theirs
    done
  done
done

if [[ bert_base =~ ${ONLY:-.} ]]; then
  dynamic=$folder/bert_base_dynamic.onnx
  if [ ! -s "$dynamic" ]; then
    "$pare" compress "$folder/bert_base.onnx" --step 'optimize: {}' \
      --step 'quantize: {scheme: dynamic_int8}' --target onnxruntime -o "$dynamic" --quiet >/dev/null
  fi
  printf '\n### BERT-base, 128 words\n\n%s\n%s\n' "$head" "$line"
  for threads in ${THREADS:-1 2}; do
    least_sqnr=60
    pair "$folder/bert_base.onnx" "$threads"
    echo "| bert_base fp32 | $threads $cells|"
    own[fp32.bert_base.$threads]=$ours other[fp32.bert_base.$threads]=$theirs
    least_sqnr=15
    pair "$dynamic" "$threads"
    echo "| bert_base dynamic INT8 | $threads $cells|"
    own[int8.bert_base.$threads]=$ours other[int8.bert_base.$threads]=$theirs
  done
fi

printf '\n### What INT8 gains on pare\n\n| network | threads | fp32 ms | INT8 ms | INT8 / fp32 |\n| --- | --: | --: | --: | --: |\n'
for name in "${networks[@]}" bert_base; do
  for threads in ${THREADS:-1 2}; do
    before=${own[fp32.$name.$threads]:-0} after=${own[int8.$name.$threads]:-0}
    awk -v b="$before" -v a="$after" -v n="$name" -v t="$threads" \
      'BEGIN { if (a > 0 && b > 0) printf "| %s | %s | %.2f | %.2f | %.2f |\n", n, t, b, a, a / b }'
  done
done

# bf16 NAME: all of the network computes in bfloat16, beside its own float32 by turns.
printf '\n### bfloat16 on pare\n\n| network | threads | fp32 ms | bf16 ms | bf16 / fp32 (95 %%) |\n| --- | --: | --: | --: | --: |\n'
for name in resnet18 resnet50 bert_base; do
  if ! [[ "$name" =~ ${ONLY:-.} ]]; then continue; fi
  small=$folder/${name}_bf16.onnx
  if [ ! -s "$small" ]; then
    "$pare" compress "$folder/$name.onnx" --step 'optimize: {}' \
      --step 'quantize: {scheme: bf16, form: compute}' -o "$small" --quiet >/dev/null
  fi
  for threads in ${THREADS:-1 2}; do
    json=$("$pare" bench "$small" --baseline "$folder/$name.onnx" --threads "$threads" \
      --seconds "$seconds" --json --quiet)
    awk -v n="$name" -v t="$threads" -v b="$(number median_ms 1 <<<"$json")" \
      -v a="$(number median_ms 2 <<<"$json")" -v r="$(number ratio 1 <<<"$json")" \
      -v l="$(number low 1 <<<"$json")" -v h="$(number high 1 <<<"$json")" 'BEGIN {
        printf "| %s | %s | %.2f | %.2f | **%.2f** (%.2f–%.2f) |\n", n, t, b, a, 1 / r, 1 / h, 1 / l }'
  done
done

# Operations of the network (a multiplication and an addition are two, as a direct convolution has
# them) over time over what one core can do: filtered convolutions may be above 100 %.
printf '\n### Share of the peak, 1 thread\n\n| network | GFLOP | pare | ORT | most time lost against the roof |\n| --- | --: | --: | --: | --- |\n'
for kind in fp32 int8; do
  for name in "${networks[@]}"; do
    if [ -z "${own[$kind.$name.1]:-}" ]; then continue; fi
    model=$folder/$name.onnx
    if [ "$kind" = int8 ]; then model=$folder/${name}_int8.onnx; fi
    json=$("$pare" bench "$model" --threads 1 --seconds 0.2 --profile --json --quiet)
    peak=f32_gflops
    if [ "$kind" = int8 ]; then peak=int8_gflops; fi
    worst=$(sed -n '/"worst": \[/,/\]/p' <<<"$json" | sed '1d;$d' |
      sed -E 's/^ *"//; s/",?$//; s|.*/([^/]+/[^/]+)'"'"'$|\1|' | paste -sd, | sed 's/,/, /g')
    awk -v n="$name $kind" -v f="$(grep -oE '"flops": [0-9.e+]+' <<<"$json" | awk '{ if ($2 > m) m = $2 } END { print m }')" \
      -v p="$(number "$peak" 1 <<<"$json")" -v o="${own[$kind.$name.1]}" -v t="${other[$kind.$name.1]}" \
      -v w="$worst" 'BEGIN {
        printf "| %s | %.2f | %.0f %% | %.0f %% | %s |\n", n, f / 1e9, f / o / 1e4 / p, f / t / 1e4 / p, w }'
  done
done

if [ "$failures" -gt 0 ]; then
  echo "performance: $failures rows failed" >&2
  exit 1
fi
