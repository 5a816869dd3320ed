# shellcheck shell=bash disable=SC2034,SC2154 # root, work, namespace and proxy_pid are run.sh's
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# What the controller's token can do and what a thief of it cannot, found out by using it. 'kubectl proxy' holds the
# token, so a check costs one HTTP request, not one start of kubectl.

core=/api/v1
docker='"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"eyJhdXRocyI6e319"}'
code=  # of the last answer
body=  # of the last answer

# send METHOD PATH [BODY [HEADER…]]
send() {
  local method=$1 path=$2 data=${3:-} type=application/json header headers=()
  shift "$(($# < 3 ? $# : 3))"
  [[ $method != PATCH ]] || type=application/merge-patch+json
  for header in "$@"; do headers+=(-H "$header"); done
  code=$(curl -s --max-time 10 --unix-socket "$work/proxy" -o "$work/body" -w '%{http_code}' -X "$method" -H "Content-Type: $type" \
    "${headers[@]}" ${data:+-d "$data"} "http://localhost$path" || true)
  body=$(cat "$work/body")
}

# allowed NAME METHOD PATH [BODY [HEADER…]]
allowed() {
  local name=$1
  shift
  send "$@"
  if [[ $code == 20[01] ]]; then pass "allowed: $name"; else fail "allowed: $name" "$code $body"; fi
}

# refused CODE TEXT NAME METHOD PATH [BODY [HEADER…]] — a dry run, which passes the same authorisation and admission: should
# it not be refused, it does no harm.
refused() {
  local wanted=$1 text=$2 name=$3 method=$4 path=$5
  shift 5
  [[ $method == GET ]] || path+=$([[ $path == *\?* ]] && echo '&' || echo '?')dryRun=All
  send "$method" "$path" "$@"
  if [[ $code == "$wanted" && $body == *"$text"* ]]; then
    pass "refused: $name"
  else
    fail "refused: $name" "wanted: $wanted …$text…"$'\n'"found:  $code $body"
  fi
}
denied() { refused 403 'is forbidden: User \"system:serviceaccount:regcred-system:regcred-controller\" cannot' "$@"; } # by RBAC
fenced() { refused 422 "$@"; }                                                                                        # by the admission policy

secret() { printf '{"metadata":{"name":"%s"},%s}' "$1" "$docker"; }

# A kubeconfig that has the address and the CA of KUBECONFIG, and no credential but the token.
start_proxy() {
  local cluster
  cluster=$(kubectl config view --raw --minify --flatten \
    -o jsonpath='{.clusters[0].cluster.server} {.clusters[0].cluster.certificate-authority-data}')
  kubectl create token -n regcred-system regcred-controller > "$work/token" || fail "the ServiceAccount has tokens" "see above"
  cat > "$work/kubeconfig" << KUBECONFIG
{"apiVersion": "v1", "kind": "Config", "current-context": "controller",
 "clusters": [{"name": "controller", "cluster": {"server": "${cluster% *}", "certificate-authority-data": "${cluster#* }"}}],
 "users": [{"name": "controller", "user": {"tokenFile": "$work/token"}}],
 "contexts": [{"name": "controller", "context": {"cluster": "controller", "user": "controller"}}]}
KUBECONFIG
  kubectl --kubeconfig="$work/kubeconfig" proxy --unix-socket="$work/proxy" > "$work/proxy.log" 2>&1 &
  proxy_pid=$!
}

answers() { send "${@:2}" && [[ $code == "$1" ]]; }

# The policy takes effect a moment after it is created or changed.
wait_for_fence() {
  eventually 30 answers 422 POST "$core/namespaces/$namespace/secrets?dryRun=All" '{"metadata":{"name":"regcred"}}' ||
    fail "the admission policy takes effect" "not within 30 s: $code $body"
}

check_token() {
  start_proxy
  eventually 20 answers 200 GET "$core/namespaces?limit=1" || fail "the token works" "$code $body $(cat "$work/proxy.log")"
  wait_for_fence
  needs kubectl create secret generic -n "$namespace" other
  check_reading
  check_writing_copies
  check_protected_namespaces
  check_service_accounts
  check_own_objects
  check_pull_failures
  check_everything_else
  check_accounts_overlay
  check_names_overlay
}

