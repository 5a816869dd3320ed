# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# The programs: finding, starting, watching and stopping each.

components=(etcd apiserver controller-manager)
ready_within=300 # seconds; a machine of 2 cores that compiles with all its might needs 40
controllers=namespace-controller,serviceaccount-controller,serviceaccount-token-controller,garbage-collector-controller
controllers+=,resourcequota-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller
controllers+=,validatingadmissionpolicy-status-controller,deployment-controller,replicaset-controller
controllers+=,job-controller,daemonset-controller
controllers+=,node-lifecycle-controller,taint-eviction-controller,pod-garbage-collector-controller

declare -A programs=([etcd]='' [kube-apiserver]='' [kube-controller-manager]='' [kubectl]='')

# find_programs [--check]: the path of each; those that KUBEBUILDER_ASSETS lacks are our own, built now if need be.
find_programs() {
  local program built='' assets=${KUBEBUILDER_ASSETS:-}
  [ -z "$assets" ] || [ -d "$assets" ] || die "KUBEBUILDER_ASSETS is not a folder: $assets"
  for program in "${!programs[@]}"; do
    if [ -n "$assets" ] && [ -x "$assets/$program" ]; then
      programs[$program]=$(realpath -s "$assets")/$program
    else
      [ -n "$built" ] || built=$("$here/kubetest/build.sh" "$@")
      programs[$program]=$built/$program
    fi
  done
}

link_programs() {
  local program
  for program in "${!programs[@]}"; do ln -s "${programs[$program]}" "$folder/bin/$program"; done
}

pid_of() { cat "$folder/run/$1.pid" 2> /dev/null; }

# A number in a file may long be another process's: it counts only if that one lives in the namespace.
is_running() {
  local pid
  pid=$(pid_of "$1") && cluster_pids | grep -qx "$pid"
}

# has_threads PID: the threads of a process share its sockets, and may end after its first one, which it is listed by.
has_threads() { grep -hs '^State:' "/proc/$1/task/"*/status | grep -qv '[ZX] ('; }

# launch COMPONENT CMD...: in the namespace, detached from the caller: no terminal, no environment, no lock of ours.
launch() {
  local component=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$folder" nsenter "--net=$netns_file" setsid "$@" \
    < /dev/null >> "$folder/log/$component.log" 2>&1 {lock}>&- &
  echo $! > "$folder/run/$component.pid"
  disown # or this shell would report its end
}

launch_etcd() {
  local client=http://127.0.0.1:2379 peer=http://127.0.0.1:2380
  launch etcd "$folder/bin/etcd" --name regcred --data-dir "$folder/etcd" --log-level warn \
    --unsafe-no-fsync --quota-backend-bytes 4294967296 \
    --listen-client-urls $client --advertise-client-urls $client \
    --listen-peer-urls $peer --initial-advertise-peer-urls $peer --initial-cluster regcred=$peer
}

launch_apiserver() {
  local pki=$folder/pki issuer=https://kubernetes.default.svc
  # shellcheck disable=SC2046 # the last line is a list of words
  launch apiserver "$folder/bin/kube-apiserver" --etcd-servers http://127.0.0.1:2379 \
    --secure-port "$api_port" --advertise-address "$node_address" --service-cluster-ip-range 10.96.0.0/24 \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --client-ca-file "$pki/ca.crt" --token-auth-file "$folder/tokens.csv" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged=true \
    --service-account-issuer $issuer --api-audiences $issuer \
    --service-account-key-file "$pki/service-accounts.pub" --service-account-signing-key-file "$pki/service-accounts.key" \
    --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" --kubelet-certificate-authority "$pki/ca.crt" \
    --kubelet-preferred-address-types InternalIP \
    --audit-policy-file "$here/audit-policy.yaml" --audit-log-path "$audit_log" --audit-log-maxsize 0 \
    --profiling=false $(setting apiserver-args)
}

# --kube-api-qps: with the default of 20 a second the controllers would be the slowest part of every test.
launch_controller-manager() {
  local pki=$folder/pki
  launch controller-manager "$folder/bin/kube-controller-manager" --kubeconfig "$folder/controller-manager.kubeconfig" \
    --leader-elect=false --secure-port 0 --use-service-account-credentials=true \
    --service-account-private-key-file "$pki/service-accounts.key" --root-ca-file "$pki/ca.crt" \
    --kube-api-qps 1000 --kube-api-burst 2000 --controllers "$(setting controllers)"
}

# get PATH: does the API server answer a GET of the admin's with success?
get() {
  inside curl -sf -o /dev/null --noproxy '*' --max-time 10 --cacert "$folder/pki/ca.crt" \
    --cert "$folder/pki/admin.crt" --key "$folder/pki/admin.key" "https://127.0.0.1:$api_port$1"
}

apiserver_is_ready() { get /readyz; }
controllers_are_ready() { get /api/v1/namespaces/default/serviceaccounts/default; }
etcd_is_ready() { inside curl -sf -o /dev/null --noproxy '*' --max-time 10 http://127.0.0.1:2379/readyz; }

# wait_until CONDITION COMPONENT...: until CONDITION, as long as the COMPONENTs live.
wait_until() {
  local condition=$1 component deadline=$((SECONDS + ready_within))
  shift
  until "$condition"; do
    for component in "$@"; do
      is_running "$component" || give_up "$component ended"
    done
    ((SECONDS < deadline)) || give_up "${!#} is not ready after $ready_within s"
    sleep 0.1
  done
}

# give_up WHAT: the component that it names comes first in WHAT.
give_up() {
  local log=$folder/log/${1%% *}.log
  say "$1. The end of $log:"
  tail -n 20 "$log" | cut -c 1-300 | sed 's/^/    /' >&2
  die "The logs are in $folder/log. What to do: 'cluster status' shows what runs, 'cluster up' starts afresh, 'cluster down' removes everything."
}
