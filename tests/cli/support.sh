# shellcheck shell=bash
# What the tests of the verbs share; sourced with the path of pare as its argument. Goes to a
# directory of its own, which is removed at the end. No test needs more than a shell, the model
# that ships with pare and the generator of its pictures.
set -euo pipefail

# shellcheck disable=SC2034
{
  pare=$(realpath "${1:?usage: $0 PARE}")
  name=$(basename "$0" _test.sh)
  source=${PARE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
  model=$source/examples/meals/meals.onnx
  preprocess=(--preprocess minus-one-one)
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Working files of pare go here too, so that `leaves` sees what is left behind.
mkdir tmp
export TMPDIR=$work/tmp XDG_CACHE_HOME=$work/cache HOME=$work

fail() { echo "FAILED: $*" >&2; exit 1; }

# expect CODE TEXT COMMAND...: the exit code, and a part of what the command says. A success says
# it on standard output and keeps standard error empty: there is no terminal, so no progress. A
# usage fault and all others say it on standard error; a limit not met (1) is a result.
expect() {
  local code=$1 text=$2 got=0 where=out.txt
  shift 2
  "$@" >out.txt 2>err.txt </dev/null || got=$?
  [ "$got" -eq "$code" ] || fail "$* gave $got, not $code: $(tail -n 20 err.txt)"
  if [ "$code" -gt 1 ]; then where=err.txt; fi
  grep -qF -- "$text" $where || fail "$* does not say '$text': $(head -n 40 out.txt err.txt)"
  [ "$code" -gt 1 ] || [ ! -s err.txt ] || fail "$* wrote to standard error: $(head -n 20 err.txt)"
  [ "$code" -le 1 ] || [ "$(grep -o 'error (' err.txt | wc -l)" -eq 1 ] ||
    fail "$* does not say one time what kind of error it is: $(cat err.txt)"
}

# says TEXT...: the last command said each on standard output.
says() {
  local text
  for text in "$@"; do
    grep -qF -- "$text" out.txt || fail "no '$text' in: $(head -n 60 out.txt)"
  done
}

# object FIELD...: standard output of the last command is one JSON object and nothing else (as it
# is printed: braces of the outermost level stand in the first column), with these fields.
object() {
  local field
  [ "$(grep -c '^{$' out.txt)" -eq 1 ] && [ "$(grep -c '^}$' out.txt)" -eq 1 ] &&
    [ "$(head -n 1 out.txt)" = "{" ] && [ "$(tail -n 1 out.txt)" = "}" ] ||
    fail "not one JSON object: $(head -n 40 out.txt)"
  ! grep -qvE '^([{}]|  .*)$' out.txt || fail "text beside the JSON object: $(cat out.txt)"
  for field in '"pare": 1' "\"verb\": \"$name\"" "$@"; do
    grep -qF -- "$field" out.txt || fail "no $field in: $(head -n 80 out.txt)"
  done
}

# value FIELD: the first number of that name in the JSON of the last command.
value() {
  local line
  line=$(grep -m 1 -oE "\"$1\": -?[0-9.eE+-]+" out.txt) || fail "no number $1 in: $(cat out.txt)"
  echo "${line##*: }"
}

# holds EXPRESSION: an awk expression of numbers is true, as in: holds "0.9 <= 1".
holds() { awk "BEGIN { exit !($1) }" || fail "${2:-not true}: $1"; }

# help TEXT...: --help ends well and has these options and an example.
help() {
  expect 0 "Examples:" "$pare" "$name" --help
  says "pare $name" --json --quiet "$@"
}

# absent FILE...: an error left none of them, nor a part of one, nor a working directory.
absent() {
  local file left
  for file in "$@"; do [ ! -e "$file" ] || fail "$file was left behind"; done
  left=$(find . -name '*.part*' -o -name '*pare-temporary-*' -o -name '*.tmp*' | head -n 5)
  [ -z "$left" ] || fail "left behind: $left"
  left=$(find tmp -mindepth 1 | head -n 5)
  [ -z "$left" ] || fail "left in the directory for working files: $left"
}

# bad_models COMMAND...: the command, given a model at MODEL, says what is wrong with a missing and
# with truncated ones. A file of this format may end only where a field of its outermost level does.
bad_models() {
  local word size words=()
  for word in "$@"; do words+=("${word/#MODEL/missing.onnx}"); done
  expect 66 "missing.onnx" "${words[@]}"
  for size in 1 1000 100000 2551081; do
    head -c "$size" "$model" >truncated.onnx
    words=()
    for word in "$@"; do words+=("${word/#MODEL/truncated.onnx}"); done
    expect 65 "truncated.onnx" "${words[@]}"
  done
  words+=(--json)
  expect 65 "truncated.onnx" "${words[@]}"
  object '"kind": "corrupt"' '"exit_code": 65'
}

# disk_full COMMAND...: as on a disk that has room for the first 100 kB of a file.
disk_full() (
  trap '' XFSZ
  ulimit -f 100
  "$@"
)

# strange_models: strange.onnx has ten nodes of an operator that nobody knows (field 4, 11 bytes);
# dangling.onnx has a node that reads a value that nothing computes (field 1, 5 bytes).
strange_models() {
  LC_ALL=C sed 's/\x22\x0bHardSigmoid/\x22\x0bHardSigmoix/g' "$model" >strange.onnx
  LC_ALL=C sed '0,/^\x05image/s//\x05imagx/' "$model" >dangling.onnx
  [ "$(cmp -l "$model" strange.onnx | wc -l)" -eq 10 ] || fail "strange.onnx is not as wanted"
  [ "$(cmp -l "$model" dangling.onnx | wc -l)" -eq 1 ] || fail "dangling.onnx is not as wanted"
}

# pictures SPLIT COUNT: a folder SPLIT of labelled pictures of meals.
pictures() {
  local generate
  generate=$(dirname "$pare")/meals_generate
  "$generate" --out "$1" --split "$1" --count "$2" --seed 1 2>err.txt || fail "$(cat err.txt)"
}

passed() { echo "$name: passed"; }
