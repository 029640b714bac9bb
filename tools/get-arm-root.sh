#!/usr/bin/env bash
# Downloads Debian's arm64 libraries that pare needs and unpacks them into a folder that the
# cross-compiler takes for the root of an ARM machine. Installs nothing and needs no root.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
usage: tools/get-arm-root.sh [FOLDER]

Fills FOLDER (default: build/arm-root); does nothing when it is complete already.
TEXT
}

root=build/arm-root
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 64 ;;
  "") ;;
  *) root=$1 ;;
esac

packages=(
  libc6-dev libstdc++-12-dev libgcc-12-dev libgomp1
  nlohmann-json3-dev libcli11-dev libyaml-cpp-dev libfmt-dev libspdlog-dev libprotobuf-dev
  libopenblas-openmp-dev liblapacke-dev libdnnl-dev ocl-icd-opencl-dev
  libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev libopenjp2-7-dev
  libre2-dev libicu-dev libsqlite3-dev zlib1g-dev libssl-dev libxxhash-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)
wanted="${packages[*]}"
if [ -f "$root/complete" ] && [ "$(cat "$root/complete")" = "$wanted" ]; then exit 0; fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "get-arm-root: this is no Debian system; fill $root with arm64 libraries in another way" >&2
  exit 69
fi

mkdir -p "$root"
root=$(cd "$root" && pwd)
state=$root/apt
mkdir -p "$state/lists/partial" "$state/archives/partial"
# A view of the archive of its own, as if nothing were installed: the machine's stays as it is.
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64
  -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status=/dev/null
  -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives"
  -o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Install-Recommends=false)
echo "get-arm-root: downloading libraries for arm64" >&2
"${apt[@]}" update >&2
"${apt[@]}" --yes --download-only install "${packages[@]}" >&2

for package in "$state"/archives/*.deb; do dpkg-deb --extract "$package" "$root"; done
rm -rf "$state"

# What installation would have chosen among alternatives.
libraries=$root/usr/lib/aarch64-linux-gnu
for name in libopenblas.so libopenblas.so.0 libblas.so.3 liblapack.so.3; do
  ln -sfn "openblas-openmp/$name" "$libraries/$name"
done
for name in openblas.pc:openblas.pc blas-openblas.pc:blas.pc lapack-openblas.pc:lapack.pc; do
  ln -sfn "../openblas-openmp/pkgconfig/${name%:*}" "$libraries/pkgconfig/${name#*:}"
done
# Links from the root mean this one.
find "$root" -type l -lname '/*' -print0 | while IFS= read -r -d '' name; do
  ln -sfnr "$root$(readlink "$name")" "$name"
done

echo "$wanted" >"$root/complete"
echo "get-arm-root: done: $root" >&2
