#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# pictures.sh: draws the pictures of deploy/monitoring/README.md again: a real Prometheus records a controller for two minutes, while
# namespaces are created, a source changes and a copy is deleted; the queries are those of the dashboard.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export CLUSTER_NAME=${CLUSTER_NAME:-pictures}
readonly cluster=tests/cluster/cluster
tests/support/deps.sh build cluster monitoring
ninja -C build/release integration
trap '"$cluster" down' EXIT
"$cluster" up
"$cluster" exec build/release/tests/integration/integration --no-skip \
  --test-case='the pictures of deploy/monitoring/README.md are drawn'
