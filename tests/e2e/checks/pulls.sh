# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# The main job, as Pods see it: they pull, where nobody made a Secret by hand.

source_secret() { # NAME SERVER USER PASSWORD: made, or changed
  kubectl --namespace regcred-system create secret docker-registry "$1" --docker-server="$2" --docker-username="$3" \
    --docker-password="$4" --dry-run=client --output yaml | kubectl apply --filename -
}

# pod NAMESPACE NAME IMAGE [SECRET]
pod() {
  kubectl --namespace "$1" run "$2" --image "$3" --image-pull-policy Always \
    --overrides "{\"spec\": {\"imagePullSecrets\": [{\"name\": \"${4:-regcred}\"}]}}"
}
runs() { kubectl --namespace "$1" wait pod "$2" --for condition=Ready --timeout 180s; }
waits_with() {
  eventually 120 kubectl --namespace "$1" wait pod "$2" --timeout 1s --for "jsonpath={.status.containerStatuses[0].state.waiting.reason}=$3"
}
namespace() { # NAME [LABEL...]
  kubectl create namespace "$1"
  [ $# = 1 ] || kubectl label namespace "$@"
  eventually 30 kubectl --namespace "$1" get serviceaccount default
}
registry_log() { grep -F "$1" "build/cluster/$CLUSTER_NAME/log/registry.log"; }

is_declared() {
  source_secret example-login registry.example.com alice alice-password
  source_secret hub-login https://index.docker.io/v1/ hub-user hub-password
  kubectl apply --filename - << YAML
apiVersion: regcred.dev/v1alpha1
kind: RegistryCredential
metadata: {name: private-images}
spec:
  sources: [{secretRef: {name: example-login}}, {secretRef: {name: hub-login}}]
  namespaces: {include: ["app-*"]}
YAML
  kubectl wait registrycredential private-images --for condition=Ready --timeout 30s
}

new_namespace_pulls() {
  namespace app-one
  pod app-one web registry.example.com/team/app:v1
  pod app-one hub acme/app:v1
  runs app-one web
  runs app-one hub
  registry_log '"auth.user.name":"alice"'
}

unselected_namespace_does_not() {
  namespace other
  pod other web registry.example.com/team/app:v1
  waits_with other web ImagePullBackOff
}

# The kubelet's back-off goes on for a while, and ends by itself.
pod_recovers() {
  kubectl patch registrycredential private-images --type merge --patch '{"spec": {"namespaces": {"include": ["app-*", "other"]}}}'
  runs other web
}

rotation_reaches_pods() {
  source_secret example-login registry.example.com bob bob-password
  eventually 30 bash -c "tests/cluster/cluster exec kubectl --namespace app-one get secret regcred -o 'jsonpath={.data.\.dockerconfigjson}' | base64 -d | grep -F bob"
  # The kubelet's own watch may be a moment behind; a Pod that is refused would try again.
  pod app-one rotated registry.example.com/team/app:v1
  runs app-one rotated
  eventually 30 registry_log '"auth.user.name":"bob"'
}

# Docker Hub gives this image to anybody; asked_for USER: how often the token server was asked for a token for it.
asked_for() { grep -c "user=\"$1\" scope=\[\"repository:library/app:pull\"\]" "build/cluster/$CLUSTER_NAME/log/hub-tokens.log" || true; }
is_asked_more_for() { [ "$(asked_for "$1")" -gt "$2" ]; }

wrong_login_stops_public_pulls() {
  local anonymous
  namespace public
  kubectl --namespace public create secret docker-registry wrong --docker-server https://index.docker.io/v1/ \
    --docker-username hub-user --docker-password wrong
  anonymous=$(asked_for '')
  pod public web app:v1 wrong
  waits_with public web ImagePullBackOff
  eventually 30 is_asked_more_for hub-user 0
  equal "$(asked_for '')" "$anonymous"
  kubectl --namespace public delete secret wrong
  runs public web
  is_asked_more_for '' "$anonymous"
}

goes_with_its_object() {
  kubectl delete registrycredential private-images
  eventually 120 bash -c "tests/cluster/cluster exec kubectl get secrets -A --field-selector metadata.name=regcred 2>&1 | grep -F 'No resources found'"
}

pulls_checks() {
  check 'a RegistryCredential is declared, and Ready' is_declared
  check 'Pods in a new namespace pull from both registries' new_namespace_pulls
  check 'a Pod in a namespace that is not selected does not' unselected_namespace_does_not
  check 'it recovers by itself when the namespace is selected' pod_recovers
  check 'a rotated source is what the next Pod pulls with' rotation_reaches_pods
  check 'a wrong password stops the pull of a public image too, until its Secret is deleted' wrong_login_stops_public_pulls
  check 'the copies go with the object' goes_with_its_object
}
