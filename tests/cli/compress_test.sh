#!/usr/bin/env bash
# pare compress: recipes from a file and from the command line, sizes, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --recipe --step --calib --list
cat >half.yaml <<'YAML'
steps:
  - optimize: {}
  - quantize: {scheme: fp16}
YAML
before=$(stat -c %s "$model")
expect 0 "written: half.onnx" "$pare" compress "$model" --recipe half.yaml -o half.onnx
size=$(stat -c %s half.onnx)
holds "0.4 * $before < $size && $size < 0.55 * $before" "half the size"

# The same recipe gives the same bytes, as a file or as steps.
expect 0 "" "$pare" compress "$model" --recipe half.yaml -o again.onnx
cmp half.onnx again.onnx || fail "the same recipe gave other bytes"
expect 0 "" "$pare" compress "$model" --step 'optimize: {}' --step 'quantize: {scheme: fp16}' \
  -o steps.onnx --json
object '"output": "steps.onnx"' '"recipe": "' "\"bytes_after\": $size" "\"bytes_before\": $before"
cmp half.onnx steps.onnx || fail "the same steps gave other bytes"
expect 0 "" "$pare" compare "$model" half.onnx --min-sqnr 40

# 8 bits with calibration: a bit more than a quarter, with answers still close.
pictures calib 16
int8=(--step 'optimize: {}' --step 'quantize: {scheme: int8}' --calib calib --calib-limit 8)
expect 0 "written: int8.onnx" "$pare" compress "$model" "${int8[@]}" "${preprocess[@]}" -o int8.onnx
holds "$(stat -c %s int8.onnx) < 0.35 * $before" "a third of the size"
expect 0 "" "$pare" inspect int8.onnx --json
grep -q '"QuantizeLinear"' out.txt || fail "nothing is quantised: $(cat out.txt)"
expect 0 "" "$pare" compare "$model" int8.onnx --data calib "${preprocess[@]}" --min-sqnr 10
expect 0 "" "$pare" compress "$model" "${int8[@]}" "${preprocess[@]}" -o two.onnx --threads 2
expect 0 "" "$pare" compress "$model" "${int8[@]}" "${preprocess[@]}" -o one.onnx --threads 1
cmp one.onnx two.onnx || fail "the bytes depend on the number of threads"
expect 64 "calibrates" "$pare" compress "$model" --step 'quantize: {scheme: int8}' -o no.onnx

expect 0 "quantize" "$pare" compress --list
expect 0 "" "$pare" compress --list --json
object '"name": "quantize"' '"choices": ['

# What is no recipe, and what is there already.
printf 'steps: [' >broken.yaml
expect 78 "broken.yaml" "$pare" compress "$model" --recipe broken.yaml -o no.onnx
printf 'other: 3\n' >other.yaml
expect 78 "steps" "$pare" compress "$model" --recipe other.yaml -o no.onnx
expect 78 "no_such" "$pare" compress "$model" --step 'no_such: {}' -o no.onnx
expect 78 "no_such" "$pare" compress "$model" --step 'quantize: {no_such: 1}' -o no.onnx
expect 78 "no_such" "$pare" compress "$model" --step 'quantize: {scheme: no_such}' -o no.onnx
expect 66 "no.yaml" "$pare" compress "$model" --recipe no.yaml -o no.onnx
expect 64 "--recipe" "$pare" compress "$model" -o no.onnx
expect 73 "--force" "$pare" compress "$model" --recipe half.yaml -o int8.onnx
expect 0 "" "$pare" compress "$model" --recipe half.yaml -o int8.onnx --force
cmp half.onnx int8.onnx || fail "--force did not replace the file"
strange_models
expect 69 "HardSigmoix (10)" "$pare" compress strange.onnx --step 'optimize: {}' -o no.onnx
expect 65 "imagx" "$pare" compress dangling.onnx --step 'optimize: {}' -o no.onnx
bad_models "$pare" compress MODEL --recipe half.yaml -o no.onnx
expect 73 "nowhere" "$pare" compress "$model" --recipe half.yaml -o nowhere/no.onnx
expect 74 "no.onnx" disk_full "$pare" compress "$model" --recipe half.yaml -o no.onnx
absent no.onnx nowhere
passed
