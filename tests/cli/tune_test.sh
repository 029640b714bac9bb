#!/usr/bin/env bash
# pare tune: limits met and not met, kept trials, a stopped run taken up again, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --max-size --dry-run --study --report
pictures test 10
pictures calib 4
before=$(stat -c %s "$model")
# One thread, few samples; a slower candidate may win, so that no choice hangs on the clock.
few=(--data test --calib calib "${preprocess[@]}" --limit 10 --calib-limit 2 --quick-samples 0
  --threads 1 --allow-slower)
slow=("$pare" tune "$model" "${few[@]}" --measure-seconds 0.5)
tune=("$pare" tune "$model" "${few[@]}" --measure-seconds 0.1)

# --dry-run says what it would do, and writes nothing.
expect 0 "Would try" "${tune[@]}" --max-size 30% --study plan.db -o plan.onnx --dry-run
says original "16-bit weights" "At most about"
expect 0 "" "${tune[@]}" --max-size 30% -o plan.onnx --report plan.html --dry-run --json
object '"plan": [' '"seconds": ' '"disk_bytes": '
absent plan.onnx plan.html plan.db cache .cache

# A limit that is met.
expect 0 "Chosen: " "${tune[@]}" --max-size 30% --study study.db -o small.onnx \
  --report report.html --record record.json
says "met     size" "Report: report.html"
! grep -q "kept from an earlier run" out.txt || fail "the first run cannot reuse: $(cat out.txt)"
grep -qE '^[> ]  16-bit weights ' out.txt || fail "a name stands right as a number: $(cat out.txt)"
rows=$(grep -cE '[kM]B +[0-9.]+ ms +[0-9.]+x ' out.txt) || fail "no trials: $(cat out.txt)"
[ "$rows" -ge 2 ] || fail "$rows trials"
[ "$(grep -c '"status": "measured"' record.json)" -eq "$rows" ] ||
  fail "the record has other trials than the table: $(cat out.txt)"
holds "$(stat -c %s small.onnx) <= 0.3 * $before" "30 % of the size"
digest=$(sha256sum <small.onnx | cut -d' ' -f1)
grep -qF "$digest" record.json || fail "the record does not have the SHA-256 of the output"
grep -qF '"pare_record": ' record.json || fail "no record"
grep -q '^<!doctype html>' report.html || fail "no report"
grep -q 'id="roofline"' report.html || fail "no roofline of the result"
# The page is that of the record, as `pare report` makes it.
"$pare" report record.json -o again.html >/dev/null
cmp report.html again.html || fail "pare report gives another page"
expect 0 "" "$pare" compare "$model" small.onnx --data test "${preprocess[@]}" --min-sqnr 10
expect 0 "" "$pare" verify small.onnx

# The same again: no trial is made anew, and the output has the same bytes.
expect 0 "kept from an earlier run" "${tune[@]}" --max-size 30% --study study.db -o second.onnx
[ "$(grep -c "kept from an earlier run" out.txt)" -eq "$rows" ] || fail "made anew: $(cat out.txt)"
cmp small.onnx second.onnx || fail "the same run gave other bytes"
expect 0 "" "${tune[@]}" --max-size 30% --study study.db -o second.onnx --force --json
object '"record": {' '"chosen": '
! grep -q '"reused": false' out.txt || fail "a trial was made anew"

# What is there is replaced only on demand.
expect 73 "--force" "${tune[@]}" --max-size 40% --study study.db -o small.onnx
cmp small.onnx second.onnx || fail "refused, but changed the file"

# A limit that nothing can meet: exit code 1, and the closest that there is time for is written.
expect 1 "Nothing meets every limit" "${tune[@]}" --max-size 1kB --study study.db -o closest.onnx \
  --max-time 1ms
says "MISSED  size" "kept from an earlier run"
holds "$(stat -c %s closest.onnx) <= $before" "the closest is not larger"
expect 0 "" "$pare" verify closest.onnx

