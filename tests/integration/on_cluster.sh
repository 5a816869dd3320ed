#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# on_cluster.sh CMD [ARG...]: runs CMD in the cluster that ctest has allocated to this test: CLUSTER_NAME for the resource
# with id 1, CLUSTER_NAME-2 for id 2. Without a resource specification file it is CLUSTER_NAME. Whatever ctest does, one
# command at a time runs in a cluster: the tests count the requests of the one ServiceAccount in it. The lock is not passed on,
# so that an API server that CMD restarts does not keep it.
set -euo pipefail
cluster=$(dirname "${BASH_SOURCE[0]}")/../cluster/cluster

if [[ ${CTEST_RESOURCE_GROUP_0_CLUSTERS:-} =~ ^id:([0-9]+), ]] && ((BASH_REMATCH[1] > 1)); then
  export CLUSTER_NAME=${CLUSTER_NAME:-regcred}-${BASH_REMATCH[1]}
fi
exec flock --close "$("$cluster" audit)" "$cluster" exec "$@"
