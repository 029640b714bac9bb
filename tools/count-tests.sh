#!/usr/bin/env bash
# Runs every test of a build and counts: each GoogleTest case, and each other ctest, is one.
# The last line is "N passed, N failed". A case that was skipped did not pass: a missing oracle is
# a failure here. Only a script that says "not run" by exit code 77, as it needs a program that pare
# itself does not, counts as neither and is named. Exit 1 when something failed or nothing ran.
#
# usage: tools/count-tests.sh BUILD_DIR [further ctest arguments]
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "usage: tools/count-tests.sh BUILD_DIR [ctest arguments]" >&2
  exit 64
fi
build=$(cd "$1" && pwd)
shift
results="$build/test-results"
rm -rf "$results"
mkdir -p "$results/gtest"

status=0
GTEST_OUTPUT="json:$results/gtest/" ctest --test-dir "$build" --output-on-failure \
  --parallel "${JOBS:-2}" --output-junit "$results/ctest.xml" --no-tests=error "$@" || status=$?

# ctest's file says what ran; for a test whose program wrote a GoogleTest file, that file says more.
touch "$results/ctest.xml"
awk -v dir="$results/gtest/" '
  function number(line, key,   text) {
    if (match(line, "\"" key "\": *[0-9]+") == 0) return 0
    text = substr(line, RSTART, RLENGTH)
    sub(/.*: */, "", text)
    return text + 0
  }
  # The first "tests" in the file is the total; the skipped cases are told one by one.
  function cases(file,   line, total, bad, got) {
    total = -1; bad = 0
    while ((got = (getline line < file)) > 0) {
      if (total < 0 && line ~ /"tests": *[0-9]/) total = number(line, "tests")
      else if (total >= 0 && !seen_failures[file] && line ~ /"failures": *[0-9]/) {
        bad = number(line, "failures"); seen_failures[file] = 1
      }
      if (line ~ /"result": *"SKIPPED"/) { ++bad; ++skipped }
      if (line ~ /"result": *"SUPPRESSED"/) { ++bad; ++skipped }
    }
    close(file)
    if (total < 0) return 0
    passed_here = total - bad; failed_here = bad
    return 1
  }
  /<testcase / {
    name = $0; sub(/.*<testcase name="/, "", name); sub(/".*/, "", name)
    good = ($0 ~ /status="run"/)
    if (cases(dir "test_" name ".json")) {
      # A program that failed after its last case (a leak, a crash at exit) is one more failure.
      if (!good && failed_here == 0) ++failed_here
      passed += passed_here; failed += failed_here
    } else if (good) ++passed
    else if ($0 ~ /status="notrun"/) waiting = name
    else ++failed
  }
  waiting != "" && /<skipped message="SKIP_RETURN_CODE/ { print "not run: " waiting; waiting = "" }
  /<\/testcase>/ && waiting != "" { ++failed; waiting = "" }
  END {
    if (skipped) printf "%d cases were skipped or disabled, which counts as failed\n", skipped
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
  }' "$results/ctest.xml" >"$results/count" || status=1

cat "$results/count"
exit "$status"
