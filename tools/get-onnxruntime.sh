#!/usr/bin/env bash
# Fetches ONNX Runtime into build/onnxruntime and prints the path of its library. The npm package
# carries the same shared library as the official archives; no script of it is run.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.30.0
into=build/onnxruntime
case "$(uname -m)" in
  x86_64) machine=x64 ;;
  aarch64) machine=arm64 ;;
  *) echo "get-onnxruntime: no ONNX Runtime package for $(uname -m)" >&2; exit 69 ;;
esac

find_library() {
  find "$into/node_modules/onnxruntime-node/bin" -path "*/linux/$machine/libonnxruntime.so.1*" \
    2>/dev/null | sort | head -n 1
}

found_version() {
  sed -n 's/^ *"version": *"\(.*\)",*$/\1/p' "$into/node_modules/onnxruntime-node/package.json" \
    2>/dev/null | head -n 1
}

if [ "$(found_version)" != "$version" ] || [ -z "$(find_library)" ]; then
  bundled=/usr/lib/node_modules/npm/bin/npm-cli.js
  if command -v npm >/dev/null; then
    npm=(npm)
  elif command -v node >/dev/null && [ -f "$bundled" ]; then
    npm=(node "$bundled")
  else
    echo "get-onnxruntime: npm is missing; run tools/install-deps.sh extras" >&2
    exit 69
  fi
  echo "get-onnxruntime: fetching onnxruntime-node $version" >&2
  mkdir -p "$into"
  if ! "${npm[@]}" install --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
    --prefix "$into" "onnxruntime-node@$version" >&2; then
    echo "get-onnxruntime: npm could not fetch onnxruntime-node@$version (is there a network?)" >&2
    exit 69
  fi
fi

library=$(find_library)
if [ -z "$library" ]; then
  echo "get-onnxruntime: the package holds no libonnxruntime.so.1 for linux/$machine" >&2
  exit 69
fi
echo "$PWD/$library"
