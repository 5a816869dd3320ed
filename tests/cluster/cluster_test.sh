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
passed=0 failed=0

finish() {
  "$here/cluster" clean > /dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

# check WHAT FUNCTION: passes if every command of FUNCTION succeeds; else shows what it printed, and the line that failed.
check() {
  local what=$1 output status
  set +e
  output=$(
    trap 'echo "failed: line $LINENO: $BASH_COMMAND"' ERR
    set -eE
    "$2" 2>&1
  )
  status=$?
  set -e
  if ((status == 0)); then
    passed=$((passed + 1))
    echo "ok    $what"
  else
    failed=$((failed + 1))
    echo "FAIL  $what"
    printf '      %s\n' "${output//$'\n'/$'\n      '}"
  fi
}

# fails CMD...: succeeds if CMD fails; its output, both streams, is in $said.
fails() {
  if said=$("$@" 2>&1); then
    echo "succeeded, but should not: $*"
    return 1
  fi
}

# eventually SECONDS CMD...: within that time CMD succeeds.
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || {
      echo "not in time: $*"
      return 1
    }
    sleep 0.1
  done
}

not() { ! "$@"; }
contains() { [[ $1 == *"$2"* ]] || { echo "no '$2' in: ${1:0:2000}" && return 1; }; }
equal() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" && return 1; }; }

# shellcheck disable=SC1091
{
  source "$here/checks/packages.sh"
  source "$here/checks/build.sh"
  source "$here/checks/service.sh"
  source "$here/checks/node.sh"
  source "$here/checks/life.sh"
}
(($#)) || set -- packages build service life node
for part; do "${part}_checks"; done
echo "$passed passed, $failed failed"
((failed == 0))
