#!/usr/bin/env bash
# pare optimize: fewer nodes that compute the same, the list, the reasons, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --explain --force --list --pass
expect 0 "80 nodes -> " "$pare" optimize "$model" -o fast.onnx
says fold_affine_into_product fuse_hard_swish "written: fast.onnx"

# The normalisations are gone, and the answers are the same up to rounding.
expect 0 "" "$pare" inspect fast.onnx --json
! grep -q BatchNormalization out.txt || fail "normalisations are left: $(cat out.txt)"
grep -q '"Conv": 23' out.txt || fail "a convolution is missing: $(cat out.txt)"
holds "$(value nodes) < 80"
expect 0 "" "$pare" compare "$model" fast.onnx --json --min-sqnr 80
holds "$(value sqnr_db) > 80"

# The same input gives the same bytes; what is there is replaced only on demand.
cp fast.onnx first.onnx
expect 73 "--force" "$pare" optimize "$model" -o fast.onnx
cmp fast.onnx first.onnx || fail "refused, but changed the file"
expect 0 "" "$pare" optimize "$model" -o fast.onnx --force --json
object '"nodes_before": 80' '"fold_affine_into_product": 19' '"output": "fast.onnx"' '"refused": ['
holds "$(value output_sqnr_db) > 80"
cmp fast.onnx first.onnx || fail "the same model gave other bytes"
# Nothing is left to do in what is optimised, and it stays as it is.
expect 0 "" "$pare" optimize fast.onnx -o again.onnx --json
[ "$(value nodes_before)" -eq "$(value nodes_after)" ] || fail "a second run went on"

# One pass only, and why a pass refuses.
expect 0 "" "$pare" optimize "$model" -o folded.onnx --pass fold_affine_into_product --json
[ "$(value nodes_after)" -eq $((80 - 19)) ] || fail "19 normalisations, $(value nodes_after) nodes"
expect 64 "no_such_pass" "$pare" optimize "$model" -o no.onnx --pass no_such_pass
expect 0 "fold_affine_into_product" "$pare" optimize --list
expect 0 "" "$pare" optimize --list --json
object '"by_default": true' '"name": "fold_constants"'
# Weights in 8 bits cannot take up the 19 normalisations; that is said on demand.
"$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx >/dev/null
expect 0 "Refused:" "$pare" optimize int8.onnx -o why.onnx --explain
reason='fold_affine_into_product at BatchNormalization .*: the weights are not constant'
refused=$(grep -E "$reason" out.txt | sort -u | wc -l)
[ "$refused" -eq 19 ] || fail "$refused of 19 refusals: $(cat out.txt)"
expect 0 "written: why.onnx" "$pare" optimize int8.onnx -o why.onnx --force
! grep -q "Refused" out.txt || fail "reasons without --explain"
expect 64 "want a model" "$pare" optimize "$model"

strange_models
expect 69 "HardSigmoix (10)" "$pare" optimize strange.onnx -o no.onnx
expect 65 "imagx" "$pare" optimize dangling.onnx -o no.onnx
bad_models "$pare" optimize MODEL -o no.onnx
expect 73 "nowhere/no.onnx" "$pare" optimize "$model" -o nowhere/no.onnx
expect 74 "no.onnx" disk_full "$pare" optimize "$model" -o no.onnx
absent no.onnx nowhere
# A write that fails leaves what was there as it was.
expect 74 "fast.onnx" disk_full "$pare" optimize "$model" -o fast.onnx --force
cmp fast.onnx first.onnx || fail "a failed write changed the file"
absent
passed
