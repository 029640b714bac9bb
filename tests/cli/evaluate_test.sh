#!/usr/bin/env bash
# pare evaluate: accuracy on drawn pictures, agreement with a reference, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --data --reference --limit
pictures test 60
expect 0 "top1" "$pare" evaluate "$model" --data test "${preprocess[@]}" --threads 1
expect 0 "" "$pare" evaluate "$model" --data test "${preprocess[@]}" --json --threads 1
object '"metric": "top1"' '"samples": 60' '"target": "native"'
right=$(value value)
holds "0.8 <= $right && $right <= 1" "accuracy"
holds "$(value low) <= $right && $right <= $(value high)" "the interval holds the value"
# A share of 60 pictures.
holds "(60 * $right - int(60 * $right + 0.5))^2 < 1e-12" "a share of 60"

# Wrong preprocessing costs accuracy, so it is really applied; moved labels leave the classes.
expect 0 "" "$pare" evaluate "$model" --data test --preprocess raw --json --threads 1
holds "$(value value) < $right" "accuracy on bytes instead of -1..1"
expect 64 "label 10 is none of the model's 10 classes" "$pare" evaluate "$model" --data test \
  "${preprocess[@]}" --label-offset 1

# A part of the pictures is drawn with the seed: the same seed, the same part.
few=("$pare" evaluate "$model" --data test --limit 20 "${preprocess[@]}" --json --threads 1)
expect 0 "" "${few[@]}" --seed 3
object '"samples": 20'
cp out.txt first.txt
expect 0 "" "${few[@]}" --seed 3
cmp out.txt first.txt || fail "the same seed gave other figures"

# Against a reference: itself, which always agrees; and with its weights in 8 bits.
expect 0 "" "${few[@]}" --reference "$model"
object '"agreement": 1.0' '"reference": {' '"name": "scores"'
"$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx >/dev/null
expect 0 "" "$pare" evaluate int8.onnx --reference "$model" --data test --limit 20 \
  "${preprocess[@]}" --json --threads 1
holds "0.9 <= $(value agreement) && $(value agreement) <= 1" "agreement of 8-bit weights"
holds "15 < $(value sqnr_db) && $(value sqnr_db) < 60" "SQNR of 8-bit weights"

expect 64 "--data" "$pare" evaluate "$model"
expect 66 "nowhere" "$pare" evaluate "$model" --data nowhere "${preprocess[@]}" --threads 1
bad_models "$pare" evaluate MODEL --data test "${preprocess[@]}" --threads 1
absent
passed
