#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [PART...]: the shipped image and manifests on a real node, with a cluster of its own. One line a check; the last line
# counts them. Parts: tutorial; image; helm; install, and after it pulls, failures, accounts and handover; keyring; documents;
# and rewrite, which writes the tutorial from the run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd "$here/../.." && pwd -P)
cd "$repository"
scratch=$(mktemp -d)
export CLUSTER_NAME=${CLUSTER_NAME:-e2e} LC_ALL=C
readonly archive=build/image/regcred-controller.tar

cluster() { tests/cluster/cluster "$@"; }
kubectl() { cluster exec kubectl "$@"; }

# KEEP=1 leaves the cluster up for somebody to look at.
finish() {
  [ -n "${KEEP:-}" ] || cluster down --keep-logs
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC1091
{
  source tests/support/checks.sh
  source "$here/checks/image.sh"
  source "$here/checks/helm.sh"
  source "$here/checks/install.sh"
  source "$here/checks/pulls.sh"
  source "$here/checks/failures.sh"
  source "$here/checks/accounts.sh"
  source "$here/checks/tutorial.sh"
  source "$here/checks/documents.sh"
  source "$here/checks/keyring.sh"
}

cluster down 2> /dev/null || true
cluster node
cluster load "$archive"
(($#)) || set -- tutorial image helm install pulls failures accounts handover keyring documents
for part; do "${part}_checks"; done
summary
