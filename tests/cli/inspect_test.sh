#!/usr/bin/env bash
# pare inspect: what it counts, for people and for programs, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --size --ops --markdown
expect 0 "BatchNormalization     19" "$pare" inspect "$model"
says "Conv                   23" "HardSigmoid            10" "Gemm                    1" \
  "ai.onnx 13" "open dimensions  N" "image  float32[N,3,96,96]" "scores  float32[N,10]" \
  "target native: runs 80 of 80 nodes"

expect 0 "" "$pare" inspect "$model" --json
object '"BatchNormalization": 19' '"Conv": 23' '"nodes": 80' '"producer": "pytorch"' \
  '"open_dimensions": [' '"unsupported": []' '"type": "float32[N,3,96,96]"'
[ "$(value bytes)" -eq "$(stat -c %s "$model")" ] || fail "the size is not that of the file"
# 623 778 numbers are trained; each of the 19 normalisations keeps a mean and a variance per channel
# beside them, 2 x 3707 in all.
[ "$(value parameters)" -eq $((623778 + 2 * 3707)) ] || fail "parameters: $(value parameters)"

# Nothing in it runs on integers before it is quantised.
[ "$(value integer_nodes)" -eq 0 ] || fail "integer nodes in a float model"
"$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx >/dev/null
expect 0 "" "$pare" inspect int8.onnx --json
grep -q '"int8": ' out.txt || fail "no 8-bit constants: $(cat out.txt)"
grep -q '"DequantizeLinear": ' out.txt || fail "nothing is quantised: $(cat out.txt)"
expect 0 "" "$pare" inspect "$model" --json

# The work grows with the batch.
one=$(value macs)
expect 0 "" "$pare" inspect "$model" --json --size N=4
holds "$(value macs) == 4 * $one" "four pictures are four times the work"
expect 64 "N=0" "$pare" inspect "$model" --size N=0
expect 64 "" "$pare" inspect "$model" --no-such-option

strange_models
expect 0 "not supported: HardSigmoix (10)" "$pare" inspect strange.onnx
says "target native: runs 70 of 80 nodes"
expect 65 "imagx" "$pare" inspect dangling.onnx
bad_models "$pare" inspect MODEL
# What is no model at all, and one with nothing in it.
echo "no model" >text.onnx
expect 65 "text.onnx" "$pare" inspect text.onnx
: >empty.onnx
expect 65 "empty.onnx" "$pare" inspect empty.onnx
expect 64 "not a regular file" "$pare" inspect "$work"

# The operators that pare knows, without a model; the document is what the program says.
expect 0 "input X: T = float16 bfloat16 float32" "$pare" inspect --ops
says "attribute axis: integer, default -1" "com.microsoft::QGemm 1" "Conv 22" " operators"
"$pare" inspect --ops --markdown >operators.md
cmp -s operators.md "$source/docs/operators.md" || fail "docs/operators.md is old: run make docs"
expect 0 "" "$pare" inspect --ops --json
object '"name": "Conv"' '"domain": "com.microsoft"' '"type_variable": "T"' '"gradient": false'
known=$(grep -c '"deterministic": ' out.txt)
expect 0 "" "$pare" doctor --json
[ "$(value operators)" -eq "$known" ] || fail "doctor counts $(value operators), not $known"
expect 64 "--ops" "$pare" inspect --markdown
expect 64 "--ops" "$pare" inspect

# Results that cannot be written are an error.
status=0
"$pare" inspect "$model" 2>err.txt >/dev/full || status=$?
[ "$status" -eq 74 ] || fail "a full disk behind standard output gave $status"
grep -qF "cannot write to standard output" err.txt || fail "does not say so: $(cat err.txt)"
absent
passed
