#!/usr/bin/env bash
# pare compile: a plan file gives the model's bits, wherever a model is given; broken and foreign
# ones are refused, or the model they were made of is read instead.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --size --bf16 --output --force --tuning --exact-convolutions
cp "$model" model.onnx
expect 0 "outputs are the same bits" "$pare" compile model.onnx -o model.plan --threads 1
says "packed weights" "written: model.plan"
expect 73 "model.plan" "$pare" compile model.onnx -o model.plan
expect 0 "" "$pare" compile model.onnx -o model.plan --force --threads 1 --json
object '"output": "model.plan"' '"allow_bf16": false'
holds "$(value packed_pieces) > 3 && $(value packed_bytes) > 10000"
# Made twice, it is the same file.
expect 0 "" "$pare" compile model.onnx -o again.plan --threads 1
cmp model.plan again.plan || fail "the same model gave another plan"
expect 64 "a plan file already" "$pare" compile model.plan -o twice.plan
absent twice.plan

# The same bits as the model, with any number of threads.
for threads in 1 2; do
  expect 0 "" "$pare" run model.onnx --output-dir of-model --threads $threads --force
  expect 0 "" "$pare" run model.plan --output-dir of-plan --threads $threads --force
  diff -r of-model of-plan || fail "the plan gives other outputs with $threads threads"
done
# The choice of kernels is part of the file: it needs no timings on disk, and makes none.
export PARE_CACHE_DIR=$PWD/cache
expect 0 "" "$pare" compile model.onnx -o tuned.plan --threads 1 --tuning full --json
object '"tuning": "full"' '"exact_convolutions": false'
rm -r cache
expect 0 "" "$pare" run tuned.plan --output-dir of-tuned --threads 1
"$pare" bench tuned.plan --profile --threads 1 --seconds 0.1 --json >profile.json 2>/dev/null
grep -q " ms against " profile.json || fail "no kernel was chosen by time"
absent cache
expect 0 "" "$pare" compile model.onnx -o exact.plan --threads 1 --exact-convolutions
expect 0 "" "$pare" run model.onnx --output-dir exact-model --threads 1 --exact-convolutions
expect 0 "" "$pare" run exact.plan --output-dir exact-plan --threads 1
diff -r exact-model exact-plan || fail "the plan gives other outputs than exact convolutions"
# A plan is a model wherever one is given.
expect 0 "" "$pare" inspect model.plan
expect 0 "" "$pare" compare model.onnx model.plan --min-sqnr 100
expect 0 "" "$pare" bench model.plan --baseline model.onnx --seconds 0.2 --threads 1
expect 0 "" "$pare" optimize model.plan -o back.onnx
expect 0 "" "$pare" compare model.onnx back.onnx --min-sqnr 80

# What is broken, but for the weights that are packed, is not used: the model beside it is.
warned() {
  local got=0
  "$@" >out.txt 2>err.txt || got=$?
  [ "$got" -eq 0 ] || fail "$* gave $got: $(cat err.txt)"
  grep -q "^warning: .*is not used: .*; reading model.onnx instead" err.txt ||
    fail "no warning: $(cat err.txt)"
}
size=$(stat -c %s model.plan)
for at in 12 45 200 2000; do
  cp model.plan good.plan
  printf '\xa5\x5a\xa5' | dd of=model.plan bs=1 seek=$at conv=notrunc status=none
  warned "$pare" run model.plan
  mv good.plan model.plan
done
cp model.plan good.plan
head -c $((size / 2)) good.plan >model.plan
warned "$pare" run model.plan
warned "$pare" bench model.plan --seconds 0.1 --threads 1
# Without the model there is nothing to fall back to.
mkdir alone
cp model.plan alone/
expect 65 "want $size bytes" "$pare" run alone/model.plan
expect 65 "want $size bytes" "$pare" bench alone/model.plan --seconds 0.1
printf '\x02' | dd of=good.plan bs=1 seek=8 conv=notrunc status=none
cp good.plan alone/newer.plan
expect 69 "version 2 of the plan format" "$pare" run alone/newer.plan
# A model of another content is not taken for the one that was compiled.
expect 0 "" "$pare" compile model.onnx -o other.plan --threads 1
printf '\xff\x01\xff' | dd of=other.plan bs=1 seek=$((size * 3 / 10)) conv=notrunc status=none
warned "$pare" run other.plan
cp back.onnx model.onnx
expect 65 "checksum" "$pare" run other.plan

strange_models
expect 69 "HardSigmoix (10)" "$pare" compile strange.onnx -o no.plan
bad_models "$pare" compile MODEL -o no.plan
expect 64 "--output is required" "$pare" compile model.onnx
absent no.plan
passed