check_reading() {
  local named="$core/secrets?fieldSelector=metadata.name%3Dregcred"
  allowed "list the Secrets named regcred of every namespace" GET "$named"
  allowed "list them as metadata only" GET "$named" "" "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
  allowed "watch them" GET "$named&watch=1&timeoutSeconds=1"
  allowed "watch them with a streaming list" GET \
    "$named&watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
  allowed "list the sources" GET "$core/namespaces/regcred-system/secrets"
  allowed "list namespaces" GET "$core/namespaces"
  allowed "list registrycredentials" GET /apis/regcred.dev/v1alpha1/registrycredentials
  denied "list every Secret" GET "$core/secrets"
  denied "list the Secrets of a namespace" GET "$core/namespaces/$namespace/secrets"
  denied "list the Secrets of kube-system" GET "$core/namespaces/kube-system/secrets"
  denied "list Secrets of another name" GET "$core/secrets?fieldSelector=metadata.name%3Dother"
  denied "list the Secrets not named regcred" GET "$core/secrets?fieldSelector=metadata.name%21%3Dregcred"
  denied "list Secrets by label" GET "$core/secrets?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dregcred"
  denied "list Secrets by type" GET "$core/secrets?fieldSelector=type%3Dkubernetes.io%2Fdockerconfigjson"
  denied "watch every Secret" GET "$core/secrets?watch=1&timeoutSeconds=1"
  denied "read a Secret of another name" GET "$core/namespaces/$namespace/secrets/other"
}

check_writing_copies() {
  local all="$core/namespaces/$namespace/secrets" one="$core/namespaces/$namespace/secrets/regcred" text
  allowed "create regcred" POST "$all" "$(secret regcred)"
  allowed "read regcred" GET "$one"
  allowed "update regcred" PUT "$one" "$(secret regcred)"
  allowed "patch regcred" PATCH "$one" '{"metadata":{"labels":{"app.kubernetes.io/managed-by":"regcred"}}}'
  allowed "delete regcred" DELETE "$one"
  text="only write Secrets named regcred, not other2"
  fenced "$text" "create a Secret of another name" POST "$all" "$(secret other2)"
  text="only write Secrets named regcred, not regcred-"
  fenced "$text" "create a Secret with generateName" POST "$all" '{"metadata":{"generateName":"regcred-"},'"$docker}"
  text="only write Secrets of type kubernetes.io/dockerconfigjson"
  fenced "$text" "create regcred as an Opaque Secret" POST "$all" '{"metadata":{"name":"regcred"}}'
  fenced "$text" "create regcred as another ServiceAccount's token" POST "$all" \
    '{"metadata":{"name":"regcred","annotations":{"kubernetes.io/service-account.name":"default"}},"type":"kubernetes.io/service-account-token"}'
  denied "update a Secret of another name" PUT "$all/other" "$(secret other)"
  denied "patch a Secret of another name" PATCH "$all/other" '{"metadata":{"labels":{"a":"b"}}}'
  denied "delete a Secret of another name" DELETE "$all/other"
  denied "delete all the Secrets of a namespace" DELETE "$all"
  denied "delete all the Secrets named regcred of a namespace" DELETE "$all?fieldSelector=metadata.name%3Dregcred"
  needs kubectl create secret generic -n "$namespace" regcred
  fenced "$text" "update a regcred of another type" PATCH "$one" '{"metadata":{"labels":{"a":"b"}}}'
  allowed "delete a regcred of another type" DELETE "$one"
}

check_protected_namespaces() {
  local place all text
  if kubectl create secret docker-registry -n kube-system regcred --docker-username=u --docker-password=p > /dev/null 2>&1; then
    touch "$work/kube-system"
  fi
  for place in kube-system kube-public kube-node-lease regcred-system; do
    all="$core/namespaces/$place/secrets"
    text="may not write Secrets in $place: it is one of protectedNamespaces in the ValidatingAdmissionPolicy regcred-controller"
    fenced "$text" "create regcred in $place" POST "$all" "$(secret regcred)"
  done
  all="$core/namespaces/kube-system/secrets"
  text="may not write Secrets in kube-system"
  fenced "$text" "update regcred in kube-system" PATCH "$all/regcred" '{"metadata":{"labels":{"a":"b"}}}'
  fenced "$text" "delete regcred in kube-system" DELETE "$all/regcred"
  denied "update a source" PUT "$core/namespaces/regcred-system/secrets/hub-login" "$(secret hub-login)"
}

