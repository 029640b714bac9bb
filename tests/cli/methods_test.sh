#!/usr/bin/env bash
# pare methods: the list, the options of one, and the schema of recipes.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help
expect 0 "quantize_weights " "$pare" methods
says "mix_weights " "smooth_quant " "by options"
expect 0 "act_order" "$pare" methods quantize_weights
says "arXiv:2210.17323" "gptq, adaround, hqq" "0 to 1e"
expect 0 "" "$pare" methods quantize --json
object '"name": "scheme"' '"default": "int8"' '"weight_only_int8"' '"type": "text"' '"calibrates": "by options"'
expect 0 "" "$pare" methods --schema
for part in '"quantize_activations"' '"additionalProperties": false' '"minimum": 7.0' '"moving_average"'; do
  grep -qF -- "$part" out.txt || fail "the schema lacks $part"
done
expect 78 "unknown method" "$pare" methods no_such_method
expect 64 "" "$pare" methods --no-such-option
absent
passed
