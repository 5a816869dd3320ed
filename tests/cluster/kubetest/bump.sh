#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# bump.sh VERSION: writes go.mod and go.sum for that Kubernetes (1.37.2, say). 'go list -m -versions k8s.io/kubernetes' lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[[ ${1:-} =~ ^1\.[0-9]+\.[0-9]+$ ]] || {
  echo 'usage: bump.sh VERSION' >&2
  exit 2
}
export GOTOOLCHAIN=local GOWORK=off GOFLAGS=-mod=mod
kubernetes=$(go mod download -json "k8s.io/kubernetes@v$1" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')

# Kubernetes' go.mod takes its libraries from folders of its own tree; from outside they are modules, numbered 0.x for 1.x.
printf 'module kubetest\n\n%s\n' "$(grep '^go ' "$kubernetes")" > go.mod
: > go.sum
sed -n 's#^\t\(k8s\.io/[^ ]*\) => \./staging/.*#\1#p' "$kubernetes" | while read -r module; do
  go mod edit "-replace=$module=$module@v0.${1#1.}"
done
etcd=$(sed -n 's#^\tgo\.etcd\.io/etcd/client/v3 \(v[^ ]*\).*#\1#p' "$kubernetes")
go mod edit "-require=k8s.io/kubernetes@v$1" "-require=go.etcd.io/etcd/server/v3@$etcd"
go mod tidy
