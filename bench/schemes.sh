#!/usr/bin/env bash
# Real models in many number formats, on the native runtime: top-1 in percent, and in brackets the
# size of the file as a share of the original and the bits of a weight of its layers, scales
# included, as one table (Markdown). The models and data lie outside the repository.
#
# usage: bench/schemes.sh SHARED_FOLDER [SAMPLES] [MODELS]
#   PARE=program   default build/release/pare
#   SAMPLES        of each data set at most (default 1000); 0 = all
#   MODELS         regular expression of the names to take (default all)
#   SCHEMES        regular expression of the schemes to take (default all)
set -euo pipefail
cd "$(dirname "$0")/.."

shared=${1:?usage: bench/schemes.sh SHARED_FOLDER [SAMPLES]}
limit=${2:-1000}
wanted=${3:-.}
pare=${PARE:-build/release/pare}
models=$shared/data/models data=$shared/data/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names=() files=() sets=() presets=()
model() {  # NAME FILE DATA PREPROCESS
  if [[ ! "$1" =~ $wanted ]]; then return; fi
  names+=("$1") files+=("$models/$2") sets+=("$3") presets+=("$4")
}
model squeezenet1.1 imagenet/squeezenet1.1_fp32.onnx "$data/imagenet" imagenet-torch
model mobilenet_v2 imagenet/mobilenet_v2_1.0_224_tf_fp32.onnx "$data/imagenet" imagenet-tf
model mobilenet_v1_0.25 imagenet/mobilenet_v1_0.25_224_fp32.onnx "$data/imagenet" imagenet-tf
cifar=$data/cifar10/test_2000.bin
model resnet20 cifar10/resnet20_cifar10_fp32.onnx "$cifar" imagenet-norm
model resnet44 cifar10/resnet44_cifar10_fp32.onnx "$cifar" imagenet-norm
model resnet8 cifar10/mlperf_tiny_resnet8_cifar10_fp32.onnx "$cifar" raw
model dscnn_kws audio/mlperf_tiny_kws_dscnn_fp32.onnx \
  "$data/audio/kws01_x.npy,$data/audio/kws01_y.npy" raw

model ag_news_encoder encoder/ag_news_encoder_4x128_fp32.onnx \
  "$data/text/ag_news_encoded/dev800.npz" raw
mkdir "$work/words"  # the words as numbers of classes, without the recording that may be either
cp -rL "$data/audio/wavs" "$work/words/wavs"
awk -F, 'BEGIN { n = split("silence unknown yes no up down left right on off stop go", name, " ")
    for (i = 1; i <= n; ++i) class[name[i]] = i - 1; print "file,label" }
  NR > 1 && $2 in class { print $1 "," class[$2] }' "$data/audio/labels.csv" >"$work/words/labels.csv"
model kwt1 encoder/kwt1_speech_commands12_fp32.onnx "$work/words" audio
large='squeezenet|mobilenet'  # block by block takes an hour there

top1() {  # MODEL INDEX
  "$pare" evaluate "$1" --data "${sets[$2]}" --preprocess "${presets[$2]}" --limit "$limit" --json --quiet |
    grep -oE '"value": -?[0-9.eE+-]+' | head -1 | awk '{ printf "%.1f", 100 * $2 }'
}

row() {  # NAME STEP...
  local name=$1 line="| $1 |" bits
  if [[ ! "$name" =~ ${SCHEMES:-.} ]]; then return; fi
  shift
  for i in "${!names[@]}"; do
    if [[ "$*" =~ reconstruct && "${names[$i]}" =~ $large ]]; then
      line+=" |"
      continue
    fi
    local steps=(--step 'optimize: {}')
    for step in "$@"; do steps+=(--step "$step"); done
    if "$pare" compress "${files[$i]}" "${steps[@]}" --data "${sets[$i]}" --preprocess "${presets[$i]}" \
      -o "$work/m.onnx" --force >"$work/said" 2>"$work/error"; then
      bits=$(cat "$work/said" "$work/error" | grep -oE '[0-9.]+ bits per weight' | head -1 | cut -d' ' -f1 || true)
      line+=$(awk -v t="$(top1 "$work/m.onnx" "$i")" -v a="$(stat -c %s "$work/m.onnx")" \
        -v b="$(stat -Lc %s "${files[$i]}")" -v bits="$bits" \
        'BEGIN { printf " %s (%.0f%s) |", t, 100 * a / b, bits == "" ? "" : ", " bits }')
    else
      line+=" $(head -c 40 "$work/error" | tr '\n|' '  ') |"
    fi
  done
  echo "$line"
}

