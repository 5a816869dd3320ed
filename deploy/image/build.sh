#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# build.sh [NAME:TAG]: makes the controller's image of the binary that is built, build/image/regcred-controller.tar, an OCI archive
# that docker, podman and containerd load. The same commit gives the same image, bit for bit: times are the commit's, and the
# binary knows neither where nor when it was built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly name=${1:-regcred-controller:dev}
readonly binary=build/release/controller/regcred-controller
readonly context=build/image
readonly archive=$context/regcred-controller.tar

say() { printf 'image: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

[ -x "$binary" ] || die "there is no $binary: run 'make build' first"
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) die "no image for $(uname -m): only for x86_64 and aarch64" ;;
esac
VERSION=$(sed -n 's/^project(regcred VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)
[ -z "$(git status --porcelain 2> /dev/null)" ] || REVISION+=-modified
TIME=$(git log -1 --format=%ct 2> /dev/null || echo 0)
export VERSION REVISION TIME
rm -rf "$context"
mkdir -p "$context"
deploy/release/strip.sh "$binary" "$context/regcred-controller"
digest=$(deploy/image/archive.sh "$archive" "$name" "$architecture=$context/regcred-controller")
say "$name: $(($(stat -c %s "$context/regcred-controller") / 1024)) KiB, $digest"
say "it is in $archive: 'docker load --input $archive' takes it, and 'deploy/README.md' tells how a cluster gets it"
