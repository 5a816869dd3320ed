#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# build.sh [NAME:TAG]: makes the controller's image of the binary that is built, with buildah, podman or docker, whichever is
# there (CONTAINER_TOOL chooses), and writes it to build/image/regcred-controller.tar too. The same commit gives the same image,
# bit for bit: times are the commit's, and the binary knows neither where nor when it was built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly name=${1:-regcred-controller:dev}
readonly binary=build/release/controller/regcred-controller
readonly context=build/image
readonly archive=$context/regcred-controller.tar
readonly largest=$((10 << 20)) # bytes

say() { printf 'image: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

find_tool() {
  local tool
  for tool in ${CONTAINER_TOOL:-buildah podman docker}; do
    ! command -v "$tool" > /dev/null || { echo "$tool" && return; }
  done
  die "none of ${CONTAINER_TOOL:-buildah, podman and docker} is here. What to do: install one of them"
}

# Nothing but the binary, without its symbols, with one mode and one time.
make_context() {
  local size
  rm -rf "$context"
  mkdir -p "$context"
  cp deploy/image/Containerfile "$context/"
  # The build ID is a hash over the debug information too, which names the folder of the sources.
  strip --strip-all --remove-section=.note.gnu.build-id -o "$context/regcred-controller" "$binary"
  chmod 0555 "$context/regcred-controller"
  touch --date "@$time" "$context/regcred-controller"
  size=$(stat -c %s "$context/regcred-controller")
  ((size <= largest)) || die "the binary has $size bytes, more than the $largest that an image may have"
}

build() {
  local arguments=(--build-arg VERSION="$version" --build-arg REVISION="$revision" --file "$context/Containerfile" --tag "$name" "$context")
  case $tool in
    buildah) buildah build --quiet --timestamp "$time" --identity-label=false "${arguments[@]}" > /dev/null ;;
    podman) podman build --quiet --timestamp "$time" --identity-label=false "${arguments[@]}" > /dev/null ;;
    docker) SOURCE_DATE_EPOCH=$time docker build --quiet --provenance=false "${arguments[@]}" > /dev/null ;;
  esac
}

# What loads an archive wants the whole name: "x:dev" is "docker.io/library/x:dev" for Kubernetes.
whole_name() {
  case $name in
    *.*/* | *:*/* | localhost/*) echo "$name" ;;
    */*) echo "docker.io/$name" ;;
    *) echo "docker.io/library/$name" ;;
  esac
}

save() {
  case $tool in
    buildah) buildah push --quiet "$name" "oci-archive:$archive:$(whole_name)" ;;
    podman) podman tag "$name" "$(whole_name)" && podman save --quiet --format oci-archive --output "$archive" "$(whole_name)" ;;
    docker) docker save --output "$archive" "$name" ;;
  esac
}

digest() { tar --extract --to-stdout --file "$archive" index.json | grep -o 'sha256:[0-9a-f]*' | head -n 1; }

[ -x "$binary" ] || die "there is no $binary: run 'make build' first"
tool=$(find_tool)
version=$(sed -n 's/^project(regcred VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
revision=$(git rev-parse HEAD 2> /dev/null || echo unknown)
[ -z "$(git status --porcelain 2> /dev/null)" ] || revision+=-modified
time=$(git log -1 --format=%ct 2> /dev/null || echo 0)
make_context
build
save
say "$name, made with $tool: $(($(stat -c %s "$context/regcred-controller") / 1024)) KiB, $(digest)"
say "also in $archive; 'deploy/README.md' tells how a cluster gets it"
