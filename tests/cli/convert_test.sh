#!/usr/bin/env bash
# pare convert: number formats of GGUF and safetensors, parts, and the errors.
set -euo pipefail
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

help --type --tensor --split --force "Q4_K" "BF16"

# le N BYTES: a number as a file has it; text TEXT: with its length.
le() {
  local i
  for ((i = 0; i < $2; ++i)); do printf "\\x$(printf %02x $((($1 >> (8 * i)) & 255)))"; done
}
text() { le ${#1} 8; printf %s "$1"; }
# float16 numbers 1, 2, ... 4 over and over: COUNT of them.
halves() {
  local i
  for ((i = 0; i < $1; i += 4)); do printf '\x00\x3c\x00\x40\x00\x42\x00\x44'; done
}
# A matrix of 2 x 256 float16, one of 2 x 32, a vector of 4 float32, and a block without decoder.
{
  printf GGUF; le 3 4; le 4 8; le 2 8
  text general.architecture; le 8 4; text toy
  text general.file_type; le 4 4; le 1 4
  text wide.weight; le 2 4; le 256 8; le 2 8; le 1 4; le 0 8
  text narrow.weight; le 2 4; le 32 8; le 2 8; le 1 4; le 1024 8
  text a_norm.weight; le 1 4; le 4 8; le 0 4; le 1152 8
  text grid.weight_packed; le 1 4; le 256 8; le 16 4; le 1184 8
} >toy.gguf
head -c $(((32 - $(stat -c %s toy.gguf) % 32) % 32)) /dev/zero >>toy.gguf
{
  halves 512; halves 64
  printf '\x00\x00\x80\x3f%.0s' 1 2 3 4; head -c 16 /dev/zero
  head -c 66 "$model"; head -c 30 /dev/zero
} >>toy.gguf

# Nothing asked for: the same bytes.
expect 0 "exact" "$pare" convert toy.gguf -o copy.gguf
cmp toy.gguf copy.gguf || fail "a copy is another file"

expect 0 "F16      Q4_K           1" "$pare" convert toy.gguf -o q4.gguf --type q4_k
says "F16      Q5_0           1" "1 tensor became Q5_0, as rows are not whole blocks of Q4_K" \
  "written: q4.gguf" "IQ2_XXS  IQ2_XXS        1"
expect 0 "" "$pare" inspect q4.gguf
mv out.txt listed.txt
for line in "wide.weight         Q4_K" "narrow.weight       Q5_0" "a_norm.weight       F32" \
  "grid.weight_packed  IQ2_XXS" "general.file_type             u32   14" \
  "general.quantization_version  u32   2"; do
  grep -qF -- "$line" listed.txt || fail "no '$line' in $(cat listed.txt)"
done
cmp <(tail -c 96 toy.gguf) <(tail -c 96 q4.gguf) || fail "a block that cannot be decoded was changed"

expect 0 "" "$pare" convert toy.gguf -o mixed.gguf --type Q8_0 --tensor '*=F32' \
  --tensor 'w*.wei*t=Q6_K' --tensor 'grid*=IQ2_XXS' --json
object '"to": "Q6_K"' '"from": "F16"' '"output": "mixed.gguf"' '"other_types": []' '"exact": true'
[ "$(value bytes_after)" -eq "$(stat -c %s mixed.gguf)" ] || fail "the size is not that of the file"
! grep -q Q8_0 out.txt || fail "the last rule does not hold"
# float16 -> float32 -> float16 loses nothing, and the bytes of the tensors are those of before.
"$pare" convert toy.gguf -o wide.gguf --type F32 >/dev/null
expect 0 "exact" "$pare" convert wide.gguf -o back.gguf --type F16
cmp <(tail -c 1280 toy.gguf) <(tail -c 1280 back.gguf) || fail "not the numbers of before"

# In parts, from any of them, and together again.
expect 0 "in 3 files" "$pare" convert toy.gguf -o part.gguf --split 200
expect 0 "files                         3" "$pare" inspect part-00002-of-00003.gguf
expect 0 "written: whole.gguf" "$pare" convert part-00003-of-00003.gguf -o whole.gguf
cmp toy.gguf whole.gguf || fail "parts do not make the whole"
rm part-00002-of-00003.gguf
expect 66 "part-00002-of-00003.gguf" "$pare" convert part-00001-of-00003.gguf -o none.gguf

header='{"__metadata__":{"format":"pt"},"w":{"dtype":"F16","shape":[2,4],"data_offsets":[0,16]},'
header+='"ids":{"dtype":"I32","shape":[1],"data_offsets":[16,20]}}'
mkdir folder
{ le ${#header} 8; printf %s "$header"; halves 8; le 7 4; } >folder/model.safetensors
expect 0 "F16   BF16        1" "$pare" convert folder -o bf16.safetensors --type BF16
says "exact" "I32   I32         1"
expect 0 "in 2 files" "$pare" convert folder -o two.safetensors --tensor 'w=F8_E4M3' --split 8
expect 0 "F8_E4M3" "$pare" inspect two.safetensors.index.json
says "ids     I32"
expect 0 "" "$pare" convert two.safetensors.index.json -o one.safetensors --tensor w=F16
expect 0 "text  pt" "$pare" inspect one.safetensors
says "w       F16"
cmp <(tail -c 20 folder/model.safetensors) <(tail -c 20 one.safetensors) || fail "not as before"

expect 64 "no type 'Q9'" "$pare" convert toy.gguf -o none.gguf --type Q9
expect 64 "no type 'Q4_K' in safetensors" "$pare" convert folder -o none.safetensors --type Q4_K
expect 64 "no tensor is called 'x*'" "$pare" convert toy.gguf -o none.gguf --tensor 'x*=F32'
expect 64 "want --tensor NAME=TYPE" "$pare" convert toy.gguf -o none.gguf --tensor F32
expect 64 "want an output called *.gguf" "$pare" convert toy.gguf -o none.safetensors
expect 64 "" "$pare" convert toy.gguf
expect 69 "1 of 4 tensors cannot be converted, as tensor 'grid.weight_packed' [256] IQ2_XXS cannot become F16" \
  "$pare" convert toy.gguf -o none.gguf --tensor 'grid*=F16'
expect 69 "cannot become NVFP4" "$pare" convert toy.gguf -o none.gguf --tensor 'wide*=NVFP4'
expect 69 "cannot become Q8_K" "$pare" convert toy.gguf -o none.gguf --tensor 'wide*=Q8_K'
expect 69 "want GGUF or safetensors, got: ONNX model" "$pare" convert "$model" -o none.gguf
expect 66 "missing.gguf" "$pare" convert missing.gguf -o none.gguf
head -c 1000 toy.gguf >short.gguf
expect 65 "bytes are missing" "$pare" convert short.gguf -o none.gguf
expect 73 "exists" "$pare" convert toy.gguf -o copy.gguf
expect 0 "written" "$pare" convert toy.gguf -o copy.gguf --type F32 --force
expect 73 "" "$pare" convert toy.gguf -o no/such/folder.gguf
# Onto itself: the file is mapped while its successor is written beside it.
expect 0 "written" "$pare" convert copy.gguf -o copy.gguf --type F16 --force
cmp <(tail -c 1280 toy.gguf) <(tail -c 1280 copy.gguf) || fail "converted onto itself, it is another"
head -c 400000 /dev/zero >zeros
header='{"w":{"dtype":"F32","shape":[100000],"data_offsets":[0,400000]}}'
{ le ${#header} 8; printf %s "$header"; cat zeros; } >large.safetensors
expect 74 "cannot write" disk_full "$pare" convert large.safetensors -o none.safetensors
absent none.gguf none.safetensors
passed
