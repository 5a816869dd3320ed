# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# The life of a Helm release. What the controller has made stays as it is all along: Pods pull with it.

helm() { cluster exec env "HELM_CACHE_HOME=$scratch/helm" "HELM_CONFIG_HOME=$scratch/helm" "HELM_DATA_HOME=$scratch/helm" "$tools/helm" "$@" --namespace regcred-system; }
version_of_copy() { kubectl --namespace app-helm get secret regcred --output 'jsonpath={.metadata.uid}/{.metadata.resourceVersion}'; }
secret_names() { kubectl --namespace regcred-system get deployment regcred-controller --output 'jsonpath={.spec.template.spec.containers[0].args[0]}'; }

credential() { # NAME SECRET
  kubectl apply --filename - << YAML
apiVersion: regcred.dev/v1alpha1
kind: RegistryCredential
metadata: {name: $1}
spec:
  secretName: $2
  sources: [{secretRef: {name: example-login}}]
  namespaces: {include: [app-helm]}
YAML
  kubectl wait registrycredential "$1" --for condition=Ready --timeout 60s
}

chart_installs() {
  kubectl apply --filename deploy/namespace.yaml
  helm install regcred deploy/helm --wait --timeout 90s
  source_secret example-login registry.example.com alice alice-password
  namespace app-helm
  credential private-images regcred
  pod app-helm web registry.example.com/team/app:v1
  runs app-helm web
  version_of_copy > "$scratch/copy"
}

release_is_upgraded() {
  helm upgrade regcred deploy/helm --wait --timeout 90s --set-json 'secretNames=["regcred","team-regcred"]'
  equal "$(secret_names)" --secret-names=regcred,team-regcred
  credential team-images team-regcred
  kubectl --namespace app-helm get secret team-regcred
  kubectl delete registrycredential team-images
  eventually 120 fails kubectl --namespace app-helm get secret team-regcred
  equal "$(version_of_copy)" "$(cat "$scratch/copy")"
}

release_is_rolled_back() {
  helm rollback regcred 1 --wait --timeout 90s
  equal "$(secret_names)" --secret-names=regcred
  kubectl wait registrycredential private-images --for condition=Ready --timeout 60s
  equal "$(version_of_copy)" "$(cat "$scratch/copy")"
}

uninstalling_keeps_the_secrets() {
  helm uninstall regcred --wait --timeout 90s
  fails kubectl --namespace regcred-system get deployment regcred-controller
  kubectl get registrycredential private-images
  equal "$(version_of_copy)" "$(cat "$scratch/copy")"
  pod app-helm later registry.example.com/team/app:v1
  runs app-helm later
}

release_comes_back() {
  helm install regcred deploy/helm --wait --timeout 90s
  source_secret example-login registry.example.com bob bob-password
  eventually 60 bash -c "tests/cluster/cluster exec kubectl --namespace app-helm get secret regcred -o 'jsonpath={.data.\.dockerconfigjson}' | base64 -d | grep -F bob"
  kubectl wait registrycredential private-images --for condition=Ready --timeout 30s
}

has_no_copies() { [ -z "$(kubectl get secrets --all-namespaces --selector app.kubernetes.io/managed-by=regcred --output name)" ]; }
everything_is_removed() {
  kubectl delete registrycredentials --all
  eventually 120 has_no_copies
  helm uninstall regcred --wait --timeout 90s
  kubectl delete crd registrycredentials.regcred.dev
  kubectl delete namespace regcred-system app-helm --timeout 120s
}

helm_checks() {
  tools=$(tests/install/tools/build.sh)
  check 'helm install installs, and a Pod pulls' chart_installs
  check 'helm upgrade allows another Secret name everywhere, and rewrites no Secret' release_is_upgraded
  check 'helm rollback takes the name back, and rewrites no Secret' release_is_rolled_back
  check 'helm uninstall leaves the Secrets, and Pods pull with them' uninstalling_keeps_the_secrets
  check 'helm install takes the RegistryCredentials over again' release_comes_back
  check 'the way to remove everything leaves nothing' everything_is_removed
}
