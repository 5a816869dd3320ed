#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# build.sh: builds helm, and verdict (main.go), unless this machine has them; prints their folder on stdout. The folder is named by
# a hash of everything that goes into it, so that a finished one is never out of date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck disable=SC1091,SC2034 # the parts share variables
source ../../cluster/kubetest/lib.sh
say() { printf "install tools: %s\n" "$*" >&2; }

readonly helm=helm.sh/helm/v4
readonly inputs=(go.mod go.sum main.go)

# The same tags as the cluster's programs have: what Go has compiled for them is used again.
build() {
  local out=$1
  export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
  mkdir -p "$out"
  run_reporting fetched "$cache/install-tools-fetch.log" go list -mod=readonly "${flags[@]:1:2}" -deps -f '{{.ImportPath}}' . $helm/cmd/helm
  packages=$(grep -cv '^go: ' "$cache/install-tools-fetch.log")
  run_reporting compiled "$cache/install-tools-build.log" go build -v -mod=readonly -buildvcs=false "${flags[@]}" -o "$out/" . $helm/cmd/helm
}

version=$(sed -n "s#^\t$helm \(v[^ ]*\).*#\1#p" go.mod)
flags=(-trimpath -tags grpcnotrace -ldflags "-s -w -X $helm/internal/version.version=$version")
hash=$(sha256sum <(printf '%s\n' "${flags[@]}") "${inputs[@]}" | cut -d ' ' -f 1 | sha256sum)
folder=$cache/install-tools-${hash:0:16}
build_once "$folder" helm "Helm $version, once for this machine: about 3 minutes on 2 cores"
echo "$folder"
