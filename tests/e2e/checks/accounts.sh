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

listed_by() { kubectl --namespace app-plain get pods --selector "$1" --output 'jsonpath={.items[*].spec.imagePullSecrets[*].name}'; }
list_both() { [ "$(listed_by app=job)" = 'own regcred' ] && [ "$(listed_by app=daemons)" = 'own regcred' ]; }
pod_of_daemons_runs() {
  local pod
  pod=$(kubectl --namespace app-plain get pods --selector app=daemons --output 'jsonpath={.items[0].metadata.name}')
  runs app-plain "$pod"
}

# What only the API server's own controllers and a node create.
other_pods_are_admitted() {
  local mirror
  kubectl apply --kustomize deploy/admit-pods/
  eventually 120 is_admitting
  kubectl --namespace app-plain apply --filename - << YAML
apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec:
  template:
    metadata: {labels: {app: job}}
    spec:
      restartPolicy: Never
      imagePullSecrets: [{name: own}]
      containers: [{name: app, image: "registry.example.com/team/app:v1"}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: daemons}
spec:
  selector: {matchLabels: {app: daemons}}
  template:
    metadata: {labels: {app: daemons}}
    spec:
      imagePullSecrets: [{name: own}]
      containers: [{name: app, image: "registry.example.com/team/app:v1", imagePullPolicy: Always}]
YAML
  eventually 60 list_both
  pod_of_daemons_runs
  mirror=$(kubectl --as system:node:node-1 --as-group system:nodes --as-group system:authenticated create --dry-run=server \
    --output 'jsonpath={.metadata.name}:{.spec.imagePullSecrets}' --filename - << YAML
apiVersion: v1
kind: Pod
metadata:
  name: static-node-1
  namespace: app-plain
  annotations: {kubernetes.io/config.mirror: "0123"}
  ownerReferences:
  - {apiVersion: v1, kind: Node, name: node-1, uid: "$(kubectl get node node-1 --output 'jsonpath={.metadata.uid}')", controller: true}
spec:
  nodeName: node-1
  containers: [{name: app, image: "registry.example.com/team/app:v1"}]
YAML
  )
  equal "$mirror" static-node-1:
  kubectl --namespace app-plain delete job/job daemonset/daemons
  kubectl delete --kustomize deploy/admit-pods/
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
  check 'deploy/admit-pods adds to Pods of Jobs and DaemonSets with a list of their own, and not to mirror Pods' other_pods_are_admitted
  check 'the entries go with the object' deleting_the_object_takes_all_back
}
