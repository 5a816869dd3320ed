#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# on_cluster.sh PROGRAM [ARG...]: runs a program of doctest in the cluster that ctest has allocated to this test: CLUSTER_NAME for
# the resource with id 1, CLUSTER_NAME-2 for id 2. Without a resource specification file it is CLUSTER_NAME. Whatever ctest does,
# one command at a time runs in a cluster: the tests count the requests of the one ServiceAccount in it. The lock is not passed on,
# so that an API server that the program restarts does not keep it.
#
# A test suite that is named after a kind of admission policy is left out where the API server does not serve that kind; a line
# "skipped: ..." names each test case. The exit code is 77 if no test case is left.
set -euo pipefail
cluster=$(dirname "${BASH_SOURCE[0]}")/../cluster/cluster

if [[ ${CTEST_RESOURCE_GROUP_0_CLUSTERS:-} =~ ^id:([0-9]+), ]] && ((BASH_REMATCH[1] > 1)); then
  export CLUSTER_NAME=${CLUSTER_NAME:-regcred}-${BASH_REMATCH[1]}
fi

served=$("$cluster" exec kubectl get --raw /apis/admissionregistration.k8s.io/v1)
left_out=
for kind in ValidatingAdmissionPolicy MutatingAdmissionPolicy; do
  [[ $served != *"\"kind\":\"$kind\""* ]] || continue
  left_out+=,$kind
  "$@" --test-suite="$kind" --list-test-cases | grep -v '^\[doctest\]\|^===' |
    sed "s/^/skipped: /; s/$/ (needs $kind in admissionregistration.k8s.io\/v1)/" || true
done
if [ -n "$left_out" ]; then
  set -- "$@" --test-suite-exclude="${left_out#,}"
  ! "$@" --count | grep -q 'current filters: 0' || exit 77
fi
exec flock --close "$("$cluster" audit)" "$cluster" exec "$@"
