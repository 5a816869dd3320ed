#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh — checks crds/ and deploy/ on the cluster of KUBECONFIG, as its administrator and with the controller's token.
# Prints a line for each check, and at the end how many passed. Leaves the CRD and deploy/ installed, nothing else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
umask 077
work=$(mktemp -d)
export KUBECACHEDIR=$work/cache # clusters that share an address must not share what kubectl remembers of them
namespace=manifests-$$
passed=0 failed=0 proxy_pid=

pass() {
  passed=$((passed + 1))
  printf 'ok    %s\n' "$1"
}

# fail NAME DETAIL
fail() {
  failed=$((failed + 1))
  printf 'FAIL  %s\n' "$1"
  printf '%s\n' "$2" | sed 's/^/        /'
}

# equal NAME WANTED FOUND
equal() {
  if [[ $3 == "$2" ]]; then pass "$1"; else fail "$1" "wanted: $2"$'\n'"found:  $3"; fi
}

# contains NAME WANTED TEXT
contains() {
  if [[ $3 == *"$2"* ]]; then pass "$1"; else fail "$1" "wanted: …$2…"$'\n'"found:  $3"; fi
}

# lacks NAME UNWANTED TEXT
lacks() {
  if [[ $3 != *"$2"* ]]; then pass "$1"; else fail "$1" "not wanted: …$2…"$'\n'"found:  $3"; fi
}

# succeeds NAME COMMAND… — passes if the command exits with 0.
succeeds() {
  local name=$1 out
  shift
  if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "$out"; fi
}

# needs COMMAND… — a preparation, which is worth a line only if it fails.
needs() {
  local out
  out=$("$@" 2>&1) || fail "needed: $*" "$out"
}

# eventually SECONDS COMMAND… — repeats the command until it exits with 0; fails when the time is over.
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# expectations FILE — what the file says about itself, a line each.
expectations() { sed -n 's/^# expect: //p' "$1"; }

cleanup() {
  local status=$? left
  trap - EXIT
  [[ -z $proxy_pid ]] || kill "$proxy_pid" || true
  left=$(kubectl get registrycredentials -o name 2> /dev/null | grep -E '/(accepted|refused)-' || true)
  # shellcheck disable=SC2086 # one word for each object
  [[ -z $left ]] || kubectl delete $left > /dev/null || true
  [[ ! -e $work/event ]] || kubectl delete -n default events.events.k8s.io "$namespace" --ignore-not-found > /dev/null || true
  [[ ! -e $work/pod ]] || kubectl delete -n regcred-system pod "$namespace" --ignore-not-found --now > /dev/null || true
  [[ ! -e $work/kube-system ]] || kubectl delete -n kube-system secret regcred > /dev/null || true
  kubectl delete namespace "$namespace" --ignore-not-found > /dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap cleanup EXIT

# shellcheck source-path=SCRIPTDIR source=crd.sh
. "$here/crd.sh"
# shellcheck source-path=SCRIPTDIR source=deploy.sh
. "$here/deploy.sh"
# shellcheck source-path=SCRIPTDIR source=token.sh
. "$here/token.sh"

check_crd
check_deploy
check_token
echo "$passed passed, $failed failed"
((failed == 0))
