# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# What a cluster that runs does for the tests that use it.

cluster() { "$here/cluster" "$@"; }
kubectl() { cluster exec kubectl "$@"; }
pids() { cluster pid etcd && cluster pid apiserver && cluster pid controller-manager; }
audited() { grep -F "$1" "$(cluster audit)"; }

comes_up() {
  cluster up
  cluster status
  contains "$(kubectl version)" 'Server Version: v1.37.'
}

up_is_idempotent() {
  local before begin=$SECONDS
  before=$(pids)
  contains "$(cluster up 2>&1)" 'is up already'
  equal "$(pids)" "$before"
  ((SECONDS - begin < 3))
}

refuses_other_settings() {
  local before
  before=$(pids)
  CLUSTER_APISERVER_ARGS=--v=1 fails cluster up
  contains "$said" 'runs with other CLUSTER_APISERVER_ARGS'
  equal "$(pids)" "$before"
}

passes_arguments_on() {
  local pid
  CLUSTER_APISERVER_ARGS='--v=1 --event-ttl=7m' cluster restart apiserver
  pid=$(cluster pid apiserver)
  contains "$(tr '\0' ' ' < "/proc/$pid/cmdline")" '--v=1 --event-ttl=7m '
  CLUSTER_APISERVER_ARGS='' cluster restart apiserver
  not grep -qz -- --event-ttl "/proc/$(cluster pid apiserver)/cmdline"
}

exec_is_transparent() {
  equal "$(cluster exec printf '<%s>' 'two  words' '')" '<two  words><>'
  fails cluster exec bash -c 'exit 7'
  local status=0
  cluster exec bash -c 'exit 7' || status=$?
  equal "$status" 7
  equal "$(cd / && cluster exec pwd)" /
}

users_have_their_rights() {
  local user
  for user in admin token-admin audit-me; do
    kubectl --kubeconfig "$(cluster kubeconfig "$user")" get --raw /api/v1/namespaces/default
  done
  contains "$(kubectl --kubeconfig "$(cluster kubeconfig dev)" auth whoami)" developers
  fails kubectl --kubeconfig "$(cluster kubeconfig dev)" get namespaces
  contains "$said" 'User "dev" cannot list resource "namespaces"'
  fails cluster kubeconfig nobody
}

mints_tokens() {
  local file=$scratch/service-account first
  kubectl create namespace tokens
  kubectl create serviceaccount robot --namespace tokens
  cluster kubeconfig-for tokens/robot "$file"
  contains "$(kubectl --kubeconfig "$file" auth whoami)" system:serviceaccount:tokens:robot
  equal "$(stat -c %a "$file.token")" 600
  first=$(sha256sum < "$file.token")
  kubectl get --raw /version > /dev/null
  cluster kubeconfig-for tokens/robot "$file"
  not equal "$(sha256sum < "$file.token")" "$first"
  fails cluster kubeconfig-for tokens/nobody "$file"
  contains "$(kubectl --kubeconfig "$file" auth whoami)" system:serviceaccount:tokens:robot
}

audits_the_controller_only() {
  local file=$scratch/controller
  kubectl create namespace regcred-system
  kubectl create serviceaccount regcred-controller --namespace regcred-system
  kubectl create clusterrolebinding audited --clusterrole view --serviceaccount regcred-system:regcred-controller
  cluster kubeconfig-for regcred-system/regcred-controller "$file"
  eventually 10 kubectl --kubeconfig "$file" get configmap kube-root-ca.crt --namespace default
  eventually 10 audited '"user":{"username":"system:serviceaccount:regcred-system:regcred-controller"'
  kubectl get --raw '/api/v1/namespaces?fieldSelector=metadata.name%3Dby-admin'
  kubectl --kubeconfig "$(cluster kubeconfig audit-me)" get --raw '/api/v1/namespaces?fieldSelector=metadata.name%3Dby-audit-me'
  eventually 10 audited by-audit-me
  fails audited by-admin
  fails audited RequestReceived
  fails audited '"username":"admin"'
  equal "$(audited by-audit-me | wc -l)" 1
}

audits_watches_from_their_start() {
  local file=$scratch/controller line
  "$here/cluster" exec kubectl --kubeconfig "$file" get configmaps --namespace default --watch > /dev/null 2>&1 &
  eventually 10 audited '"stage":"ResponseStarted"'
  kill $!
  eventually 10 grep -E '"stage":"ResponseComplete".*"verb":"watch"' "$(cluster audit)"
  line=$(audited '"stage":"ResponseStarted"' | head -n 1)
  contains "$line" '"verb":"watch"'
}

serves_new_namespaces() {
  kubectl create namespace fresh
  eventually 10 kubectl get serviceaccount default --namespace fresh
  eventually 10 kubectl get configmap kube-root-ca.crt --namespace fresh
}

aggregates_cluster_roles() {
  kubectl create clusterrole extra --verb get --non-resource-url /extra
  kubectl label clusterrole extra rbac.authorization.k8s.io/aggregate-to-view=true
  eventually 10 bash -c "'$here/cluster' exec kubectl get clusterrole view -o yaml | grep /extra"
}

namespaces_end() {
  kubectl create namespace short-lived
  kubectl create configmap content --namespace short-lived
  kubectl delete namespace short-lived --timeout 30s
  fails kubectl get namespace short-lived
  contains "$said" NotFound
}

collects_garbage() {
  local uid
  kubectl create clusterrole owner --verb get --resource pods
  uid=$(kubectl get clusterrole owner -o 'jsonpath={.metadata.uid}')
  kubectl create configmap dependent
  kubectl create configmap independent
  kubectl patch configmap dependent --type merge --patch '{"metadata": {"ownerReferences": [
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "name": "owner", "uid": "'"$uid"'"}]}}'
  kubectl delete clusterrole owner
  kubectl wait configmap dependent --for delete --timeout 30s
  kubectl get configmap independent
}

counts_quota() {
  kubectl create quota few --hard secrets=3
  kubectl create secret generic counted
  eventually 20 kubectl wait quota few --for 'jsonpath={.status.used.secrets}=1' --timeout 1s
}

service_checks() {
  check 'up: a Kubernetes 1.37 answers' comes_up
  check 'up of a running cluster changes nothing, fast' up_is_idempotent
  check 'up with other settings than the running cluster has is refused' refuses_other_settings
  check 'exec passes arguments, exit code and working directory on' exec_is_transparent
  check 'admin, token-admin and audit-me may do all, dev nothing' users_have_their_rights
  check 'kubeconfig-for acts as the ServiceAccount, with a token that a second call renews' mints_tokens
  check 'the audit log holds requests of the controller and of audit-me, nobody else' audits_the_controller_only
  check 'the audit log shows a watch at its start and at its end' audits_watches_from_their_start
  check 'a new namespace gets its default ServiceAccount and CA' serves_new_namespaces
  check 'cluster roles are aggregated' aggregates_cluster_roles
  check 'deleting a namespace ends' namespaces_end
  check 'what a deleted cluster-scoped object owned is collected, nothing else' collects_garbage
  check 'the status of a quota is counted' counts_quota
  check 'CLUSTER_APISERVER_ARGS reaches kube-apiserver, at a restart too' passes_arguments_on
}
