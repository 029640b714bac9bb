#!/usr/bin/env bash
# pare compare: equal models, close models, the limit, single layers, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --min-sqnr --layers --data
"$pare" optimize "$model" -o fast.onnx >/dev/null
"$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx >/dev/null
expect 0 "output scores" "$pare" compare "$model" fast.onnx
expect 0 "" "$pare" compare "$model" fast.onnx --json
object '"met": true' '"name": "output scores"' '"first": ' '"second": "fast.onnx"'
holds "$(value sqnr_db) > 80 && $(value cosine) > 0.999999 && $(value max_abs) < 1e-4"
same=$(value sqnr_db)
expect 0 "" "$pare" compare "$model" int8.onnx --json
holds "10 < $(value sqnr_db) && $(value sqnr_db) < $same" "int8 differs, but not much"

# The limit lies between the two.
expect 0 "" "$pare" compare "$model" fast.onnx --min-sqnr 80
expect 1 "is below 80 dB" "$pare" compare "$model" int8.onnx --min-sqnr 80
expect 1 "" "$pare" compare "$model" int8.onnx --min-sqnr 80 --json
object '"met": false'

pictures test 10
expect 0 "output scores" "$pare" compare "$model" fast.onnx --layers --data test "${preprocess[@]}"
[ "$(wc -l <out.txt)" -gt 5 ] || fail "--layers shows no layers: $(cat out.txt)"

bad_models "$pare" compare "$model" MODEL
bad_models "$pare" compare MODEL "$model"
expect 64 "" "$pare" compare "$model"
absent
passed
