#!/usr/bin/env bash
# pare report: a page from a record, its hashes, and the errors.
set -euo pipefail

pare=${1:?usage: report_test.sh PARE}
source=${PARE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
record="$source/tests/report/records/met.json"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*" >&2; exit 1; }
# expect CODE TEXT COMMAND...: the exit code, and a part of what standard error says.
expect() {
  local code=$1 text=$2 got=0
  shift 2
  "$@" >out.txt 2>err.txt || got=$?
  [ "$got" -eq "$code" ] || fail "$* gave $got, not $code: $(cat err.txt)"
  grep -qF -- "$text" err.txt out.txt || fail "$* does not say '$text': $(cat out.txt err.txt)"
}

expect 0 "Report: page.html" "$pare" report "$record" -o page.html
grep -q '^<!doctype html>' page.html || fail "no HTML"
grep -qF 'int8 (mse), 3 of 14 layers float' page.html || fail "the chosen candidate is not named"

# The policy's hashes, worked out by other programs.
hash_of() {
  local hex
  hex=$(sha256sum | cut -c1-64 | sed 's/../\\x&/g')
  # shellcheck disable=SC2059
  printf "$hex" | base64
}
# The bytes between two marks, each at its first place (the second behind the first).
place() { grep -obaF -- "$1" page.html | cut -d: -f1 | awk -v least="$2" '$1 >= least && !n++'; }
between() {
  local begin end
  begin=$(($(place "$1" 0) + ${#1}))
  end=$(place "$2" "$begin")
  head -c "$end" page.html | tail -c $((end - begin))
}
policy=$(between 'Content-Security-Policy" content="' '">')
[[ $policy == *"style-src 'sha256-$(between '<style>' '</style>' | hash_of)'"* ]] ||
  fail "the policy does not allow the style: $policy"
[[ $policy == *"script-src 'sha256-$(between '<script>' '</script>' | hash_of)'"* ]] ||
  fail "the policy does not allow the script: $policy"

# What is there is replaced only on demand, and the same record gives the same page.
cp page.html first.html
expect 73 "page.html" "$pare" report "$record" -o page.html
expect 0 '"report": "page.html"' "$pare" report "$record" -o page.html --force --json
cmp -s page.html first.html || fail "the same record gave another page"

# What is no record.
echo '{"pare_record": 1,' >broken.json
expect 65 "while reading broken.json" "$pare" report broken.json -o no.html
echo '{"name": "x"}' >other.json
expect 65 "want a record of pare" "$pare" report other.json -o no.html
echo '{"pare_record": 7}' >newer.json
expect 69 "a newer pare made it" "$pare" report newer.json -o no.html
{ printf '{"pare_record": 1, "x": '; printf '[%.0s' {1..100000}; } >deep.json
expect 65 "levels" "$pare" report deep.json -o no.html
expect 66 "missing.json" "$pare" report missing.json -o no.html
expect 73 "" "$pare" report "$record" -o nowhere/page.html
[ ! -e no.html ] || fail "an error left a page behind"

# The least record that there is.
echo '{"pare_record": 1}' >least.json
expect 0 "Report" "$pare" report least.json -o least.html
echo "report: passed"
