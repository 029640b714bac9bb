#!/usr/bin/env bash
# The conformance runner on a suite whose verdicts are known: it counts right answers as passed and
# everything else as failed, holds lists of expected failures against what happened, and goes on
# behind a case that never ends.
#
# usage: runner_test.sh PARE_CONFORMANCE
set -euo pipefail

runner=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
suite=$work/suite

# ONNX files: y = Relu(x) and y = NoSuchOperator(x) for float32[3]; tensors [-1, 0, 2.5], the right
# answer [0, 0, 2.5] (as floats in a field), one that is off by a hundredth, and one of another shape.
relu='\0010\0010\0072\0063\0012\0014\0012\0001\0170\0022\0001\0171\0042\0004\0122\0145\0154\0165\0022\0001\0147\0132\0017\0012'\
'\0001\0170\0022\0012\0012\0010\0010\0001\0022\0004\0012\0002\0010\0003\0142\0017\0012\0001\0171\0022\0012\0012\0010\0010'\
'\0001\0022\0004\0012\0002\0010\0003\0102\0002\0020\0021'
unknown='\0010\0010\0072\0075\0012\0026\0012\0001\0170\0022\0001\0171\0042\0016\0116\0157\0123\0165\0143\0150\0117\0160\0145\0162'\
'\0141\0164\0157\0162\0022\0001\0147\0132\0017\0012\0001\0170\0022\0012\0012\0010\0010\0001\0022\0004\0012\0002\0010\0003'\
'\0142\0017\0012\0001\0171\0022\0012\0012\0010\0010\0001\0022\0004\0012\0002\0010\0003\0102\0002\0020\0021'
input='\0010\0003\0020\0001\0112\0014\0000\0000\0200\0277\0000\0000\0000\0000\0000\0000\0040\0100'
right='\0010\0003\0020\0001\0042\0014\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0040\0100'
wrong='\0010\0003\0020\0001\0112\0014\0000\0000\0000\0000\0000\0000\0000\0000\0232\0231\0041\0100'
shape='\0010\0001\0010\0003\0020\0001\0112\0014\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0040\0100'

add() { # name model output
  mkdir -p "$suite/node/$1/test_data_set_0"
  printf '%b' "$2" >"$suite/node/$1/model.onnx"
  printf '%b' "$input" >"$suite/node/$1/test_data_set_0/input_0.pb"
  printf '%b' "$3" >"$suite/node/$1/test_data_set_0/output_0.pb"
}

expect() { # exit code, last line, then arguments
  local code=$1 line=$2 got=0
  shift 2
  "$runner" "$suite" --jobs 2 "$@" >"$work/log" 2>&1 || got=$?
  if [ "$got" -ne "$code" ] || [ "$(tail -n 1 "$work/log")" != "$line" ]; then
    echo "want exit $code and '$line', got exit $got with arguments '$*' and:"
    cat "$work/log"
    exit 1
  fi
}

says() {
  if ! grep -q -- "$1" "$work/log"; then
    echo "the log should say '$1':"
    cat "$work/log"
    exit 1
  fi
}

add test_right "$relu" "$right"
expect 0 "1 passed, 0 failed, 0 skipped"

add test_unknown "$unknown" "$right"
add test_wrong_shape "$relu" "$shape"
add test_wrong_value "$relu" "$wrong"
add test_cut "${relu:0:100}" "$right"
mkdir -p "$suite/real/test_far"
echo '{"url": "elsewhere"}' >"$suite/real/test_far/data.json"
expect 1 "1 passed, 4 failed, 1 skipped" --json "$work/out.json"
says "left out: real/test_far (no model)"
says "node/test_unknown: unsupported: lacks NoSuchOperator"
says "node/test_wrong_shape: failed: optimised: output 0: want shape \[1,3\], got \[3\]"
says "node/test_wrong_value: failed: optimised: output 0: 1 of 3 values differ, first at \[2\]"
says "node/test_cut: failed: corrupt"
grep -q '"failed": 4' "$work/out.json"
expect 0 "1 passed, 0 failed, 0 skipped" --filter node/test_right

cat >"$work/known" <<'LIST'
# a comment
node/test_unknown  no such operator
node/test_wrong_shape  made so
node/test_wrong_value  made so
node/test_cut  made so
node/test_of_another_suite  is not here
LIST
expect 0 "1 passed, 0 failed, 1 skipped" --expect "$work/known"
says "4 expected failures, 0 unexpected passes"
echo "node/test_right  it passes" >>"$work/known"
expect 1 "0 passed, 1 failed, 1 skipped" --expect "$work/known"
says "unexpected pass: node/test_right"
echo "node/test_right  it passes" >>"$work/known"
expect 78 "pare_conformance: error (config): $work/known:8: node/test_right stands there twice" \
  --expect "$work/known"

# Random numbers are judged by their distribution: y = RandomUniform() of 64 numbers, of which the
# suite wants quarters and three quarters (mean 0.5, deviation 0.25), threes, or halves.
random='\0010\0010\0072\0066\0012\0040\0022\0001\0171\0042\0015\0122\0141\0156\0144\0157\0155\0125\0156\0151\0146\0157\0162\0155'\
'\0052\0014\0012\0005\0163\0150\0141\0160\0145\0100\0100\0240\0001\0007\0022\0001\0147\0142\0017\0012\0001\0171\0022\0012'\
'\0012\0010\0010\0001\0022\0004\0012\0002\0010\0100\0102\0002\0020\0017'
random_case() { # name value1 value2
  local data='\0010\0100\0020\0001\0112\0200\0002'
  for _ in $(seq 32); do data+=$2$3; done
  add "$1" "$random" "$data"
  rm "$suite/node/$1/test_data_set_0/input_0.pb"
}
random_case test_random_right '\0000\0000\0200\0076' '\0000\0000\0100\0077'
random_case test_random_mean '\0000\0000\0100\0100' '\0000\0000\0100\0100'
random_case test_random_spread '\0000\0000\0000\0077' '\0000\0000\0000\0077'
expect 1 "1 passed, 2 failed, 0 skipped" --filter node/test_random
says "node/test_random_right: type and shape, distribution of 1 of 1 outputs"
says "node/test_random_mean: failed: optimised: output 0: mean: want about 3, got"
says "node/test_random_spread: failed: optimised: output 0: spread: want about 0, got"
rm -r "$suite"/node/test_random_*

# A file that never gives anything: the case is ended, the others run.
add test_endless "$relu" "$right"
rm "$suite/node/test_endless/test_data_set_0/input_0.pb"
mkfifo "$suite/node/test_endless/test_data_set_0/input_0.pb"
expect 1 "1 passed, 5 failed, 1 skipped" --timeout 2
says "node/test_endless: timed out"

expect 64 "pare_conformance: error (usage): no case to run" --filter nothing
echo "the conformance runner judges as it should"
