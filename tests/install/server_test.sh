#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# server_test.sh: install.yaml, the kustomize components and a Helm release of other names, on a real API server, which
# tests/integration/on_cluster.sh chooses.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here/../.."
PATH=$("$here/tools/build.sh"):$PATH
scratch=$(mktemp -d)
export HELM_CACHE_HOME=$scratch/helm HELM_CONFIG_HOME=$scratch/helm HELM_DATA_HOME=$scratch/helm LC_ALL=C
readonly home=acme-registry team=install-team vault=install-vault name=acme-pulls

# shellcheck disable=SC1091
source tests/support/checks.sh

finish() {
  helm uninstall pulls --namespace $home > /dev/null 2>&1 || true
  helm uninstall regcred --namespace regcred-system > /dev/null 2>&1 || true
  kubectl delete namespace $home $team $vault --ignore-not-found --wait=false > /dev/null
  rm -rf "$scratch"
}
trap finish EXIT

versions() { kubectl get --filename build/manifests/install.yaml --output 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}'; }
second_apply_changes_nothing() {
  deploy/manifests.sh
  kubectl apply --server-side --filename build/manifests/install.yaml
  # The API server itself writes the status of a new CRD.
  kubectl wait crd registrycredentials.regcred.dev --for condition=Established --timeout 30s
  versions > "$scratch/before"
  kubectl apply --server-side --filename build/manifests/install.yaml
  versions > "$scratch/after"
  [ "$(wc -l < "$scratch/before")" -gt 20 ]
  diff "$scratch/before" "$scratch/after"
}

uid() { kubectl get "$@" --output 'jsonpath={.metadata.uid}'; }
# What kubectl has installed; afterwards kubectl installs it again, for the tests that share the cluster.
release_takes_over() {
  local account
  account=$(uid serviceaccount --namespace regcred-system regcred-controller)
  fails helm install regcred deploy/helm --namespace regcred-system
  contains "$said" 'invalid ownership metadata'
  helm install regcred deploy/helm --namespace regcred-system --take-ownership
  equal "$(uid serviceaccount --namespace regcred-system regcred-controller)" "$account"
  helm uninstall regcred --namespace regcred-system
  fails kubectl get clusterrole regcred-controller
  kubectl get crd registrycredentials.regcred.dev
  kubectl apply --server-side --filename build/manifests/install.yaml
}

components_are_valid() {
  local component
  for component in deploy/components/*/; do
    mkdir -p "$scratch/${component%/}"
    ln -sfn "$PWD/deploy" "$scratch/deploy-of-user"
    printf 'resources: [../../../deploy-of-user]\ncomponents: [../../../deploy-of-user/components/%s]\n' "$(basename "$component")" \
      > "$scratch/${component%/}/kustomization.yaml"
    kubectl apply --server-side --dry-run=server --kustomize "$scratch/${component%/}"
  done
}

installs_under_other_names() {
  kubectl create namespace $home
  kubectl create namespace $team
  kubectl create namespace $vault
  helm install pulls deploy/helm --namespace $home --set crds.enabled=false,name=$name \
    --set-json 'secretNames=["acme-login"]' --set-json 'protectedNamespaces=["kube-system","install-vault"]'
  equal "$(kubectl get validatingadmissionpolicies --selector app.kubernetes.io/managed-by=Helm --output 'jsonpath={.items[*].metadata.name}')" \
    "$name $name-events $name-service-accounts"
}

# secret NAMESPACE NAME [LINE]: a copy, and what else it has.
secret() {
  printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\ntype: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: eyJhdXRocyI6e319}\n%s\n' \
    "$2" "$1" "${3:-}"
}
# apply_as USER [ARGUMENT...]: a dry run of what stands on stdin.
apply_as() { kubectl apply --server-side --dry-run=server --filename - --as "system:serviceaccount:$1" "${@:2}"; }
writes_the_copy() { secret $team acme-login | apply_as $home:$name; }
is_refused() { ! said=$(secret $team acme-login 'immutable: true' | apply_as $home:$name 2>&1) && [[ $said == *"$1"* ]]; }

controller_may_do_its_work() {
  eventually 30 writes_the_copy
  eventually 30 is_refused "ValidatingAdmissionPolicy '$name' with binding '$name' denied request: regcred-controller may not make a Secret immutable"
}

# refused TEXT USER MANIFEST
refused() {
  fails apply_as "$2" <<< "$3"
  contains "$said" "$1"
}
controller_may_do_nothing_else() {
  refused "it is one of protectedNamespaces in the ValidatingAdmissionPolicy $name" $home:$name "$(secret $vault acme-login)"
  refused 'or the namespace of the controller' $home:$name "$(secret $home acme-login)"
  refused 'cannot patch resource "secrets"' $home:$name "$(secret $team regcred)"
  fails kubectl --namespace $team label serviceaccount default team=a --dry-run=server --as system:serviceaccount:$home:$name
  contains "$said" 'regcred-controller may change nothing of a ServiceAccount but imagePullSecrets'
}

# A name that only begins or ends like ours, and the same name in another namespace.
others_are_not_limited() {
  local user
  for user in $home:x-$name $home:$name-x $team:$name; do
    secret $vault other 'immutable: true' | apply_as "$user" --as-group system:masters
  done
  # The same user with the same rights is, so the rights are not what makes the difference.
  fails apply_as $home:$name --as-group system:masters <<< "$(secret $vault other 'immutable: true')"
}

leaves_with_the_release() {
  helm uninstall pulls --namespace $home
  equal "$(kubectl get clusterroles,clusterrolebindings,validatingadmissionpolicies --selector app.kubernetes.io/managed-by=Helm --output name)" ''
  kubectl get crd registrycredentials.regcred.dev
  kubectl get namespace $home
}

check 'applying install.yaml again by server-side apply changes nothing' second_apply_changes_nothing
check 'helm install --take-ownership takes over what kubectl has installed' release_takes_over
check 'the API server takes each component' components_are_valid
check 'Helm installs with another name into another namespace' installs_under_other_names
check 'the ServiceAccount of that name may write copies, and its admission policies are enforced' controller_may_do_its_work
check 'it may write no other Secret and nothing else of a ServiceAccount' controller_may_do_nothing_else
check 'the policies apply to no other ServiceAccount' others_are_not_limited
check 'helm uninstall removes the release, and keeps the CRD and the namespace' leaves_with_the_release
summary
