# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# Installing as deploy/README.md says: the controller is a Pod like any other, with fewer rights.

# The Pod that writes: the Lease names it.
leader() {
  local holder
  holder=$(kubectl --namespace regcred-system get lease regcred-controller --output 'jsonpath={.spec.holderIdentity}')
  [ -n "$holder" ] && echo "${holder%_*}"
}

# controllers FIELD: of each Pod, by JSONPath.
controllers() { kubectl --namespace regcred-system get pods --selector app.kubernetes.io/name=regcred-controller --output "jsonpath={.items[*]$1}"; }

# The leader's process on this machine.
controller_pid() {
  local pid leader
  leader=$(leader)
  for pid in $(pgrep -x regcred-control); do
    ! grep -q --null-data --line-regexp "HOSTNAME=$leader" "/proc/$pid/environ" || { echo "$pid" && return; }
  done
  return 1
}

# The way of a user with a cluster and no compiler: install.yaml, a login, a RegistryCredential, a Pod. The image is on the node.
first_pod_runs_within_a_minute() {
  local begin
  fails kubectl get crd registrycredentials.regcred.dev
  cluster exec deploy/manifests.sh
  namespace app-first
  begin=${EPOCHREALTIME/./}
  kubectl apply --filename build/manifests/install.yaml
  kubectl wait crd registrycredentials.regcred.dev --for condition=Established --timeout 30s
  source_secret example-login registry.example.com alice alice-password
  kubectl apply --filename - << YAML
apiVersion: regcred.dev/v1alpha1
kind: RegistryCredential
metadata: {name: private-images}
spec:
  sources: [{secretRef: {name: example-login}}]
  namespaces: {include: ["app-*"]}
YAML
  kubectl wait registrycredential private-images --for condition=Ready --timeout 60s
  pod app-first web registry.example.com/team/app:v1
  runs app-first web
  echo $(((${EPOCHREALTIME/./} - begin) / 100000)) > "$scratch/tenths"
  kubectl delete registrycredential private-images
  kubectl delete namespace app-first --timeout 120s
  (($(cat "$scratch/tenths") <= 600))
}

is_installed() {
  kubectl apply --filename crds/
  kubectl wait crd registrycredentials.regcred.dev --for condition=Established --timeout 30s
  kubectl apply --kustomize deploy/
  kubectl --namespace regcred-system rollout status deployment regcred-controller --timeout 90s
  equal "$(controllers .status.containerStatuses[0].restartCount)" '0 0'
}

has_no_privileges() {
  local status
  status=$(cat "/proc/$(controller_pid)/status")
  contains "$status" $'Uid:\t65534\t65534\t65534\t65534'
  contains "$status" $'CapEff:\t0000000000000000'
  contains "$status" $'CapBnd:\t0000000000000000'
  contains "$status" $'NoNewPrivs:\t1'
  contains "$status" $'Seccomp:\t2'
  contains "$(awk '$2 == "/" {print $4}' "/proc/$(controller_pid)/mounts")" ro
}

# In the controller's namespace a Pod that asks for more is not let in.
is_fenced() {
  fails kubectl --namespace regcred-system run root --image registry.example.com/team/app:v1
  contains "$said" 'violates PodSecurity "restricted:latest"'
}

answers_its_probes() {
  local path page
  path=/api/v1/namespaces/regcred-system/pods/$(leader):8080/proxy
  for page in healthz readyz; do kubectl get --raw "$path/$page"; done
  contains "$(kubectl get --raw "$path/metrics")" $'\nregcred_leader 1\n'
}

logs_are_readable() {
  local log
  log=$(kubectl --namespace regcred-system logs "$(leader)")
  contains "$log" '"msg":"all caches synced; reconciling"'
  not contains "$log" '"level":"error"'
}

# Asked to end it does so at once, not after the grace period's ten seconds with a SIGKILL.
ends_in_order() {
  local pid
  pid=$(controller_pid)
  kubectl --namespace regcred-system logs "$(leader)" --follow > "$scratch/last-log" &
  kubectl --namespace regcred-system rollout restart deployment regcred-controller
  kubectl --namespace regcred-system rollout status deployment regcred-controller --timeout 90s
  wait $! || true
  not equal "$(controller_pid)" "$pid"
  contains "$(cat "$scratch/last-log")" '"msg":"stopped"'
}

install_checks() {
  check 'from kubectl apply -f install.yaml to the first private Pod: at most a minute' first_pod_runs_within_a_minute
  sed -E 's/^(.*)(.)$/      \1.\2 s/' "$scratch/tenths" 2> /dev/null || true
  check 'apply -k deploy/ installs, and the rollout ends' is_installed
  check 'the controller runs as nobody, without capabilities, on a read-only root' has_no_privileges
  check 'a Pod that asks for more is refused in its namespace' is_fenced
  check 'the probes and /metrics answer' answers_its_probes
  check 'kubectl logs tells what it does' logs_are_readable
  check 'a restart ends the old controller in order' ends_in_order
}
