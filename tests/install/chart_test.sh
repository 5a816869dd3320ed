#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# chart_test.sh: the Helm chart, the kustomize components and install.yaml, as far as they can be looked at without an API server.
# Needs kubectl in PATH: tests/cluster/cluster exec tests/install/chart_test.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd "$here/../.." && pwd -P)
cd "$repository"
PATH=$("$here/tools/build.sh"):$PATH
scratch=$(mktemp -d)
export HELM_CACHE_HOME=$scratch/helm HELM_CONFIG_HOME=$scratch/helm HELM_DATA_HOME=$scratch/helm LC_ALL=C
trap 'rm -rf "$scratch"' EXIT

# shellcheck disable=SC1091
{
  source tests/support/checks.sh
  source "$here/rendering.sh"
}

readonly default='resources: [deploy]'

templates_are_generated() {
  deploy/helm/generate.sh "$scratch/templates"
  cp deploy/helm/templates/{_helpers.tpl,NOTES.txt,refusals.yaml} "$scratch/templates/"
  diff --recursive --unified deploy/helm/templates "$scratch/templates" || { echo "What to do: make chart" && return 1; }
}

has_the_version() {
  local version
  version=$(sed -n 's/^project(regcred VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  contains "$(cat deploy/helm/Chart.yaml)" "
version: $version
appVersion: $version
"
}

passes_lint() { contains "$(helm lint --strict deploy/helm)" '0 chart(s) failed'; }

defaults_are_the_same() { same "$default"; }

components_are_values() {
  local component
  while IFS='|' read -r component arguments; do
    echo "$component"
    # shellcheck disable=SC2086 # words
    same "$default"$'\n'"components: [deploy/components/$component]" $arguments
  done << 'TABLE'
no-service-accounts|--set-json serviceAccounts=[]
no-pull-failures|--set pullFailures.enabled=false
single-replica|--set replicas=1
admit-pods|--set admitPods.enabled=true
network-policy|--set networkPolicy.enabled=true
TABLE
}

# All at once, those that do not exclude each other.
components_go_together() {
  same "$default
components: [deploy/components/network-policy, deploy/components/single-replica, deploy/components/no-pull-failures, deploy/components/no-service-accounts]" \
    --set-json 'serviceAccounts=[]' --set pullFailures.enabled=false,replicas=1,networkPolicy.enabled=true
}

overlays_are_values() {
  local heading
  while IFS='|' read -r heading arguments; do
    echo "$heading"
    # shellcheck disable=SC2086 # words
    same "$(overlay_of "$heading")" $arguments
  done << 'TABLE'
ServiceAccounts|--set-json serviceAccounts=["default","builder"]
Other Secret names|--set-json secretNames=["regcred","team-regcred"]
Labels and annotations of `spec.secretTemplate`|--set-json templateKeys=["*","acme.com/*","argocd.argoproj.io/sync-options"]
Large docker configs|--set maxDocumentBytes=1048576
Leader election|--set priorityClassName=system-cluster-critical
What you can choose|--set replicas=1,networkPolicy.enabled=true
TABLE
  same "$default
$(overlay_of 'What it may do, and why')" --set pullFailures.readPods=false
}

# Each is refused, with the place of the mistake.
wrong_values_are_refused() {
  local place value
  while read -r place value; do
    echo "$place = $value"
    fails helm template regcred deploy/helm --namespace regcred-system --set-json "$value"
    contains "$said" "'/$place'"
  done << 'TABLE'
secretNames secretNames=[]
secretNames secretNames="regcred"
secretNames secretNames=["a","a"]
secretNames/0 secretNames=["Regcred"]
secretNames/0 secretNames=["regcred-dry-run"]
secretNames/1 secretNames=["regcred","a'b"]
serviceAccounts/0 serviceAccounts=["a-*"]
serviceAccounts/0 serviceAccounts=["a,b"]
serviceAccounts serviceAccounts="default"
protectedNamespaces/0 protectedNamespaces=["a.b"]
protectedNamespaces/1 protectedNamespaces=["kube-system","x']"]
templateKeys/0 templateKeys=["a'b"]
templateKeys/0 templateKeys=["*/a"]
maxDocumentBytes maxDocumentBytes=1048577
maxDocumentBytes maxDocumentBytes=1023
maxDocumentBytes maxDocumentBytes="524288"
replicas replicas=0
replicas replicas=1.5
name name="Regcred"
name name="a.b"
name name="a2345678901234567890123456789012345678901"
image/tag image.tag=""
image/tag image.tag="a:b"
image/digest image.digest="sha256:abc"
image/repository image.repository="example.com/regcred@sha256"
image/pullPolicy image.pullPolicy="always"
image/pullSecrets image.pullSecrets="mine"
pullFailures/readPods pullFailures.readPods="yes"
networkPolicy/monitoringNamespace networkPolicy.monitoringNamespace="a b"
flags flags={"secret-names":"a"}
flags flags={"leader-elect":false}
flags/log-level flags={"log-level":"loud"}
flags/leader-elect-lease-duration flags={"leader-elect-lease-duration":"15"}
nodeSelector/zone nodeSelector={"zone":1}
crds/enabled crds.enabled="false"
TABLE
}

misspelt_values_are_refused() {
  local name
  for name in secretName serviceaccounts networkPolicy.enable image.tags crds.keep; do
    fails helm template regcred deploy/helm --namespace regcred-system --set-json "$name=true"
    contains "$said" "additional properties '${name##*.}' not allowed"
  done
}

right_values_are_taken() {
  local text
  text=$(helm template regcred deploy/helm --namespace acme-registry --set name=acme-pulls --values - << 'YAML'
secretNames: [team.a, b]
serviceAccounts: ["*"]
protectedNamespaces: []
image: {repository: "registry.example.com:5000/regcred", digest: "sha256:0123456789012345678901234567890123456789012345678901234567890123", pullPolicy: Always, pullSecrets: [mine]}
flags: {log-level: debug, require-admission-policy: true}
tolerations: [{operator: Exists}]
nodeSelector: {zone: a}
YAML
  )
  contains "$text" '- --secret-names=team.a,b'
  contains "$text" '- --service-accounts=*'
  contains "$text" '- --log-level=debug'
  contains "$text" '- --require-admission-policy=true'
  contains "$text" 'image: "registry.example.com:5000/regcred@sha256:0123456789012345678901234567890123456789012345678901234567890123"'
  contains "$text" "\"['acme-registry']\""
  equal "$(grep -c "expression: \"\['team.a', 'b'\]\"" <<< "$text")" 3
  contains "$text" "matches('^system:serviceaccount:acme-registry:acme-pulls\$')"
  not grep -E '(name|namespace|Name): (regcred-system|regcred-controller|regcred-events)' <<< "$(grep -v 'app.kubernetes.io/' <<< "$text")"
}

