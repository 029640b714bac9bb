#!/usr/bin/env bash
# pare tune: limits met and not met, trials kept, a killed run taken up again, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --max-size --dry-run --study
pictures test 10
pictures calib 4
before=$(stat -c %s "$model")
least=(--data test --calib calib "${preprocess[@]}" --limit 10 --calib-limit 2 --quick-samples 0
  --measure-seconds 0.1 --threads 1)
tune=("$pare" tune "$model" "${least[@]}")

# --dry-run says what it would do, and writes nothing.
expect 0 "Would try" "${tune[@]}" --max-size 30% --study plan.db -o plan.onnx --dry-run
says original "16-bit weights" "At most about"
expect 0 "" "${tune[@]}" --max-size 30% --study "" -o plan.onnx --dry-run --json
object '"plan": [' '"seconds": ' '"disk_bytes": '
absent plan.onnx

# A limit that is met.
expect 0 "Chosen: " "${tune[@]}" --max-size 30% --study study.db -o small.onnx \
  --report report.html --record record.json
says "met     size" "Report: report.html"
! grep -q "kept from an earlier run" out.txt || fail "the first run cannot reuse: $(cat out.txt)"
holds "$(stat -c %s small.onnx) <= 0.3 * $before" "30 % of the size"
grep -q '^<!doctype html>' report.html || fail "no report"
grep -qF '"pare_record": ' record.json || fail "no record"
grep -qF "$(sha256sum <small.onnx | cut -d' ' -f1)" record.json || fail "no SHA-256 of the output"
expect 0 "" "$pare" compare "$model" small.onnx --data test "${preprocess[@]}" --min-sqnr 10
trials=$(grep -c '"candidate"\|"recipe"' record.json) || fail "no trials: $(head -n 50 record.json)"
[ "$trials" -ge 2 ] || fail "$trials trials"

# The same again: no trial is made anew, and the output has the same bytes.
expect 0 "kept from an earlier run" "${tune[@]}" --max-size 30% --study study.db -o second.onnx
expect 0 "" "${tune[@]}" --max-size 30% --study study.db -o third.onnx --json
object '"record": {' '"chosen": '
! grep -q '"reused": false' out.txt || fail "a trial was made anew"
cmp small.onnx second.onnx || fail "the same run gave other bytes"
cmp small.onnx third.onnx || fail "the same run gave other bytes"

# What is there is replaced only on demand, and no time is spent before that is said.
expect 73 "--force" "${tune[@]}" --max-size 30% --study study.db -o small.onnx
cmp small.onnx second.onnx || fail "refused, but changed the file"

expect 64 "--data" "$pare" tune "$model" -o no.onnx
expect 64 "--output" "$pare" tune "$model" --data test
expect 64 "" "${tune[@]}" --max-size much --study "" -o no.onnx
expect 66 "nowhere" "$pare" tune "$model" --data nowhere --max-size 30% --study "" -o no.onnx
bad_models "$pare" tune MODEL "${least[@]}" --max-size 30% --study "" -o no.onnx
absent no.onnx
passed
