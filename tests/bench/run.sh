#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [BENCH-ARGUMENT...]: measures build/release's controller on a cluster of its own, which is removed at the end.
# For example: tests/bench/run.sh --namespaces 5000 --rounds 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export CLUSTER_NAME=${CLUSTER_NAME:-bench}
readonly cluster=tests/cluster/cluster
readonly output=$PWD/build/bench
readonly controller=$PWD/build/release/controller/regcred-controller

ninja -C build/release regcred-controller bench
mkdir -p "$output"
find "$output" -maxdepth 1 -name '*.log' -delete

trap '"$cluster" down' EXIT
trap 'exit 130' INT TERM
"$cluster" up
"$cluster" exec kubectl apply -f crds/
"$cluster" exec kubectl wait --for=condition=Established --timeout=30s crd/registrycredentials.regcred.dev
"$cluster" exec kubectl apply -k deploy/
# What the raw load needs beyond deploy/: its unit is a POST, and its copies belong to a Namespace, so that no controller
# takes them for its own.
"$cluster" exec kubectl create clusterrole bench-posts --verb=create --resource=secrets
"$cluster" exec kubectl create clusterrolebinding bench-posts --clusterrole=bench-posts --serviceaccount=regcred-system:regcred-controller
"$cluster" exec kubectl get validatingadmissionpolicy regcred-controller --output json |
  sed "s/o.kind == 'RegistryCredential'/o.kind in ['RegistryCredential', 'Namespace']/
    s/o.apiVersion.startsWith('regcred.dev\/')/o.apiVersion.matches('^(regcred[.]dev\/|v1$)')/g" |
  "$cluster" exec kubectl replace --filename -
"$cluster" kubeconfig-for regcred-system/regcred-controller "$output/controller.kubeconfig"
"$cluster" exec build/release/tests/bench/bench --controller "$controller" \
  --controller-kubeconfig "$output/controller.kubeconfig" --audit-log "$("$cluster" audit)" --output "$output" "$@"
