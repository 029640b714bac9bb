#!/usr/bin/env bash
# pare run: answers as NPY files, the same from fast and from reference kernels, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --input --output-dir --reference
expect 0 "scores  float32  [1,10]" "$pare" run "$model" --output-dir fast
[ "$(head -c 6 fast/scores.npy | od -An -tx1 | tr -d ' ')" = 934e554d5059 ] || fail "no NPY file"
# 10 numbers of 4 bytes behind a header that is padded to 64 bytes.
[ $(($(stat -c %s fast/scores.npy) % 64)) -eq 40 ] || fail "size $(stat -c %s fast/scores.npy)"
grep -qaF "'shape': (1, 10)" fast/scores.npy || fail "the shape is not in the header"
grep -qaF "'descr': '<f4'" fast/scores.npy || fail "the type is not in the header"

# Fast and reference kernels on the same made-up input agree to 5 digits.
expect 0 "" "$pare" run "$model" --output-dir fast --force --json
object '"argmax": ' '"target": "native"' '"file": "fast/scores.npy"' '"type": "float32"'
cp out.txt fast.json
expect 0 "" "$pare" run "$model" --output-dir exact --reference --json
for field in argmax max min mean; do
  exact=$(value $field)
  cp out.txt exact.json && cp fast.json out.txt
  fast=$(value $field)
  cp exact.json out.txt
  holds "($fast - $exact)^2 < 1e-10" "$field of fast and reference kernels"
done

# The seed makes the input: the same one the same answer, another one another.
cp fast/scores.npy before.npy
expect 0 "" "$pare" run "$model" --output-dir fast --force
cmp fast/scores.npy before.npy || fail "the same seed gave another answer"
expect 0 "" "$pare" run "$model" --output-dir fast --force --seed 7
! cmp -s fast/scores.npy before.npy || fail "another seed gave the same answer"

# An input of our own: zeros, float32 [2, 3, 96, 96].
{
  printf '\x93NUMPY\x01\x00\x76\x00'
  printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 96, 96), }"
  head -c $((2 * 3 * 96 * 96 * 4)) /dev/zero
} >zeros.npy
expect 0 "[2,10]" "$pare" run "$model" --input image=zeros.npy --output-dir two
# Both pictures are the same, so both rows are.
cmp <(tail -c 80 two/scores.npy | head -c 40) <(tail -c 40 two/scores.npy) ||
  fail "one picture, two answers"
expect 0 "[4,10]" "$pare" run "$model" --size N=4

# A model of one SplitToSequence node (x float32 [2,3] -> s), as an encoder of protobuf writes it.
{
  printf '%b' '\x08\x08:@\x0a\x17\x0a\x01x\x12\x01s"\x0fSplitToSequence\x12\x01g'
  printf '%b' 'Z\x13\x0a\x01x\x12\x0e\x0a\x0c\x08\x01\x12\x08\x0a\x02\x08\x02\x0a\x02\x08\x03b\x0d\x0a\x01s\x12\x08"\x06\x0a\x04\x0a\x02\x08\x01B\x02\x10\x0d'
} >sequence.onnx
expect 0 "s[1]    float32  [1,3]" "$pare" run sequence.onnx --output-dir parts
for i in 0 1; do
  [ -f parts/s_${i}_.npy ] || fail "no file for element $i"
done

expect 73 "scores.npy" "$pare" run "$model" --output-dir fast
expect 64 "no input 'picture'" "$pare" run "$model" --input picture=zeros.npy
expect 66 "no.npy" "$pare" run "$model" --input image=no.npy
head -c 1000 zeros.npy >short.npy
expect 65 "short.npy" "$pare" run "$model" --input image=short.npy --output-dir no
expect 64 "no_such_target" "$pare" run "$model" --target no_such_target
strange_models
expect 69 "HardSigmoix (10)" "$pare" run strange.onnx --output-dir no
expect 65 "imagx" "$pare" run dangling.onnx --output-dir no
bad_models "$pare" run MODEL --output-dir no
absent no/scores.npy
passed