wrong_combinations_are_refused() {
  fails helm template regcred deploy/helm
  contains "$said" "not default. Add '--namespace regcred-system --create-namespace' to the command"
  fails helm template regcred deploy/helm --namespace regcred-system --kube-version 1.37.0 --set admitPods.enabled=true --set-json serviceAccounts=[]
  contains "$said" 'Set serviceAccounts, or set admitPods.enabled to false'
  fails helm template regcred deploy/helm --namespace regcred-system --kube-version 1.35.2 --set admitPods.enabled=true
  contains "$said" 'this is v1.35.2. Set admitPods.enabled to false'
  fails helm template regcred deploy/helm --namespace regcred-system --kube-version 1.29.9
  contains "$said" 'requires kubeVersion: >=1.30.0-0'
}

# A component that has nothing to take away is a mistake in the kustomization.
wrong_components_are_refused() {
  local component
  for component in no-service-accounts no-pull-failures; do
    fails kustomized <<< 'resources: [deploy/admit-pods]'$'\n'"components: [deploy/components/$component]"
    contains "$said" 'no resource matches'
  done
}

image_of_manifests() { sed -n 's/^ *image: //p' build/manifests/install.yaml; }
manifests_name_the_image() {
  local image
  for image in regcred-controller:dev registry.example.com:5000/tools/regcred:v1.2 \
    registry.example.com/regcred@sha256:0123456789012345678901234567890123456789012345678901234567890123; do
    deploy/manifests.sh "$image"
    equal "$(image_of_manifests)" "$image"
  done
  deploy/manifests.sh
  equal "$(image_of_manifests)" regcred-controller:dev
  fails deploy/manifests.sh registry.example.com:5000/regcred
  contains "$said" 'neither a tag nor a digest'
  fails deploy/manifests.sh 'a: b'
  equal "$(image_of_manifests)" regcred-controller:dev
}

manifests_are_complete() {
  deploy/manifests.sh
  cp build/manifests/install.yaml "$scratch/installed.yaml"
  # shellcheck disable=SC2016 # no expansion: kustomize's own word
  normal installed 'patches: [{patch: "{apiVersion: v1, kind: Namespace, metadata: {name: regcred-system}, $patch: delete}"}]' > "$scratch/installed"
  kustomized <<< "$default" > "$scratch/by-kustomize"
  diff --unified "$scratch/by-kustomize" "$scratch/installed"
}

check "the chart's templates are generated from the manifests as they are" templates_are_generated
check 'the chart has the version of the controller' has_the_version
check 'helm lint --strict has no complaint' passes_lint
check 'Helm with the default values and kustomize make the same objects' defaults_are_the_same
check 'each component of kustomize is a value of the chart' components_are_values
check 'components go together' components_go_together
check 'each overlay of deploy/README.md is a value of the chart' overlays_are_values
check 'the schema refuses wrong values and names them' wrong_values_are_refused
check 'the schema refuses misspelt values' misspelt_values_are_refused
check 'names, a namespace and lists reach every place' right_values_are_taken
check 'the chart refuses wrong combinations and says what to change' wrong_combinations_are_refused
check 'kustomize refuses components that do not fit' wrong_components_are_refused
check 'install.yaml has the image that it was asked for' manifests_name_the_image
check 'install.yaml has the CRD and everything of deploy/' manifests_are_complete
summary
