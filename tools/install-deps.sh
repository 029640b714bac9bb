#!/usr/bin/env bash
# Installs what pare needs on Debian 12 (and its relatives).
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tools/install-deps.sh [--check] [GROUP...] [--with-extras]

Installs the Debian packages that are not there yet; does nothing when all are.

Groups:  core     compile and run the program
         test     compile and run the tests and benchmarks
         dev      second compiler, lint, fuzzing
         extras   what tools/get-onnxruntime.sh needs
         browser  a browser, to test the HTML report
         arm      cross-compiler and emulator for 64-bit ARM (libraries: tools/get-arm-root.sh)
Default: core test dev

  --check        only say which packages are missing (exit 1 when some are)
  --with-extras  adds the groups extras and browser
TEXT
}

# The groups are read by name below.
# shellcheck disable=SC2034
core=(
  build-essential g++ cmake ninja-build make git ca-certificates pkg-config ccache lld zstd
  libcli11-dev nlohmann-json3-dev libyaml-cpp-dev libfmt-dev libspdlog-dev
  protobuf-compiler libprotobuf-dev libopenblas-openmp-dev liblapacke-dev
  libdnnl-dev ocl-icd-opencl-dev  # oneDNN was built with OpenCL and its CMake files ask for it
  libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev libopenjp2-7-dev
  libre2-dev libicu-dev libpcre2-dev libsqlite3-dev zlib1g-dev libssl-dev libxxhash-dev
)
# shellcheck disable=SC2034
test=(libgtest-dev libgmock-dev libbenchmark-dev libonnx-testdata)
# shellcheck disable=SC2034
dev=(clang-14 clang-tidy-14 clang-format-14 clang-tools-14 libclang-rt-14-dev libomp-14-dev llvm-14
  shellcheck)
# shellcheck disable=SC2034
extras=(nodejs npm curl)
# shellcheck disable=SC2034
browser=(chromium)
# shellcheck disable=SC2034
arm=(g++-aarch64-linux-gnu qemu-user)

check=false
with_extras=false
groups=()
for argument in "$@"; do
  case "$argument" in
    --check) check=true ;;
    --with-extras) with_extras=true ;;
    core | test | dev | extras | browser | arm) groups+=("$argument") ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
if [ "${#groups[@]}" -eq 0 ]; then groups=(core test dev); fi
if "$with_extras"; then groups+=(extras browser); fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install-deps: this is no Debian system; please install the counterparts of:" >&2
  echo "  ${core[*]} ${test[*]} ${dev[*]}" >&2
  exit 69
fi

wanted=()
for group in "${groups[@]}"; do
  declare -n list="$group"
  wanted+=("${list[@]}")
done

# dpkg-query fails when it has never heard of one of them, which is what is asked here.
installed=" $({ dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true; } |
  awk '$2 == "installed" { printf "%s ", $1 }')"
missing=()
for package in "${wanted[@]}"; do
  # Packages of Node from elsewhere bring their own npm and cannot stand beside Debian's.
  if [ "$package" = npm ] && [ -f /usr/lib/node_modules/npm/bin/npm-cli.js ]; then continue; fi
  case "$installed" in
    *" $package "*) ;;
    *) missing+=("$package") ;;
  esac
done

if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi
if "$check"; then
  echo "install-deps: missing: ${missing[*]}" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-deps: needs root or sudo to install: ${missing[*]}" >&2
    exit 77
  fi
  as_root=(sudo)
fi

echo "install-deps: installing with apt-get: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
echo "install-deps: done" >&2
