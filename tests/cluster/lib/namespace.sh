# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# The network namespace: a cluster's own ports and addresses, and the one sure list of its processes.

service_address=10.96.0.1 # of the Service "kubernetes"
node_address=10.200.0.1   # what the API server advertises; it refuses a loopback address

make_namespace() {
  ip netns add "$netns" || die "cannot make a network namespace. In a container this needs CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)."
  inside ip link set lo up
  inside ip addr add $service_address/32 dev lo
  inside ip addr add $node_address/32 dev lo
}

# Not 'ip netns exec', nor 'ip -n': both mount another /sys, where a container runtime would not find its cgroups.
inside() { nsenter "--net=$netns_file" "$@"; }

# Every process that lives in the namespace, whoever started it: components, programs run by exec, their children.
cluster_pids() { [ ! -e "$netns_file" ] || ip netns pids "$netns" 2> /dev/null || true; }

refuse_inside() {
  [ ! -e "$netns_file" ] || [ "$(stat -Lc %i "$netns_file")" != "$(stat -Lc %i /proc/self/ns/net)" ] ||
    die "this would end the shell it runs in: run it outside of 'cluster exec'."
}

# end_processes: kills what lives in the namespace, and waits until it is gone. Nothing outside can be hit.
end_processes() {
  local pids deadline=$((SECONDS + 20))
  while pids=$(cluster_pids) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $pids 2> /dev/null || true
    ((SECONDS < deadline)) || die "processes that do not die: ${pids//$'\n'/ }"
    sleep 0.05
  done
}

# tear_down: ends the processes, in Pods too, removes the namespace and etcd's data; the folder stays.
tear_down() {
  refuse_inside
  end_processes
  remove_cgroup
  if [ -e "$netns_file" ]; then
    ip netns del "$netns"
  fi
  rm -rf "/dev/shm/$netns"
}
