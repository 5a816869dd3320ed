#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh [down]: shows the controller's main job on a real API server, as a user would see it. Every step prints the
# command that it runs, then its output, and checks that the result is what was promised.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export CLUSTER_NAME=${CLUSTER_NAME:-demo}
CLUSTER=${CLUSTER:-local}
readonly cluster=tests/cluster/cluster
readonly binary=$PWD/build/release/controller/regcred-controller
readonly folder=$PWD/build/demo/$CLUSTER
readonly labelled=(team-a team-b payments team-sandbox)
readonly all_namespaces=("${labelled[@]}" team-new)
readonly mark=regcred.dev/demo # the label of the namespaces that the demo made
down_command='make demo-down'
[ "$CLUSTER" = local ] || down_command="CLUSTER=$CLUSTER make demo-down"
readonly down_command

bold='' dim='' red='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'; fi

title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
note() { printf '%s\n' "$1"; }
die() {
  printf '\n%sThe demo failed: %s%s\n' "$red" "$1" "$plain" >&2
  printf 'The end of the controller'\''s log:\n%s\n' "$(controller_log)" >&2
  printf '%s\n' "'$down_command' removes what the demo made, and nothing else." >&2
  exit 1
}

# Where the cluster is: in a network namespace of its own, or wherever KUBECONFIG says.
inside() { if [ "$CLUSTER" = local ]; then "$cluster" exec "$@"; else "$@"; fi; }

# shellcheck disable=SC1091
source tests/demo/controller.sh

# Prints a command as a user would type it and runs it; its output is in $output too.
run() {
  printf '%s$ %s%s\n' "$dim" "$1" "$plain"
  output=$(inside bash -c "$1" 2>&1) || { printf '%s\n' "$output"; die "this command failed: $1"; }
  printf '%s\n' "$output"
}
expect() { grep -qE -- "$2" <<< "$output" || die "$1"; }
refuse() { ! grep -qE -- "$2" <<< "$output" || die "$1"; }

# Runs a command again and again, silently, until its output matches; how long that took is in $took.
await() {
  local what=$1 command=$2 pattern=$3 started=$EPOCHREALTIME
  # shellcheck disable=SC2016 # expanded by the inner shell
  inside env pattern="$pattern" command="$command" bash -c '
    for _ in $(seq 600); do
      if grep -qE -- "$pattern" <<< "$(bash -c "$command" 2>&1)"; then exit 0; fi
      sleep 0.05
    done
    exit 1' || die "not within 30 seconds: $what"
  took=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }')
}

# The note on disk that the demo has installed regcred in this very cluster, whatever its address.
note_of_cluster() {
  local uid
  uid=$(inside kubectl get namespace kube-system -o 'jsonpath={.metadata.uid}') && [ -n "$uid" ] || return 1
  echo "$folder/installed-$uid"
}

# Of a cluster that is somebody's: what the demo makes or changes must not be there before.
claim() {
  local what found
  [ ! -e "$note" ] || return 0
  for what in customresourcedefinition/registrycredentials.regcred.dev namespace/regcred-system \
    clusterrole/regcred-controller validatingadmissionpolicy/regcred-controller; do
    found=$(kubectl get --ignore-not-found -o name "$what") || die "cannot tell whether $what exists"
    [ -z "$found" ] || die "$what exists already in this cluster, and the demo would change it. Nothing was changed."
  done
}
claim_namespaces() {
  local theirs name
  theirs=$(kubectl get namespaces -l "!$mark" -o name) || die 'cannot list the namespaces'
  for name in "${all_namespaces[@]}"; do
    ! grep -qxF "namespace/$name" <<< "$theirs" ||
      die "namespace $name exists already in this cluster, and the demo would change it. Nothing was changed."
  done
}

remove_objects() {
  inside kubectl delete registrycredential docker-hub --ignore-not-found > /dev/null 2>&1 || true
  inside kubectl -n regcred-system delete secret hub-login quay-robot ci-config --ignore-not-found > /dev/null 2>&1 || true
  inside kubectl delete namespaces -l "$mark" --ignore-not-found --wait=false > /dev/null
}

down() {
  stop_controller
  if [ "$CLUSTER" = local ]; then
    "$cluster" down
    rm -rf "$folder"
    return
  fi
  note=$(note_of_cluster) || die "the cluster of KUBECONFIG does not answer"
  if [ ! -e "$note" ]; then
    echo 'The demo has made nothing in this cluster.'
    return
  fi
  remove_objects
  kubectl delete -k deploy/ --ignore-not-found
  kubectl delete -f crds/ --ignore-not-found
  rm -f "$note" "$folder"/controller.*
}

start_cluster() {
  title 'A Kubernetes'
  if [ "$CLUSTER" = local ]; then
    note 'A cluster of its own on this machine, in a network namespace, so nothing else is touched; with a node and a registry.'
    "$cluster" node
    inside kubectl -n regcred-system delete deployment regcred-controller --ignore-not-found > /dev/null # an older image's
  else
    note "The cluster of your current context: $(kubectl config current-context)."
  fi
  note=$(note_of_cluster) || die 'the cluster does not answer'
  if [ "$CLUSTER" != local ]; then
    claim
    claim_namespaces
  fi
  touch "$note"
}

install() {
  title 'Install: the CRD, RBAC and an admission policy that fences the controller itself'
  run 'kubectl apply -f crds/'
  run 'kubectl wait --for=condition=Established crd/registrycredentials.regcred.dev --timeout=30s'
  run 'kubectl apply -k deploy/'
  run_controller
}

