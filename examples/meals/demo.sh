#!/usr/bin/env bash
# The demo: draws pictures of meals, compresses the network that tells them apart under limits of
# accuracy, time and size, and checks the written model. `make demo` builds what it needs before.
#
# usage: examples/meals/demo.sh
#   RELEASE=DIR  the configured build (default build/release)
#   JOBS=N       compilers at once (default: one per core)
set -euo pipefail
cd "$(dirname "$0")/../.."

release=${RELEASE:-build/release}
jobs=${JOBS:-$(nproc)}
work=build/demo
model=examples/meals/meals.onnx
small=$work/meals-small.onnx
report=$work/report.html
preprocess=(--preprocess minus-one-one)

say() { printf '\n== %s\n' "$*"; }

if [ ! -f "$release/build.ninja" ]; then
  echo "demo: $release is not configured; run 'make demo', or 'cmake --preset release' before" >&2
  exit 64
fi

say "Building pare and the generator of the pictures"
cmake --build "$release" --parallel "$jobs" --target pare meals_generate
pare=$release/pare
mkdir -p "$work"

# pictures SPLIT COUNT: a folder appears whole or not at all, and is drawn again when the generator
# has changed.
pictures() {
  local folder=$work/$1 stamp
  stamp="$(sha256sum <"$release/meals_generate" | cut -c1-16) $2"
  if [ -d "$folder" ] && [ "$(cat "$folder.stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "$folder: $2 pictures are there already"
    return
  fi
  rm -rf "$folder" "$folder.part" "$folder.stamp"
  "$release/meals_generate" --out "$folder.part" --split "$1" --count "$2" --seed 1
  mv "$folder.part" "$folder"
  echo "$stamp" >"$folder.stamp"
}

say "Drawing the pictures"
pictures test 800
pictures calib 200

say "Tuning: at least 90 % right, at most 5 s per picture, at most 30 % of the size"
status=0
"$pare" tune "$model" --data "$work/test" --calib "$work/calib" "${preprocess[@]}" \
  --min-accuracy 90% --max-latency 5s --max-size 30% \
  --max-time 5min --study "$work/study.db" \
  -o "$small" --report "$report" --record "$work/record.json" --force || status=$?
if [ "$status" -ne 0 ]; then
  echo "demo: pare tune ended with exit code $status (1: no candidate met every limit)" >&2
  exit "$status"
fi

say "The written model against the original"
"$pare" evaluate "$small" --reference "$model" --data "$work/test" --limit 200 "${preprocess[@]}"

# ONNX Runtime takes part when it is there: PARE_ONNXRUNTIME, or tools/get-onnxruntime.sh before.
machine=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
library=${PARE_ONNXRUNTIME:-}
if [ -z "$library" ] && [ -d build/onnxruntime ]; then
  library=$(find build/onnxruntime -path "*/linux/$machine/libonnxruntime.so*" | sort | head -n 1)
fi
if [ -n "$library" ]; then
  say "The written model on ONNX Runtime ($library)"
  "$pare" verify "$small" --target "onnxruntime:$library" --data "$work/test" --batches 8 \
    "${preprocess[@]}"
else
  say "ONNX Runtime is not here; tools/get-onnxruntime.sh fetches it for the same check"
fi

say "Done"
cat <<TEXT
before  $(stat -c %s "$model") bytes  $PWD/$model
after   $(stat -c %s "$small") bytes  $PWD/$small
report  $PWD/$report
TEXT