check_service_accounts() {
  local all="$core/serviceaccounts" place="$core/namespaces/$namespace/serviceaccounts" one text name
  one="$place/default"
  eventually 20 kubectl get serviceaccount -n "$namespace" default || fail "the namespace has a ServiceAccount" "not within 20 s"
  needs kubectl create serviceaccount -n "$namespace" other
  needs kubectl patch serviceaccount -n "$namespace" default --type=merge \
    -p '{"metadata":{"labels":{"a":"b"},"annotations":{"cloud/role":"plain"},"finalizers":["example.com/x"]},"imagePullSecrets":[{"name":"theirs"},{"name":"b"}]}'
  allowed "list the ServiceAccounts named default of every namespace" GET "$all?fieldSelector=metadata.name%3Ddefault"
  allowed "watch them with a streaming list" GET \
    "$all?fieldSelector=metadata.name%3Ddefault&watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
  allowed "add an entry to one, and say so" PATCH "$one" \
    '{"metadata":{"annotations":{"regcred.dev/added":"regcred"}},"imagePullSecrets":[{"name":"theirs"},{"name":"regcred"},{"name":"b"}]}'
  allowed "take it back" PATCH "$one" \
    '{"metadata":{"annotations":{"regcred.dev/added":null}},"imagePullSecrets":[{"name":"theirs"},{"name":"b"}]}'
  denied "list every ServiceAccount" GET "$all"
  denied "list the ServiceAccounts of a namespace" GET "$place"
  denied "read a ServiceAccount of another name" GET "$place/other"
  denied "change a ServiceAccount of another name" PATCH "$place/other" '{"imagePullSecrets":[{"name":"regcred"}]}'
  denied "replace a ServiceAccount" PUT "$one" '{"metadata":{"name":"default"}}'
  denied "delete a ServiceAccount" DELETE "$one"
  denied "create a ServiceAccount" POST "$place" '{"metadata":{"name":"x"}}'
  text="only add and remove imagePullSecrets named regcred"
  fenced "$text" "list another Secret there" PATCH "$one" '{"imagePullSecrets":[{"name":"theirs"},{"name":"b"},{"name":"mine"}]}'
  fenced "$text" "take somebody else's entry away" PATCH "$one" '{"imagePullSecrets":[{"name":"theirs"},{"name":"regcred"}]}'
  fenced "$text" "take all entries away" PATCH "$one" '{"imagePullSecrets":null}'
  fenced "$text" "change their order" PATCH "$one" '{"imagePullSecrets":[{"name":"b"},{"name":"theirs"}]}'
  text="no annotation but regcred.dev/added"
  fenced "$text" "add an annotation" PATCH "$one" '{"metadata":{"annotations":{"eks.amazonaws.com/role-arn":"admin"}}}'
  fenced "$text" "change an annotation" PATCH "$one" '{"metadata":{"annotations":{"cloud/role":"admin"}}}'
  fenced "$text" "remove an annotation" PATCH "$one" '{"metadata":{"annotations":{"cloud/role":null}}}'
  fenced "$text" "remove all annotations" PATCH "$one" '{"metadata":{"annotations":null}}'
  text="nothing of a ServiceAccount but imagePullSecrets"
  fenced "$text" "add a label" PATCH "$one" '{"metadata":{"labels":{"c":"d"}}}'
  fenced "$text" "remove all labels" PATCH "$one" '{"metadata":{"labels":null}}'
  fenced "$text" "add an owner" PATCH "$one" \
    '{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"00000000-0000-0000-0000-000000000000"}]}}'
  fenced "$text" "remove a finalizer" PATCH "$one" '{"metadata":{"finalizers":null}}'
  fenced "$text" "add to secrets" PATCH "$one" '{"secrets":[{"name":"regcred"}]}'
  fenced "$text" "mount its token" PATCH "$one" '{"automountServiceAccountToken":true}'
  for name in kube-system kube-public kube-node-lease regcred-system; do
    fenced "may not change ServiceAccounts in $name, one of protectedNamespaces" "change one in $name" \
      PATCH "$core/namespaces/$name/serviceaccounts/default" '{"imagePullSecrets":[{"name":"regcred"}]}'
  done
  needs kubectl patch serviceaccount -n "$namespace" default --type=merge -p '{"metadata":{"finalizers":null}}'
}

