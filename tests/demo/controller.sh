# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # part of demo.sh
#
# How the controller runs: on our own node as a Pod; in somebody's cluster, which cannot have our image, as a process here.

run_controller() { if [ "$CLUSTER" = local ]; then run_pod; else run_process; fi; }

run_pod() {
  note "The image is built here and put on the node; what is in it: one static binary."
  printf '%s$ tests/cluster/cluster load build/image/regcred-controller.tar%s\n' "$dim" "$plain"
  "$cluster" load build/image/regcred-controller.tar || die 'the image could not be put on the node'
  run 'kubectl -n regcred-system rollout status deployment/regcred-controller --timeout=120s'
  run 'kubectl -n regcred-system get pods'
}

run_process() {
  note 'No image is published yet, so the controller runs here as a process, with the token of its own ServiceAccount:'
  note 'it can do what deploy/ allows and nothing more.'
  write_kubeconfig "$folder/controller.kubeconfig"
  printf '%s$ regcred-controller --kubeconfig controller.kubeconfig --namespace regcred-system &%s\n' "$dim" "$plain"
  : > "$folder/controller.log"
  setsid "$binary" --kubeconfig "$folder/controller.kubeconfig" --namespace regcred-system \
    --listen-address 127.0.0.1:0 2> "$folder/controller.log" < /dev/null > /dev/null &
  await 'the controller reads the cluster' "cat $folder/controller.log" 'work begins'
  pgrep -n -f -- "--kubeconfig $folder/controller.kubeconfig" > "$folder/controller.pid"
  tail -n 1 "$folder/controller.log"
}

# A kubeconfig for the ServiceAccount in the cluster of the current context.
write_kubeconfig() {
  local file=$1
  kubectl config view --minify --flatten -o json > "$file.all"
  kubectl -n regcred-system create token regcred-controller --duration=8h > "$file.token"
  KUBECONFIG=$file.all kubectl config set-credentials regcred --token="$(< "$file.token")" > /dev/null
  KUBECONFIG=$file.all kubectl config set-context --current --user=regcred > /dev/null
  KUBECONFIG=$file.all kubectl config view --minify --flatten > "$file"
  rm -f "$file.all" "$file.token"
}

stop_controller() {
  local pid
  [ -s "$folder/controller.pid" ] || return 0
  pid=$(< "$folder/controller.pid")
  if [ "$(readlink "/proc/$pid/exe" 2> /dev/null | sed 's/ (deleted)$//')" = "$binary" ]; then
    kill "$pid"
    for _ in $(seq 100); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
  fi
  rm -f "$folder/controller.pid"
}

controller_log() {
  if [ "$CLUSTER" = local ]; then
    inside kubectl -n regcred-system logs deployment/regcred-controller --tail 15 2>&1
  else
    tail -n 15 "$folder/controller.log" 2> /dev/null
  fi
}
