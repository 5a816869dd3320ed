# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# ServiceAccounts: Pods that name no Secret pull all the same, from the first one on.

readonly crowd=50 # namespaces, with four Pods each

listed_in() { kubectl --namespace "$1" get serviceaccount "${2:-default}" --output 'jsonpath={.imagePullSecrets[*].name}'; }
lists() { [ "$(listed_in "$1")" = "$2" ]; }

asks_for_accounts() {
  source_secret example-login registry.example.com alice alice-password
  kubectl apply --filename - << YAML
apiVersion: regcred.dev/v1alpha1
kind: RegistryCredential
metadata: {name: private-images}
spec:
  sources: [{secretRef: {name: example-login}}]
  namespaces: {include: ["app-*", "crowd-*"]}
  serviceAccounts: [default]
YAML
  kubectl wait registrycredential private-images --for condition=Ready --timeout 60s
  kubectl wait registrycredential private-images --for condition=ServiceAccountsPatched --timeout 60s
}

pods_without_a_secret_pull() {
  namespace app-plain
  eventually 30 lists app-plain regcred
  kubectl --namespace app-plain run web --image registry.example.com/team/app:v1 --image-pull-policy Always
  runs app-plain web
  equal "$(kubectl --namespace app-plain get pod web --output 'jsonpath={.spec.imagePullSecrets[*].name}')" regcred
}

opting_out_takes_it_back() {
  kubectl --namespace app-plain patch serviceaccount default --type json \
    --patch '[{"op": "add", "path": "/imagePullSecrets/0", "value": {"name": "of-the-team"}}]'
  kubectl annotate namespace app-plain regcred.dev/opt-out=true
  eventually 30 lists app-plain of-the-team
  kubectl annotate namespace app-plain regcred.dev/opt-out-
  eventually 30 lists app-plain 'of-the-team regcred'
}

# A namespace and four Pods in it, which are not for the node to run: one file.
crowded_namespace() {
  local pod
  printf '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}' "$1"
  for pod in a b c d; do
    printf ', {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s", "namespace": "%s"}, "spec": {
      "schedulingGates": [{"name": "example.com/never"}], "containers": [{"name": "app", "image": "registry.example.com/team/app:v1"}]}}' "$pod" "$1"
  done
  printf ']}\n'
}

# In the second in which their namespaces are made; the API server itself waits for the ServiceAccount.
crowd_without_a_secret() {
  local number
  mkdir -p "$scratch/crowd"
  for number in $(seq "$crowd"); do crowded_namespace "crowd-$number" > "$scratch/crowd/$number.json"; done
  cluster exec bash -c 'ls -d "$1"/* | xargs -P 8 -n 1 kubectl create --filename' crowd "$scratch/crowd" > "$scratch/made"
  equal "$(grep -c '^pod/' "$scratch/made")" $((4 * crowd))
  kubectl get pods --all-namespaces --output 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.imagePullSecrets[*].name}{"\n"}{end}' |
    grep '^crowd-' | grep -cv ' regcred$' || true
}
no_pod_is_too_early() {
  kubectl apply --kustomize deploy/admit-pods/
  eventually 120 is_admitting
  equal "$(crowd_without_a_secret | tail -n 1)" 0
  seq "$crowd" | sed 's/^/crowd-/' | cluster exec xargs kubectl delete namespace --timeout 120s
  kubectl delete --kustomize deploy/admit-pods/
}

# The API server takes a moment until it knows a policy. A Pod that names a Secret itself gets none of its ServiceAccount's.
is_admitting() {
  [ "$(kubectl --namespace app-plain run probe --image app:v1 --dry-run=server --output 'jsonpath={.spec.imagePullSecrets[*].name}' \
    --overrides '{"spec": {"imagePullSecrets": [{"name": "own"}]}}')" = 'own regcred' ]
}

deleting_the_object_takes_all_back() {
  kubectl delete registrycredential private-images
  eventually 120 lists app-plain of-the-team
}

accounts_checks() {
  check 'serviceAccounts: [default] is Ready' asks_for_accounts
  check 'a Pod that names no Secret pulls' pods_without_a_secret_pull
  check 'an opt-out takes the entry back, and leaves the others' opting_out_takes_it_back
  check "with deploy/admit-pods none of $((4 * crowd)) Pods is created too early to list the Secret" no_pod_is_too_early
  check 'the entries go with the object' deleting_the_object_takes_all_back
}