# start OUTPUT: a run in the background, with a study of its own; waits for its second trial.
start() {
  "${slow[@]}" --max-size 30% --study "$1.db" -o "$1.onnx" \
    >start.txt 2>&1 </dev/null &
  runner=$!
  local i
  for ((i = 0; i < 3000; ++i)); do
    if grep -qa '"name":"graph only"' "$1".db* 2>/dev/null; then return; fi
    kill -0 $runner 2>/dev/null || fail "ended too early: $(cat start.txt)"
    sleep 0.02
  done
  fail "no trial in 60 s"
}
# ended CODE: how the run in the background ended; its measuring process must end with it.
ended() {
  local got=0 i left process
  wait "$runner" 2>/dev/null || got=$?
  [ "$got" -eq "$1" ] || fail "the stopped run gave $got, not $1: $(cat start.txt)"
  for ((i = 0; i < 100; ++i)); do
    left=""
    for process in /proc/[0-9]*; do
      [ "$(readlink "$process/cwd")" != "$work" ] || [ "$(readlink "$process/exe")" != "$pare" ] ||
        left+=" $process"
    done
    if [ -z "$left" ]; then return; fi
    sleep 0.05
  done
  fail "processes are left:$left"
}
# resume OUTPUT: the finished trials are kept, the others made, and the output is whole.
resume() {
  expect 0 "kept from an earlier run" "${tune[@]}" --max-size 30% --study "$1.db" \
    -o "$1.onnx"
  local kept
  kept=$(grep -c "kept from an earlier run" out.txt)
  [ "$kept" -ge 2 ] && [ "$kept" -lt "$rows" ] || fail "$kept of $rows trials kept: $(cat out.txt)"
  cmp small.onnx "$1.onnx" || fail "a run taken up again gave other bytes"
}

# Killed in the middle: no output. Nothing could remove its working directories; the next run does,
# once they are old enough not to belong to a run that starts just now.
left() { find tmp -maxdepth 1 -name '*pare-temporary-*'; }
start killed
for ((i = 0; i < 1000; ++i)); do  # held while one looks: a trial's directory is there at times only
  kill -STOP $runner || fail "ended too early: $(cat start.txt)"
  [ -z "$(left)" ] || break
  kill -CONT $runner
  sleep 0.01
done
kill -KILL $runner
ended 137
[ ! -e killed.onnx ] || fail "a killed run left an output"
[ -n "$(left)" ] || fail "killed at no trial: there is no working directory"
left | xargs touch -d '1 hour ago'
resume killed
absent

# Asked to stop: it says so, leaves no output and cleans up.
start stopped
kill -TERM $runner
ended 143
grep -qF "error (interrupted): stopped" start.txt || fail "does not say it: $(cat start.txt)"
absent stopped.onnx
resume stopped

expect 64 "--data" "$pare" tune "$model" -o no.onnx
expect 64 "--output" "$pare" tune "$model" --data test
expect 64 "much" "${tune[@]}" --max-size much --study "" -o no.onnx
expect 66 "nowhere" "$pare" tune "$model" --data nowhere --max-size 30% --study "" -o no.onnx
for place in "-o nowhere/no.onnx" "-o no.onnx --report nowhere/r.html" \
  "-o no.onnx --record nowhere/r.json"; do
  # shellcheck disable=SC2086
  expect 73 "no directory nowhere" "${tune[@]}" --max-size 30% --study "" $place
done
expect 64 "at least one limit" "${tune[@]}" --study "" -o no.onnx
cp "$model" same.onnx
expect 64 "same.onnx" "$pare" tune same.onnx "${few[@]}" --max-size 30% --study "" \
  -o same.onnx --force
cmp "$model" same.onnx || fail "the model itself was replaced"
echo rubbish >rubbish.db
expect 65 "rubbish.db" "${tune[@]}" --max-size 30% --study rubbish.db -o no.onnx
expect 74 "" disk_full "${tune[@]}" --max-size 30% --study "" -o no.onnx
bad_models "$pare" tune MODEL "${few[@]}" --max-size 30% --study "" -o no.onnx
absent no.onnx nowhere
passed
