#!/usr/bin/env bash
# pare formats: the list, and the comparison on the weights of a model.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help
expect 0 "f8e4m3fn " "$pare" formats
says "q4_0 " "levels23 " "mxfp4 " "OCP Microscaling" "arXiv:2305.14314"
expect 0 "" "$pare" formats --json
object '"name": "nvfp4"' '"own_scale": true' '"bits": 4.5'
expect 0 "int4, group 32" "$pare" formats compare "$model"
says "q8_0" "nothing with as few bits"
expect 0 "written: page.html" "$pare" formats compare "$model" --html page.html
for part in '<svg ' 'nf4, row' '</html>' 'class="front"'; do
  grep -qF -- "$part" page.html || fail "the page lacks $part"
done
! grep -qE 'https?://' page.html || fail "the page needs something from elsewhere"
expect 73 "page.html" "$pare" formats compare "$model" --html page.html
expect 0 "" "$pare" formats compare "$model" --html page.html --force --json
object '"front": true' '"worst_db": ' '"format": "int8, row"'
expect 64 "needs a model" "$pare" formats compare
expect 66 "" "$pare" formats compare no_such_file.onnx
absent
passed