check_own_objects() {
  local all=/apis/regcred.dev/v1alpha1/registrycredentials events=/apis/events.k8s.io/v1/namespaces event now uid
  allowed "write the status of a registrycredential" PATCH "$all/accepted-minimal/status" '{"status":{"summary":"1/1"}}'
  denied "change a registrycredential" PATCH "$all/accepted-minimal" '{"spec":{"suspend":true}}'
  denied "delete a registrycredential" DELETE "$all/accepted-minimal"
  denied "create a registrycredential" POST "$all" '{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","metadata":{"name":"x"}}'
  now=$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)
  uid=$(kubectl get registrycredential accepted-minimal -o jsonpath='{.metadata.uid}')
  event='{"metadata":{"name":"'$namespace'"},"eventTime":"'$now'","type":"Normal","reason":"Synced","action":"Sync","note":"a test"'
  event+=',"reportingController":"regcred.dev/controller","reportingInstance":"test","regarding":'
  event+='{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","name":"accepted-minimal","uid":"'$uid'"}}'
  touch "$work/event"
  allowed "create an Event about a registrycredential" POST "$events/default/events" "$event"
  allowed "patch it" PATCH "$events/default/events/$namespace" '{"series":{"count":2,"lastObservedTime":"'"$now"'"}}'
  contains "kubectl describe shows the Event" "a test" "$(kubectl describe registrycredential accepted-minimal 2>&1)"
  denied "create an Event elsewhere" POST "$events/$namespace/events" "$event"
  denied "read an Event" GET "$core/namespaces/default/events/$namespace"
  denied "read Events of the newer API group" GET "$events/default/events"
  denied "create an Event of the core group" POST "$core/namespaces/default/events" "$event"
  denied "delete an Event" DELETE "$core/namespaces/default/events/$namespace"
}

# What it needs to hear of Pods that cannot read their pull Secret: Events, and Pods that it knows by name.
check_pull_failures() {
  local events="$core/events" pods="$core/namespaces/$namespace/pods" pod
  pod='{"metadata":{"name":"waiting"},"spec":{"containers":[{"name":"c","image":"x"}]}}'
  needs kubectl create --raw "$pods" -f - <<< "$pod"
  allowed "list Events of every namespace" GET "$events?limit=1" "" "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
  allowed "watch those of failed pulls" GET \
    "$events?watch=1&timeoutSeconds=1&fieldSelector=reason%3DFailedToRetrieveImagePullSecret%2CinvolvedObject.kind%3DPod"
  allowed "read a Pod that is known by name" GET "$pods/waiting"
  denied "list Pods" GET "$pods"
  denied "list the Pods of every namespace" GET "$core/pods"
  denied "watch Pods" GET "$pods?watch=1&timeoutSeconds=1"
  denied "delete a Pod" DELETE "$pods/waiting"
  denied "change a Pod" PATCH "$pods/waiting" '{"metadata":{"labels":{"a":"b"}}}'
  denied "change the status of a Pod" PATCH "$pods/waiting/status" '{"status":{"phase":"Running"}}'
  denied "read the log of a Pod" GET "$pods/waiting/log"
  denied "put a container into a Pod" PATCH "$pods/waiting/ephemeralcontainers" '{"spec":{"ephemeralContainers":[]}}'
}

