#!/usr/bin/env bash
# pare verify: a sound model, a changed one, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --target --min-agreement
expect 0 "agree on 100.00 %" "$pare" verify "$model"
expect 0 "" "$pare" verify "$model" --json
object '"agreement": 1' '"problems": []' '"batches": 1'
pictures test 10
expect 0 "agree on 100.00 %" "$pare" verify "$model" --data test "${preprocess[@]}" --batches 4
says "4 batches"

# A file that can be read, but not run, is a problem and not an error.
strange_models
expect 1 "problem: not supported: HardSigmoix (10)" "$pare" verify strange.onnx
expect 1 "" "$pare" verify strange.onnx --json
object '"problems": [' 'HardSigmoix (10)'
expect 65 "imagx" "$pare" verify dangling.onnx
bad_models "$pare" verify MODEL
expect 66 "nowhere" "$pare" verify "$model" --data nowhere
expect 64 "--min-agreement" "$pare" verify "$model" --min-agreement 2
expect 64 "no_such_target" "$pare" verify "$model" --target no_such_target
expect 66 "nowhere.so" "$pare" verify "$model" --target onnxruntime:/nowhere.so
absent
passed