header="| scheme |" rule="| --- |"
for name in "${names[@]}"; do header+=" $name |" rule+=" --: |"; done
echo "$header"
echo "$rule"
row 'float32'
row 'bfloat16 weights' 'quantize: {scheme: bf16}'
for calibration in minmax percentile entropy mse; do
  row "INT8, $calibration" "quantize: {scheme: int8, calibration: $calibration}" 'bias_correction: {}'
done
row 'W8' 'quantize_weights: {format: int8}' 'bias_correction: {}'
row 'W4, to nearest' 'quantize_weights: {format: int4, method: rtn}'
row 'W4, best scales' 'quantize_weights: {format: int4, method: mse}' 'bias_correction: {}'
row 'W4, HQQ' 'quantize_weights: {format: uint4, method: hqq}' 'bias_correction: {}'
row 'W4, GPTQ' 'quantize_weights: {format: int4, method: gptq}'
row 'W4, AdaRound' 'quantize_weights: {format: int4, method: adaround, iterations: 300}'
row 'W4, block by block' 'reconstruct_blocks: {format: int4, iterations: 600}'
row 'W4 in groups of 32, GPTQ' 'quantize_weights: {format: int4, group: 32, method: gptq}'
row 'W4 (GPTQ), A8' 'quantize_weights: {format: int4, method: gptq}' 'quantize_activations: {format: int8}'
row 'W3, best scales' 'quantize_weights: {format: int3, method: mse}'
row 'W3, GPTQ' 'quantize_weights: {format: int3, method: gptq}'
row 'W3, block by block' 'reconstruct_blocks: {format: int3, iterations: 600}'
row 'W2, GPTQ' 'quantize_weights: {format: int2, method: gptq}'
row 'NF4' 'quantize_weights: {format: nf4}'
row 'NF4, GPTQ' 'quantize_weights: {format: nf4, method: gptq}'
row 'E2M1 (FP4), GPTQ' 'quantize_weights: {format: f4e2m1, method: gptq}'
row 'ternary, GPTQ' 'quantize_weights: {format: ternary, method: gptq}'
row 'NVFP4' 'quantize_weights: {format: nvfp4}'
row 'MXFP4' 'quantize_weights: {format: mxfp4}'
row 'NVFP4, W and A' 'quantize_weights: {format: nvfp4, keep_ends: true}' \
  'quantize_activations: {format: nvfp4, keep_ends: true}'
row 'MXFP4, W and A' 'quantize_weights: {format: mxfp4, keep_ends: true}' \
  'quantize_activations: {format: mxfp4, keep_ends: true}'
for f in f8e4m3fn f8e3m4 f8e5m2; do
  row "FP8 $f, W and A" "quantize_weights: {format: $f}" \
    "quantize_activations: {format: $f, calibration: minmax, keep_ends: true}"
done
row '4.6 bit, W and A' 'quantize_weights: {format: levels23, method: gptq, keep_ends: true}' \
  'quantize_activations: {format: levels23, keep_ends: true}'
row 'W4A4 next to it' 'quantize_weights: {format: int4, method: gptq, keep_ends: true}' \
  'quantize_activations: {format: int4, keep_ends: true}'
row 'mix of E4M3 and INT4, 5 bits' 'mix_weights: {formats: [f8e4m3fn, int4], bits: 5}'
row 'mix of INT8 and INT4, 5.5 bits' 'mix_weights: {formats: [int8, int4], bits: 5.5}'
row 'the same, from gradients' 'mix_weights: {formats: [int8, int4], bits: 5.5, sensitivity: gradient}'
row 'mix of INT8, INT4, INT2, 4 bits' 'mix_weights: {formats: [int8, int4, int2], bits: 4}'
