#!/usr/bin/env bash
# pare tokenize: text to numbers and back, from files of every kind.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --decode --no-special --chat
mkdir bert
printf '[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##do\n.\n' >bert/vocab.txt
cat >bert/tokenizer_config.json <<'JSON'
{"chat_template": "{% for m in messages %}{{ m.role }} {{ m.content }}[SEP]{% endfor %}{{ 'un' if add_generation_prompt }}"}
JSON
expect 0 "" "$pare" tokenize bert -p "Undo. x" --quiet
[ "$(cat out.txt)" = "2 4 5 6 1 3" ] || fail "$(cat out.txt)"
expect 0 "" "$pare" tokenize bert/vocab.txt -p "Undo. [CLS]" --no-special --quiet
[ "$(cat out.txt)" = "4 5 6 1 1 1" ] || fail "$(cat out.txt)"
printf 'undo undo' >text.txt
expect 0 "" "$pare" tokenize bert --text text.txt --json
object '"count": 6' '"kind": "WordPiece"' '"vocabulary": 7'
says '"un"'
[ "$("$pare" tokenize bert --quiet <text.txt)" = "2 4 5 4 5 3" ] || fail "standard input"
[ "$("$pare" tokenize bert --quiet --text - <text.txt)" = "2 4 5 4 5 3" ] || fail "standard input by -"
expect 0 "" "$pare" tokenize bert --decode -p "[2, 4,5 6 3]" --no-special
[ "$(cat out.txt)" = "undo." ] || fail "$(cat out.txt)"
expect 0 "[CLS] undo [SEP]" "$pare" tokenize bert --decode -p "2 4 5 3"
expect 0 "" "$pare" tokenize bert --decode -p "4 5" --json
object '"text": "undo"'
expect 64 "'x' is no token number" "$pare" tokenize bert --decode -p "4 x"
expect 64 "there is no token 7" "$pare" tokenize bert --decode -p "7"

echo '[{"role": "un", "content": "undo"}]' >messages.json
expect 0 "" "$pare" tokenize bert --chat messages.json --json
object '"text": "un undo[SEP]un"' '"count": 5'
echo '{"messages": [], "add_generation_prompt": false}' >messages.json
expect 0 "" "$pare" tokenize bert --chat messages.json --json
object '"count": 0'
echo '[' >messages.json
expect 65 "messages.json" "$pare" tokenize bert --chat messages.json
echo '[{"content": 1}]' >messages.json
expect 0 "" "$pare" tokenize bert --chat messages.json --quiet
echo '[1]' >messages.json
expect 0 "" "$pare" tokenize bert --chat messages.json --quiet
expect 64 "no chat template" "$pare" tokenize bert/vocab.txt --chat messages.json
expect 64 "--chat" "$pare" tokenize bert --chat messages.json -p x
expect 64 "--decode" "$pare" tokenize bert --chat messages.json --decode

expect 66 "none" "$pare" tokenize none -p x
expect 66 "none.txt" "$pare" tokenize bert --text none.txt
mkdir empty
expect 64 "has no tokenizer.json" "$pare" tokenize empty -p x
echo '{"model": {"vocab": 3, "type": "BPE"}}' >tokenizer.json
expect 65 "tokenizer.json" "$pare" tokenize tokenizer.json -p x
expect 65 "" "$pare" tokenize tokenizer.json -p x --json
object '"kind": "corrupt"'
expect 64 "tokenizer" "$pare" tokenize
absent
passed
