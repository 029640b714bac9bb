#!/usr/bin/env bash
# pare bench: a median per model, the baseline measured in turns, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --baseline --seconds --profile
few=(--seconds 0.2 --most-runs 20 --threads 1)
expect 0 "median" "$pare" bench "$model" "${few[@]}"
grep -qE '^meals.onnx +[0-9.]+ .?s ' out.txt || fail "no time of the model: $(cat out.txt)"

expect 0 "" "$pare" bench "$model" "${few[@]}" --json
object '"median_ms": ' '"p90_ms": ' '"runs": ' '"target": "native"' '"peak_memory_bytes": '
holds "0 < $(value min_ms) && $(value min_ms) <= $(value median_ms)"
holds "$(value median_ms) <= $(value p90_ms)"
holds "$(value runs) >= 1 && $(value runs) <= 20"
# It cannot need less memory than its weights.
holds "$(value peak_memory_bytes) > 2500000"

"$pare" optimize "$model" -o fast.onnx >/dev/null
expect 0 "times as fast as the baseline" "$pare" bench fast.onnx --baseline "$model" "${few[@]}"
says fast.onnx meals.onnx
expect 0 "" "$pare" bench fast.onnx --baseline "$model" "${few[@]}" --json
object '"baseline": {' '"model": {'

expect 0 "Conv" "$pare" bench "$model" "${few[@]}" --profile
expect 64 "--seconds" "$pare" bench "$model" --seconds 0
expect 64 "--seconds" "$pare" bench "$model" --seconds 0 --json
object '"kind": "usage"' '"exit_code": 64' '"message": "--seconds'
expect 64 "model is required" "$pare" bench --json
object '"message": "model is required"'
strange_models
expect 69 "HardSigmoix (10)" "$pare" bench strange.onnx "${few[@]}"
expect 65 "imagx" "$pare" bench dangling.onnx "${few[@]}"
bad_models "$pare" bench MODEL "${few[@]}"
expect 66 "missing.onnx" "$pare" bench "$model" --baseline missing.onnx "${few[@]}"
absent
passed
