#!/usr/bin/env bash
# Static INT8 of real classifiers, on both runtimes: accuracy, agreement, size and latency as one
# table (Markdown). The models and data lie outside the repository.
#
# usage: bench/classifiers.sh SHARED_FOLDER [SECONDS]
#   PARE=program   default build/release/pare
#   SECONDS        of timed runs for each pair of models (default 8)
set -euo pipefail
cd "$(dirname "$0")/.."

shared=${1:?usage: bench/classifiers.sh SHARED_FOLDER [SECONDS]}
seconds=${2:-8}
pare=${PARE:-build/release/pare}
models=$shared/data/models data=$shared/data/data
PARE_ONNXRUNTIME=$(tools/get-onnxruntime.sh)
export PARE_ONNXRUNTIME
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# number FIELD NTH: the NTH number of that name in the JSON on standard input.
number() {
  grep -oE "\"$1\": -?[0-9.eE+-]+" | sed -n "$2s/.*: //p"
}
percent() { awk -v x="$1" 'BEGIN { printf "%.2f", 100 * x }'; }
top1() {  # MODEL TARGET
  percent "$("$pare" evaluate "$1" --target "$2" "${samples[@]}" --json --quiet | number value 1)"
}
latency() {  # SMALL ORIGINAL TARGET: medians in ms, and the ratio small / original by turns
  local json
  json=$("$pare" bench "$1" --baseline "$2" --target "$3" --seconds "$seconds" --json --quiet)
  awk -v before="$(number median_ms 1 <<<"$json")" -v after="$(number median_ms 2 <<<"$json")" \
    -v ratio="$(number ratio 1 <<<"$json")" \
    'BEGIN { printf "%.3f → %.3f (%.2f)", before, after, 1 / ratio }'
}

# row NAME MODEL DATA PREPROCESS
row() {
  local model=$models/$2 small=$work/$1.onnx native before after size
  samples=(--data "$3" --preprocess "$4")
  "$pare" compress "$model" --step 'optimize: {}' --step 'quantize: {scheme: int8}' \
    --step 'bias_correction: {}' "${samples[@]}" --target onnxruntime -o "$small" --quiet >/dev/null
  before=$(stat -Lc %s "$model") after=$(stat -c %s "$small")
  size=$(awk -v a="$after" -v b="$before" 'BEGIN { printf "%.1f", 100 * a / b }')
  native=$("$pare" verify "$small" --target onnxruntime "${samples[@]}" --batches 1000000 \
    --json --quiet | number agreement 1) || true
  printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$1" \
    "$(top1 "$model" native)" "$(top1 "$model" onnxruntime)" \
    "$(top1 "$small" native)" "$(top1 "$small" onnxruntime)" "$(percent "$native")" "$size" \
    "$(latency "$small" "$model" native)" "$(latency "$small" "$model" onnxruntime)"
}

echo "| model | fp32 native | fp32 ORT | INT8 native | INT8 ORT | same answer | size % | native ms | ORT ms |"
echo "| --- | --: | --: | --: | --: | --: | --: | --: | --: |"
row squeezenet1.1 imagenet/squeezenet1.1_fp32.onnx "$data/imagenet" imagenet-torch
row mobilenet_v2 imagenet/mobilenet_v2_1.0_224_tf_fp32.onnx "$data/imagenet" imagenet-tf
row mobilenet_v1_0.25 imagenet/mobilenet_v1_0.25_224_fp32.onnx "$data/imagenet" imagenet-tf
cifar=$data/cifar10/test_2000.bin
row resnet20 cifar10/resnet20_cifar10_fp32.onnx "$cifar" imagenet-norm
row resnet44 cifar10/resnet44_cifar10_fp32.onnx "$cifar" imagenet-norm
row resnet8 cifar10/mlperf_tiny_resnet8_cifar10_fp32.onnx "$cifar" raw
row dscnn_kws audio/mlperf_tiny_kws_dscnn_fp32.onnx \
  "$data/audio/kws01_x.npy,$data/audio/kws01_y.npy" raw
row mnist mnist/mnist_cntk.onnx "$data/mnist" raw