check_everything_else() {
  local rbac=/apis/rbac.authorization.k8s.io/v1 admission=/apis/admissionregistration.k8s.io/v1 one="$core/namespaces/$namespace"
  denied "create a Pod" POST "$one/pods" '{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"x"}]}}'
  denied "create a namespace" POST "$core/namespaces" '{"metadata":{"name":"x"}}'
  denied "label a namespace" PATCH "$one" '{"metadata":{"labels":{"pull":"private"}}}'
  denied "delete a namespace" DELETE "$one"
  denied "request a token of a ServiceAccount" POST "$one/serviceaccounts/default/token" '{"spec":{}}'
  denied "request a token of its own" POST "$core/namespaces/regcred-system/serviceaccounts/regcred-controller/token" '{"spec":{}}'
  denied "impersonate an administrator" GET "$core/namespaces" "" "Impersonate-User: admin" "Impersonate-Group: system:masters"
  denied "read ConfigMaps" GET "$core/namespaces/kube-system/configmaps"
  denied "change its ClusterRole" PATCH "$rbac/clusterroles/regcred-controller" '{"rules":[]}'
  denied "bind a role" POST "$rbac/clusterrolebindings" \
    '{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}'
  denied "change the policy that fences it" PATCH "$admission/validatingadmissionpolicies/regcred-controller" '{"spec":{"failurePolicy":"Ignore"}}'
  denied "delete the binding of that policy" DELETE "$admission/validatingadmissionpolicybindings/regcred-controller"
}

check_accounts_overlay() {
  local out one="$core/namespaces/$namespace/serviceaccounts/builder"
  needs kubectl create serviceaccount -n "$namespace" builder
  denied "list a Secret in a ServiceAccount of another name" PATCH "$one" '{"imagePullSecrets":[{"name":"regcred"}]}'
  out=$(apply_overlay ServiceAccounts "Other Secret names") || true
  lacks "the overlay for ServiceAccounts can be applied" rror "$out"
  if eventually 30 answers 200 PATCH "$one?dryRun=All" '{"imagePullSecrets":[{"name":"regcred"}]}'; then
    pass "allowed after the overlay: list a Secret in it"
  else
    fail "allowed after the overlay: list a Secret in it" "$code $body"
  fi
  contains "the overlay tells the controller both ServiceAccounts" '"--service-accounts=default,builder"' \
    "$(kubectl get deployment -n regcred-system regcred-controller -o jsonpath='{.spec.template.spec.containers[0].args}')"
  succeeds "deploy/ takes the second ServiceAccount back" kubectl apply -k "$root/deploy"
}

check_names_overlay() {
  local out all="$core/namespaces/$namespace/secrets"
  out=$(apply_overlay "Other Secret names" Risks) || true
  lacks "the overlay of deploy/README.md can be applied" rror "$out"
  if eventually 30 answers 201 POST "$all?dryRun=All" "$(secret team-regcred)"; then
    pass "allowed after the overlay: create the second name"
  else
    fail "allowed after the overlay: create the second name" "$code $body"
  fi
  allowed "after the overlay: list the second name" GET "$core/secrets?fieldSelector=metadata.name%3Dteam-regcred"
  fenced "only write Secrets named regcred, team-regcred, not other2" "after the overlay: create a third name" POST "$all" "$(secret other2)"
  # Each policy has a moment of its own until the API server goes by it.
  if eventually 30 answers 200 PATCH "$core/namespaces/$namespace/serviceaccounts/default?dryRun=All" \
    '{"imagePullSecrets":[{"name":"theirs"},{"name":"b"},{"name":"team-regcred"}]}'; then
    pass "allowed after the overlay: list the second name in a ServiceAccount"
  else
    fail "allowed after the overlay: list the second name in a ServiceAccount" "$code $body"
  fi
  contains "the overlay tells the controller both names" '"--secret-names=regcred,team-regcred"' \
    "$(kubectl get deployment -n regcred-system regcred-controller -o jsonpath='{.spec.template.spec.containers[0].args}')"
  succeeds "deploy/ takes the second name back" kubectl apply -k "$root/deploy"
  eventually 30 answers 422 POST "$all?dryRun=All" "$(secret team-regcred)" || fail "refused again: create the second name" "$code $body"
  denied "list the second name" GET "$core/secrets?fieldSelector=metadata.name%3Dteam-regcred"
}