# namespace NAME [LABEL...]: its manifest in one line.
namespace() {
  local name=$1 label labels="\"$mark\":\"yes\""
  shift
  for label in "$@"; do labels+=",\"${label%=*}\":\"${label#*=}\""; done
  printf '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s","labels":{%s}}}\n' "$name" "$labels"
}

sources() {
  title 'Credentials: three Secrets in the controller'\''s own namespace'
  mkdir -p "$folder/docker"
  printf '{"auths":{"ghcr.io":{"auth":"%s"},"registry.example.com":{"auth":"%s"}}}\n' \
    "$(printf 'ci:not-a-real-token' | base64)" "$(printf 'old:not-wanted' | base64)" > "$folder/docker/config.json"
  run "kubectl -n regcred-system create secret docker-registry hub-login --docker-username=hub-user --docker-password=hub-password"
  run "kubectl -n regcred-system create secret generic ci-config --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=$folder/docker/config.json"
  run "kubectl -n regcred-system create secret generic quay-robot --type=kubernetes.io/basic-auth --from-literal=username=example+robot --from-literal=password=not-a-real-password"
  title 'Namespaces: three teams that pull private images, and a sandbox that must not'
  printf '%s$ kubectl create -f namespaces.yaml # %s%s\n' "$dim" "${labelled[*]}" "$plain"
  for name in "${labelled[@]}"; do namespace "$name"; done | inside kubectl create -f - || die 'the namespaces could not be made'
  run "kubectl label namespace ${labelled[*]} pull=private"
}

main_job() {
  title 'One object says who gets what'
  run 'cat deploy/samples/registrycredential.yaml'
  run 'kubectl apply -f deploy/samples/registrycredential.yaml'
  run 'kubectl wait --for=condition=Ready registrycredential/docker-hub --timeout=30s'
  run 'kubectl get registrycredentials'
  expect 'three namespaces were promised' 'docker-hub +regcred +3/3 +True'
  title 'The Secret is in each selected namespace'
  run "kubectl -n team-a get secret regcred -o jsonpath='{.data.\\.dockerconfigjson}' | base64 -d; echo"
  expect 'the Secret should hold Docker Hub' 'https://index.docker.io/v1/'
  expect 'the Secret should hold quay.io' '"quay.io"'
  expect 'the Secret should hold ghcr.io' '"ghcr.io"'
  refuse 'an entry that "registries" leaves out was delivered' 'registry.example.com'
  title '... and not in the excluded one'
  run 'kubectl -n team-sandbox get secrets'
  refuse 'the sandbox should have no Secret' 'regcred'
}

# The cluster of our own has a registry that plays Docker Hub.
a_pod() {
  title 'A Pod pulls a private image with it'
  run "kubectl -n team-a run web --image=acme/app:v1 --overrides='{\"spec\": {\"imagePullSecrets\": [{\"name\": \"regcred\"}]}}'"
  run 'kubectl -n team-a wait pod/web --for=condition=Ready --timeout=60s'
  run 'kubectl -n team-a get pod web'
}

changes() {
  title 'A namespace that is created now has its Secret at once'
  printf '%s$ kubectl create -f - # Namespace team-new with the label pull=private%s\n' "$dim" "$plain"
  namespace team-new pull=private | inside kubectl create -f - || die 'the namespace could not be made'
  await 'the new namespace has its Secret' 'kubectl -n team-new get secret regcred' 'dockerconfigjson'
  run 'kubectl -n team-new get secret regcred'

  title 'A rotation reaches every copy'
  run "kubectl -n regcred-system create secret docker-registry hub-login --docker-username=hub-user --docker-password=second-password --dry-run=client -o yaml | kubectl apply -f - 2>/dev/null"
  for name in team-a team-b payments team-new; do
    await "the new password is in $name" "kubectl -n $name get secret regcred -o jsonpath='{.data.\\.dockerconfigjson}' | base64 -d" 'second-password'
    note "  $name: second-password"
  done

  title 'A Secret that is deleted by hand comes back'
  run 'kubectl -n team-b delete secret regcred'
  await 'the Secret is back' 'kubectl -n team-b get secret regcred' 'dockerconfigjson'
  run 'kubectl -n team-b get secret regcred'

  title 'kubectl describe tells what happened'
  await 'all is well again' 'kubectl get registrycredentials' '4/4 +True'
  run "kubectl describe registrycredential docker-hub | sed '1,/^Status:/d'"
  expect 'the Events should tell of the rotation' 'Updated Secret regcred'
}

the_end() {
  title 'The object goes, and every copy with it'
  run 'kubectl delete registrycredential docker-hub'
  await 'no copy is left' "kubectl get secrets -A --field-selector metadata.name=regcred" 'No resources found'
  run 'kubectl get secrets -A --field-selector metadata.name=regcred'
  remove_objects
  stop_controller
  title 'That was all. '
  if [ "$CLUSTER" = local ]; then
    note "The cluster is still up: 'tests/cluster/cluster --help' with CLUSTER_NAME=$CLUSTER_NAME tells how to use it."
  fi
  note "'$down_command' leaves nothing behind."
}

if [ "${1:-}" = down ]; then
  down
  exit 0
fi
mkdir -p "$folder"
stop_controller
start_cluster
remove_objects
for name in "${all_namespaces[@]}"; do
  await "namespace $name of an earlier demo is gone" "kubectl get namespace $name" 'NotFound|not found'
done
install
sources
main_job
[ "$CLUSTER" != local ] || a_pod
changes
the_end
