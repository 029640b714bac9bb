#!/usr/bin/env bash
# pare completion: scripts that the shells accept, with every verb.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help bash zsh fish
verbs=$(basename -s .cpp "$source"/src/cli/verbs/*.cpp)
for shell in bash zsh fish; do
  expect 0 "pare" "$pare" completion $shell
  for verb in $verbs; do says "$verb"; done
  cp out.txt script.$shell
  # The shell itself, where it is here.
  if command -v $shell >/dev/null; then $shell -n script.$shell || fail "$shell refuses it"; fi
done

# What bash offers: the verbs, then the options of a verb.
offers() {
  bash -c '. ./script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pare
    echo "${COMPREPLY[*]}"' bash "$@"
}
[ "$(offers pare op)" = optimize ] || fail "pare op gives: $(offers pare op)"
[ "$(offers pare com)" = "compare compile completion compress" ] || fail "pare com: $(offers pare com)"
[[ " $(offers pare tune --max-s) " == *" --max-size "* ]] || fail "no option of tune"
[[ " $(offers pare doctor --max-s) " != *" --max-size "* ]] || fail "an option of another verb"

expect 0 "" "$pare" completion bash --json
object '"shell": "bash"' '"script": "'
expect 64 "tcsh" "$pare" completion tcsh
expect 64 "" "$pare" completion
absent
passed
