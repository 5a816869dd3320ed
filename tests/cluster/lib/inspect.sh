# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# What a user asks of a cluster that runs.

kubeconfig_for() {
  local file subject=${1:-}
  [[ $subject =~ ^[^/]+/[^/]+$ && -n ${2:-} ]] || die 'usage: cluster kubeconfig-for NAMESPACE/SERVICEACCOUNT FILE'
  require_up
  file=$(realpath -m "$2")
  umask 077
  inside env KUBECONFIG="$admin" "$folder/bin/kubectl" create token "${subject#*/}" --namespace "${subject%/*}" --duration 24h > "$file.token.new" ||
    { rm -f "$file.token.new"; die "no token for $subject"; }
  kubeconfig "$subject" "{tokenFile: \"$file.token\"}" "${subject%/*}" > "$file.new"
  mv "$file.token.new" "$file.token"
  mv "$file.new" "$file"
}

print_status() {
  local component pid shown=("${components[@]}")
  [ ! -d "$folder/node" ] || shown+=("${node_components[@]}")
  for component in "${shown[@]}"; do
    if is_running "$component"; then
      pid=$(pid_of "$component")
      printf '  %-20s running, pid %s, %d MB\n' "$component" "$pid" $(($(awk '/^VmRSS/ {print $2}' "/proc/$pid/status") / 1024))
    else
      printf '  %-20s not running\n' "$component"
    fi
  done
  printf '  %-20s %s\n' server "https://127.0.0.1:$api_port in network namespace $netns" programs "$(readlink "$folder/bin/kube-apiserver")" \
    kubeconfig "$admin" 'audit log' "$audit_log" logs "$folder/log"
}

status() {
  local ready=0
  is_there || die 'is not up'
  is_ready || ready=$?
  echo "cluster $name: $( ((ready == 0)) || echo 'not ')ready"
  print_status
  return "$ready"
}
