#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# cluster_test.sh [PART...]: does the test cluster itself do what its README says? One line a check; the last line counts them.
# Parts: packages, build, service, life, node.
# The clusters it starts have a state folder of their own, so that its 'clean' reaches no other.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
scratch=$(mktemp -d)
export REGCRED_CLUSTER_STATE=$scratch/state REGCRED_CLUSTER_DIR=$scratch/clusters CLUSTER_NAME=check-$$
export LC_ALL=C
unset KUBEBUILDER_ASSETS CLUSTER_APISERVER_ARGS CLUSTER_CONTROLLERS KUBECONFIG

finish() {
  "$here/cluster" clean > /dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC1091
{
  source "$here/../support/checks.sh"
  source "$here/checks/packages.sh"
  source "$here/checks/build.sh"
  source "$here/checks/service.sh"
  source "$here/checks/node.sh"
  source "$here/checks/life.sh"
}
(($#)) || set -- packages build service life node
for part; do "${part}_checks"; done
summary
