#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# build_version.sh VERSION  builds the etcd, kube-apiserver, kube-controller-manager and kubectl of that Kubernetes unless this machine
#                           has them; prints their folder on stdout. VERSION is 1.31.14, or 1.31 for the newest one known of it
#
# They come from the module's own programs and with the versions of its own go.mod, so nothing is written down here for any
# Kubernetes. cluster takes them if KUBEBUILDER_ASSETS names the folder. build.sh's programs are others and stay as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck disable=SC1091,SC2034 # the parts share variables
source ./lib.sh

programs=(k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kubectl} go.etcd.io/etcd/server/v3)

# newest VERSION: that version, or the newest release of that minor version.
newest() {
  local found
  if [[ $1 =~ ^1\.[0-9]+\.[0-9]+$ ]]; then
    echo "$1"
  elif check_go && found=$(cd / && go list -m -f '{{.Version}}' "k8s.io/kubernetes@v$1" 2> /dev/null) && [[ $found != *-* ]]; then
    echo "${found#v}"
  else
    die "finds no release of Kubernetes $1 in the list of its versions, which lacks some: give a whole one ($1.0)"
  fi
}

# write_module FOLDER: Kubernetes' go.mod takes its libraries from folders of its own tree; from outside they are modules,
# numbered 0.x for 1.x.
write_module() {
  local tree
  tree=$(cd / && go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') || tree=
  [ -n "$tree" ] || die "there is no Kubernetes $version"
  sed "s#^module .*#module version#; s#=> \./staging/src/\(k8s\.io/.*\)#=> \1 v0.${version#1.}#" "$tree/go.mod" > "$1/go.mod"
  cat "$tree/go.sum" > "$1/go.sum"
  go mod edit "-require=k8s.io/kubernetes@v$version" "$1/go.mod"
}

# Without the tag, versions up to 1.30 hold the clouds of Amazon, Google, Microsoft and VMware.
build() {
  local out=$1 log=$cache/kubernetes-$version flags=(-mod=mod '-tags=providerless,grpcnotrace')
  rm -rf "$out"
  mkdir -p "$out/module"
  write_module "$out/module"
  cd "$out/module"
  run_reporting fetched "$log-fetch.log" go list "${flags[@]}" -deps -f '{{.ImportPath}}' "${programs[@]}"
  packages=$(grep -cv '^go: ' "$log-fetch.log")
  run_reporting compiled "$log-build.log" go build -v "${flags[@]}" -trimpath -buildvcs=false \
    -ldflags "-s -w $(version_flags "v$version")" -o "$out/" "${programs[@]}"
  mv "$out/server" "$out/etcd"
}

[[ ${1:-} =~ ^1\.[0-9]+(\.[0-9]+)?$ ]] || {
  sed -n '5,6s/^# //p' build_version.sh >&2
  exit 2
}
export GOTOOLCHAIN=local GOWORK=off GOFLAGS='' CGO_ENABLED=0
version=$(newest "$1")
build_once "$cache/kubernetes-$version" etcd "etcd and Kubernetes $version, once for this machine: about 10 minutes on 2 cores"
echo "$cache/kubernetes-$version"
