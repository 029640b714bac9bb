#!/usr/bin/env bash
# pare inspect: what it counts, for people and for programs, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --size --ops --markdown
expect 0 "BatchNormalization     19" "$pare" inspect "$model"
says "Conv                   23" "HardSigmoid            10" "Gemm                    1" \
  "ai.onnx 13" "open dimensions  N" "image  float32[N,3,96,96]" "scores  float32[N,10]" \
  "target native: runs 80 of 80 nodes"

expect 0 "" "$pare" inspect "$model" --json
object '"BatchNormalization": 19' '"Conv": 23' '"nodes": 80' '"producer": "pytorch"' \
  '"open_dimensions": [' '"unsupported": []' '"type": "float32[N,3,96,96]"'
[ "$(value bytes)" -eq "$(stat -c %s "$model")" ] || fail "the size is not that of the file"
# 623 778 numbers are trained; each of the 19 normalisations keeps a mean and a variance per channel
# beside them, 2 x 3707 in all.
[ "$(value parameters)" -eq $((623778 + 2 * 3707)) ] || fail "parameters: $(value parameters)"

# Nothing in it runs on integers before it is quantised.
[ "$(value integer_nodes)" -eq 0 ] || fail "integer nodes in a float model"
"$pare" compress "$model" --step 'quantize: {scheme: weight_only_int8}' -o int8.onnx >/dev/null
expect 0 "" "$pare" inspect int8.onnx --json
grep -q '"int8": ' out.txt || fail "no 8-bit constants: $(cat out.txt)"
grep -q '"DequantizeLinear": ' out.txt || fail "nothing is quantised: $(cat out.txt)"
expect 0 "" "$pare" inspect "$model" --json

# The work grows with the batch.
one=$(value macs)
expect 0 "" "$pare" inspect "$model" --json --size N=4
holds "$(value macs) == 4 * $one" "four pictures are four times the work"
expect 64 "N=0" "$pare" inspect "$model" --size N=0
expect 64 "" "$pare" inspect "$model" --no-such-option

strange_models
expect 0 "not supported: HardSigmoix (10)" "$pare" inspect strange.onnx
says "target native: runs 70 of 80 nodes"
expect 65 "imagx" "$pare" inspect dangling.onnx
bad_models "$pare" inspect MODEL
# What is no model at all, and one with nothing in it.
echo "no model" >text.onnx
expect 65 "text.onnx" "$pare" inspect text.onnx
: >empty.onnx
expect 65 "empty.onnx" "$pare" inspect empty.onnx
expect 64 "not a regular file" "$pare" inspect "$work"

# Files of weights without a graph. le N BYTES: a number as a file has it; text TEXT: with its length.
le() {
  local i
  for ((i = 0; i < $2; ++i)); do printf "\\x$(printf %02x $((($1 >> (8 * i)) & 255)))"; done
}
text() { le ${#1} 8; printf %s "$1"; }
entry() { text "$1"; le "$2" 4; }
# Metadata (text, u32, array of 10 u8), a Q4_0 tensor of 64 values and one of a type without decoder.
{
  printf GGUF; le 3 4; le 2 8; le 3 8
  entry general.architecture 8; text toy
  entry toy.block_count 4; le 2 4
  entry toy.list 9; le 0 4; le 10 8; printf '\1\2\3\4\5\6\7\10\11\12'
  text blocks.weight; le 1 4; le 64 8; le 2 4; le 0 8
  text grid.weight; le 2 4; le 256 8; le 1 8; le 16 4; le 64 8
} >head.gguf
{
  cat head.gguf
  head -c $(((32 - $(stat -c %s head.gguf) % 32) % 32 + 64 + 66)) /dev/zero
} >toy.gguf
expect 0 "architecture     toy" "$pare" inspect toy.gguf
says "GGUF version 3" "parameters                  320" "toy.block_count       u32          2" \
  "[1,2,3,4,5,6,7,8, ... ] (10)" "blocks.weight  Q4_0     [64]        36            4.500" \
  "grid.weight    IQ2_XXS  [1,256]     66            2.062" "bits per weight           2.550"
expect 0 "" "$pare" inspect toy.gguf --json
object '"architecture": "toy"' '"decoded": false' '"name": "toy.list"' '"tensor_bytes": 102' '"Q4_0": {'
[ "$(value bytes)" -eq "$(stat -c %s toy.gguf)" ] || fail "the size is not that of the file"
[ "$(value parameters)" -eq 320 ] || fail "parameters: $(value parameters)"
expect 69 "known are llama" "$pare" bench toy.gguf
expect 64 "--size" "$pare" inspect toy.gguf --size N=2
head -c 150 toy.gguf >short.gguf
expect 65 "want" "$pare" inspect short.gguf
head -c $(($(stat -c %s toy.gguf) - 10)) toy.gguf >short.gguf
expect 65 "tensor 'grid.weight' [1,256] IQ2_XXS needs bytes" "$pare" inspect short.gguf
says_error() { grep -qF -- "$1" err.txt || fail "no '$1' in: $(cat err.txt)"; }
says_error "10 bytes are missing"

mkdir folder
header='{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}'
{ le ${#header} 8; printf %s "$header"; head -c 12 /dev/zero; } >folder/model.safetensors
echo '{"architectures": ["ToyForCausalLM"], "hidden_size": 3}' >folder/config.json
for where in folder folder/model.safetensors; do
  expect 0 "architecture     ToyForCausalLM" "$pare" inspect $where
  says "safetensors" "config.hidden_size    number  3" "w       BF16  [2,3]     12           16.000"
done
expect 0 "" "$pare" inspect folder --json
object '"format": "safetensors"' '"parameters": 6' '"value": "pt"'
echo '{"weight_map": {"w": "none.safetensors"}}' >folder/model.safetensors.index.json
expect 66 "none.safetensors" "$pare" inspect folder
echo '{"weight_map": {"w": "model.safetensors"}}' >folder/model.safetensors.index.json
expect 0 "BF16" "$pare" inspect folder
echo '{"weight_map": {"w": "model.safetensors", "x": "model.safetensors"}}' >folder/model.safetensors.index.json
expect 65 "tensor 'x' is in model.safetensors; it is not there" "$pare" inspect folder

# The operators that pare knows, without a model; the document is what the program says.
expect 0 "input X: T = float16 bfloat16 float32" "$pare" inspect --ops
says "attribute axis: integer, default -1" "com.microsoft::QGemm 1" "Conv 22" " operators"
"$pare" inspect --ops --markdown >operators.md
cmp -s operators.md "$source/docs/operators.md" || fail "docs/operators.md is old: run make docs"
expect 0 "" "$pare" inspect --ops --json
object '"name": "Conv"' '"domain": "com.microsoft"' '"type_variable": "T"' '"gradient": false'
known=$(grep -c '"deterministic": ' out.txt)
expect 0 "" "$pare" doctor --json
[ "$(value operators)" -eq "$known" ] || fail "doctor counts $(value operators), not $known"
expect 64 "--ops" "$pare" inspect --markdown
expect 64 "--ops" "$pare" inspect

# Results that cannot be written are an error.
status=0
"$pare" inspect "$model" 2>err.txt >/dev/full || status=$?
[ "$status" -eq 74 ] || fail "a full disk behind standard output gave $status"
grep -qF "cannot write to standard output" err.txt || fail "does not say so: $(cat err.txt)"
absent
passed
