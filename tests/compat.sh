#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# compat.sh VERSION [CTEST-ARGUMENT...]: the integration tests against another Kubernetes, 1.31.14 or 1.31, which is built once for
# this machine. Test cases that need what that Kubernetes does not have are left out, and named at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

KUBEBUILDER_ASSETS=$(tests/cluster/kubetest/build_version.sh "${@:1:1}")
export KUBEBUILDER_ASSETS CLUSTER_NAME=${CLUSTER_NAME:-compat}
# What the tests need, of what every version has: kube-controller-manager ends if it does not know a name.
export CLUSTER_CONTROLLERS=namespace-controller,serviceaccount-controller,serviceaccount-token-controller
CLUSTER_CONTROLLERS+=,garbage-collector-controller,resourcequota-controller,root-ca-certificate-publisher-controller
CLUSTER_CONTROLLERS+=,clusterrole-aggregation-controller

status=0
TARGETS=integration tests/run.sh -L integration "${@:2}" || status=$?
echo "Kubernetes $("$KUBEBUILDER_ASSETS/kube-apiserver" --version | cut -d ' ' -f 2)"
grep -h '^skipped: ' build/release/Testing/Temporary/LastTest.log | sort -u || true
exit "$status"
