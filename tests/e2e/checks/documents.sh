# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# The commands of these documents are run as they stand, one document after the other. They uninstall regcred, too, so this part
# is the last one.

run_documents=(README.md deploy/README.md crds/README.md)

# run_document FILE: in a folder like the repository's, with the controller's binary in PATH.
run_document() {
  local folder=$scratch/documents
  mkdir -p "$folder/home"
  cp -r crds deploy "$folder/"
  # shellcheck disable=SC2016 # for the inner shell
  cluster exec bash -euc 'export HOME=$1/home
    export PATH=$HOME/bin:$PWD/build/release/controller:$PATH
    exec tests/support/document.sh "$PWD/$2" "$1"' document "$folder" "$1" > "$scratch/document.md"
  diff --unified "$1" "$scratch/document.md"
}

documents_are_true() {
  local file
  for file in "${run_documents[@]}"; do
    echo "$file"
    run_document "$file"
  done
}

# A Pod a second, each with a container whose image is always pulled.
pull_every_second() {
  local number
  for ((number = 1; ; ++number)); do
    for namespace in team-a team-b; do
      pod "$namespace" "pull-$number" registry.example.com/team/app:v1
    done
    sleep 1
  done
}

# deploy/migrate/hand-made.md, while Pods are created that list the Secret.
migration_fails_no_pull() {
  local namespace puller folder=$scratch/migrate
  is_installed
  kubectl delete namespace team-sample --ignore-not-found # of deploy/samples, which the other documents apply
  mkdir -p "$folder"
  cp deploy/migrate/*.yaml "$folder/"
  for namespace in team-a team-b; do
    namespace "$namespace"
    printf '{"auths": {"registry.example.com": {"auth": "%s"}}}' "$(printf alice:alice-password | base64)" > "$folder/made.json"
    kubectl --namespace "$namespace" create secret generic regcred --from-file=.dockerconfigjson="$folder/made.json" \
      --type=kubernetes.io/dockerconfigjson
  done
  pull_every_second > "$scratch/pulls" 2>&1 &
  puller=$!
  sleep 2
  cluster exec tests/support/document.sh "$PWD/deploy/migrate/hand-made.md" "$folder" > "$scratch/hand-made.md" || {
    kill "$puller"
    return 1
  }
  sleep 2
  kill "$puller"
  wait "$puller" || true
  for namespace in team-a team-b; do
    kubectl --namespace "$namespace" wait pods --all --for condition=Ready --timeout 90s
    equal "$(kubectl --namespace "$namespace" get events --field-selector reason=Failed --output name)" ''
    equal "$(kubectl --namespace "$namespace" get events --field-selector reason=FailedToRetrieveImagePullSecret --output name)" ''
    (($(kubectl --namespace "$namespace" get pods --output name | wc -l) >= 5))
  done
  [ "$(kubectl get registrycredential example --output 'jsonpath={.status.summary}')" = 2/2 ]
}

documents_checks() {
  check 'the commands of README.md, deploy/ and crds/ succeed' documents_are_true
  check 'Pods that pull every second notice nothing when regcred takes over Secrets made by hand' migration_fails_no_pull
}
