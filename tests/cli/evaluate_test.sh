#!/usr/bin/env bash
# pare evaluate: accuracy on drawn pictures, agreement with a reference, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --data --reference --limit
pictures test 60
expect 0 "top1" "$pare" evaluate "$model" --data test "${preprocess[@]}"
expect 0 "" "$pare" evaluate "$model" --data test "${preprocess[@]}" --json
object '"metric": "top1"' '"samples": 60' '"target": "native"'
right=$(value value)
holds "0.8 <= $right && $right <= 1" "accuracy"
holds "$(value low) <= $right && $right <= $(value high)" "the interval holds the value"
# A share of 60 pictures.
holds "(60 * $right - int(60 * $right + 0.5))^2 < 1e-12" "a share of 60"

# The wrong preprocessing shows, so it is really applied.
expect 0 "" "$pare" evaluate "$model" --data test --preprocess minus-one-one --label-offset 0 --json
holds "$(value value) == $right"
expect 0 "" "$pare" evaluate "$model" --data test --limit 20 "${preprocess[@]}" --json
object '"samples": 20'

expect 0 "" "$pare" evaluate "$model" --reference "$model" --data test --limit 20 \
  "${preprocess[@]}" --json
object '"reference'

expect 64 "--data" "$pare" evaluate "$model"
expect 66 "nowhere" "$pare" evaluate "$model" --data nowhere "${preprocess[@]}"
bad_models "$pare" evaluate MODEL --data test "${preprocess[@]}"
absent
passed
