#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# build.sh          builds the test cluster's programs unless this machine has them; prints their folder on stdout
# build.sh --check  exits 0 if build.sh would succeed as far as can be told at once: they are built, or Go is new enough
#
# The folder is named by a hash of everything that goes into it, so that a finished one is never out of date and never
# rewritten, whatever the number of clones and builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck disable=SC1091,SC2034 # the parts share variables
source ./lib.sh

inputs=(go.mod go.sum main.go tokens.go)
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl registry-tokens)

build() {
  local out=$1 program
  export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
  mkdir -p "$out"
  run_reporting fetched "$cache/kubetest-fetch.log" go list -mod=readonly "${flags[@]:1:2}" -deps -f '{{.ImportPath}}' .
  packages=$(grep -cv '^go: ' "$cache/kubetest-fetch.log")
  run_reporting compiled "$cache/kubetest-build.log" go build -v -mod=readonly -buildvcs=false "${flags[@]}" -o "$out/kubetest" .
  for program in "${programs[@]}"; do ln -s kubetest "$out/$program"; done
}

flags=(-trimpath -tags grpcnotrace -ldflags "-s -w $(version_flags "$(sed -n 's#^\tk8s.io/kubernetes v#v#p' go.mod)")")
hash=$(sha256sum <(printf '%s\n' "${flags[@]}" "${programs[@]}") "${inputs[@]}" | cut -d ' ' -f 1 | sha256sum)
folder=$cache/kubetest-${hash:0:16}

case ${1:-} in
  '') ;;
  --check)
    [ -x "$folder/kubetest" ] || check_go
    exit 0
    ;;
  *)
    sed -n '5,6s/^# //p' build.sh >&2
    exit 2
    ;;
esac

build_once "$folder" kubetest \
  'etcd and Kubernetes, once for this machine: about 12 minutes on 2 cores, 5 GB of downloads and build cache'
echo "$folder"
