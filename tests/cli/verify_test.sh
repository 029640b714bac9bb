#!/usr/bin/env bash
# pare verify: a sound model, a changed one, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --target --min-agreement --for
expect 0 "agree on 100.00 %" "$pare" verify "$model"
expect 0 "" "$pare" verify "$model" --json
object '"agreement": 1' '"problems": []' '"batches": 1'
pictures test 10
expect 0 "agree on 100.00 %" "$pare" verify "$model" --data test "${preprocess[@]}" --batches 4
says "4 batches"

# A file that can be read, but not run, is a problem and not an error.
strange_models
expect 1 "problem: not supported: HardSigmoix (10)" "$pare" verify strange.onnx
expect 1 "" "$pare" verify strange.onnx --json
object '"problems": [' 'HardSigmoix (10)'
expect 65 "imagx" "$pare" verify dangling.onnx
bad_models "$pare" verify MODEL
expect 66 "nowhere" "$pare" verify "$model" --data nowhere
expect 64 "--min-agreement" "$pare" verify "$model" --min-agreement 2
expect 64 "no_such_target" "$pare" verify "$model" --target no_such_target
expect 66 "nowhere.so" "$pare" verify "$model" --target onnxruntime:/nowhere.so

# By the rules of runtimes that need not be here: nothing runs unless --target is given too.
expect 0 "ONNX Runtime" "$pare" verify "$model" --for onnxruntime,tensorrt --for openvino
says "TensorRT" "OpenVINO" "by its rules" "loads"
if grep -q "agree on" out.txt; then fail "verify --for ran the model: $(cat out.txt)"; fi
expect 0 "agree on 100.00 %" "$pare" verify "$model" --for tensorrt --target native
says "TensorRT"
expect 0 "" "$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx -q
expect 0 "in float: Conv" "$pare" verify int8.onnx --for onnxruntime
says "convolutions have no packed weights" "and 22 more" "a packed Gemm has no transposed"
expect 0 "" "$pare" verify int8.onnx --for onnxruntime --json
object '"runtimes": [' '"runtime": "onnxruntime"' '"loads": true' '"packed": 0' '"float": 24' \
  '"form": "float"' '"problems": []'
# Dynamic INT8 makes operators that TensorRT lacks: a problem, as when a rule of the graph is broken.
expect 0 "" "$pare" compress "$model" --step 'quantize: {scheme: dynamic_int8}' -o dynamic.onnx -q
expect 0 "yes" "$pare" verify dynamic.onnx --for onnxruntime
expect 1 "problem: DynamicQuantizeLinear" "$pare" verify dynamic.onnx --for onnxruntime,tensorrt
expect 1 "" "$pare" verify dynamic.onnx --for tensorrt --json
object '"loads": false' '"what": "operator MatMulInteger"'
expect 1 "ONNX has no such operator" "$pare" verify strange.onnx --for onnxruntime
says "problem: HardSigmoix" "and 9 more"
expect 64 "nowhere" "$pare" verify "$model" --for nowhere
expect 64 "--for" "$pare" verify "$model" --for
absent
passed
