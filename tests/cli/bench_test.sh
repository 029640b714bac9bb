#!/usr/bin/env bash
# pare bench: a median per model, the baseline measured in turns, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --baseline --seconds --profile --compare-target --html --throughput
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

# Two targets: here one and the same, so that the answers agree wherever this runs.
expect 0 "times as fast as on native" "$pare" bench "$model" --compare-target native "${few[@]}"
says "100.00 % of the answers agree"
expect 0 "" "$pare" bench "$model" --compare-target native "${few[@]}" --json
object '"baseline": {' '"model": {' '"baseline_target": "native"' '"speedup": {' '"match": {'
holds "$(value agreement) == 1 && $(value low) <= $(value ratio) && $(value ratio) <= $(value high)"
expect 64 "excludes" "$pare" bench "$model" --compare-target native --baseline "$model"
expect 64 "unknown target 'nowhere'" "$pare" bench "$model" --compare-target nowhere

expect 0 "Conv" "$pare" bench "$model" "${few[@]}" --profile
says "of its roof" "Most time lost" "f32 GFLOP/s" "of the arithmetic peak"
expect 0 "written: page.html" "$pare" bench "$model" "${few[@]}" --html page.html
grep -q '<svg class="plot"' page.html && grep -q '루프라인' page.html || fail "no picture"
! grep -qE '(src|href)="?https?:' page.html || fail "the page needs other files"
expect 0 "" "$pare" bench "$model" "${few[@]}" --profile --json
object '"f32_gflops": ' '"roofline_share": ' '"arithmetic": "f32"' '"refused": [' '"worst": ['
holds "$(value f32_gflops) > 0.1 && $(value share_of_peak) > 0"

expect 0 "Most samples per second" "$pare" bench "$model" --throughput --seconds 0.3 --threads 2
says "1 session, 2 threads" "2 sessions, 1 thread each"
expect 0 "" "$pare" bench "$model" --throughput "${few[@]}" --json
object '"throughput": {' '"ways": [' '"streams": 1'
holds "$(value samples_per_s) > 0"
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
