# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# The node: a scheduler, containerd and a kubelet, so that Pods run and pull their images.
#
# What a node does to its machine must end with it, and must not meet another node's. So containerd and the kubelet live in a
# mount namespace of their own, with a /run and a /var/log of their own and with stand-ins for the kernel settings that a
# kubelet wants, and everything that runs in Pods is below one cgroup.

node_name=node-1
pod_network=10.244.0.0/24
node_components=(scheduler registry hub hub-tokens mounts containerd kubelet)
declare -A node_programs=([kube-scheduler]='' [kubelet]='' [registry-tokens]='')

# The cgroup, in each hierarchy of version 1, or in the one of version 2.
cgroup_folders() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup/$netns"
  else
    find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d -printf "%p/$netns\n"
  fi
}

make_cgroup() {
  local made controller
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2> /dev/null || true
    done
  fi
  for made in $(cgroup_folders); do mkdir -p "$made"; done
}

cgroup_pids() {
  local folder
  for folder in $(cgroup_folders); do
    find "$folder" -name cgroup.procs -exec cat {} + 2> /dev/null || true
  done | sort -u
}

# A cgroup stays busy for a moment after its last process has ended.
remove_cgroup() {
  local folder pids deadline=$((SECONDS + 20))
  while pids=$(cgroup_pids) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $pids 2> /dev/null || true
    ((SECONDS < deadline)) || die "processes in Pods that do not die: ${pids//$'\n'/ }"
    sleep 0.05
  done
  for folder in $(cgroup_folders); do
    until [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2> /dev/null; do
      ((SECONDS < deadline)) || die "cannot remove the cgroup $folder"
      sleep 0.05
    done
  done
}

# The process that holds the mount namespace; containerd and the kubelet can end and start again within it.
launch_mounts() {
  # shellcheck disable=SC2016 # for the inner shell
  launch mounts unshare --mount --propagation private bash -euc '
    node=$1
    mount --bind "$node/run" /run
    mount --bind "$node/var-log" /var/log
    for setting in "$node"/sysctl/*; do
      name=${setting##*/}
      [ ! -e "/proc/sys/${name//.//}" ] || mount --bind "$setting" "/proc/sys/${name//.//}"
    done
    : > "$node/mounted"
    exec sleep infinity' mounts "$folder/node"
}

mounts_are_made() { [ -e "$folder/node/mounted" ]; }

# launch_in_node COMPONENT CMD...: as launch does, in the mount namespace too.
launch_in_node() {
  local component=$1
  shift
  launch "$component" nsenter "--mount=/proc/$(pid_of mounts)/ns/mnt" -- "$@"
}

make_node_folder() {
  local setting
  rm -rf "$folder/node"
  mkdir -p "$folder/node"/{cni,containerd,hosts,kubelet,pod-logs,run,sysctl,var-log/containers}
  for setting in vm.overcommit_memory=1 vm.panic_on_oom=0 kernel.panic=10 kernel.panic_on_oops=1 \
    kernel.keys.root_maxkeys=1000000 kernel.keys.root_maxbytes=25000000; do
    echo "${setting#*=}" > "$folder/node/sysctl/${setting%=*}"
  done
  write_cni
  write_containerd
  write_kubelet
}

write_cni() {
  cat > "$folder/node/cni/10-pods.conflist" << JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": false,
   "ipam": {"type": "host-local", "dataDir": "$folder/node/addresses", "ranges": [[{"subnet": "$pod_network"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "loopback"}]}
JSON
}

# restrict_oom_score_adj: in a container that lacks CAP_SYS_RESOURCE no score can be lowered.
write_containerd() {
  cat > "$folder/node/containerd.toml" << TOML
version = 2
root = "$folder/node/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$folder/node/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/node/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$folder/node/hosts"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
TOML
}

# registryPullQPS, serializeImagePulls: many Pods start at once here, and none should wait for another.
write_kubelet() {
  local pki=$folder/pki
  cat > "$folder/node/kubelet.yaml" << YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$netns
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
podLogsDir: $folder/node/pod-logs
address: $node_address
healthzBindAddress: 127.0.0.1
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $pki/kubelet-server.crt
tlsPrivateKeyFile: $pki/kubelet-server.key
failSwapOn: false
oomScoreAdj: 0
maxOpenFiles: 16384
maxPods: 500
makeIPTablesUtilChains: false
resolvConf: ""
clusterDNS: [10.96.0.10] # no DNS server is there; without an address every Pod gets a warning
serializeImagePulls: false
registryPullQPS: 0
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 1Mi, nodefs.available: "0%", nodefs.inodesFree: "0%", imagefs.available: "0%"}
kubeAPIQPS: 100
kubeAPIBurst: 200
YAML
}

launch_scheduler() {
  launch scheduler "$folder/bin/kube-scheduler" --kubeconfig "$folder/scheduler.kubeconfig" --leader-elect=false --secure-port 0
}

launch_containerd() { launch_in_node containerd containerd --config "$folder/node/containerd.toml"; }

launch_kubelet() {
  launch_in_node kubelet "$folder/bin/kubelet" --config "$folder/node/kubelet.yaml" --kubeconfig "$folder/kubelet.kubeconfig" \
    --hostname-override $node_name --node-ip "$node_address" --root-dir "$folder/node/kubelet"
}

containerd_is_ready() { in_node ctr version > /dev/null 2>&1; }

kubelet_is_ready() {
  [ "$(inside "$folder/bin/kubectl" --kubeconfig "$admin" get node $node_name \
    -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2> /dev/null)" = True ]
}

in_node() { inside nsenter "--mount=/proc/$(pid_of mounts)/ns/mnt" -- "$@"; }

node_is_ready() {
  local component
  for component in "${node_components[@]}"; do is_running "$component" || return 1; done
  kubelet_is_ready
}

# find_node_programs: like find_programs; what Debian brings is asked for first.
find_node_programs() {
  local tool program built='' missing=()
  for tool in containerd ctr runc docker-registry buildah skopeo busybox; do
    command -v $tool > /dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || die "not found: ${missing[*]}. Run tests/support/deps.sh node first."
  for program in "${!node_programs[@]}"; do
    if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/$program" ]; then
      node_programs[$program]=$(realpath -s "$KUBEBUILDER_ASSETS")/$program
    else
      [ -n "$built" ] || built=$("$here/kubetest/build.sh")
      node_programs[$program]=$built/$program
    fi
    ln -sf "${node_programs[$program]}" "$folder/bin/$program"
  done
}

# end_node: what of a node runs, or was left behind.
end_node() {
  local component pid
  for component in "${node_components[@]}"; do
    if is_running "$component"; then kill -KILL "$(pid_of "$component")" 2> /dev/null || true; fi
    rm -f "$folder/run/$component.pid"
  done
  for pid in $(cluster_pids); do
    [[ $(tr '\0' ' ' < "/proc/$pid/cmdline") != containerd-shim* ]] || kill -KILL "$pid" 2> /dev/null || true
  done
  remove_cgroup
}

# with_node: gives the running cluster a node. Removes what an earlier node has left, and starts its Pods again.
with_node() {
  local component
  require_up
  if node_is_ready; then
    say 'has its node already'
    return
  fi
  find_node_programs
  say 'starting a scheduler, containerd, a kubelet and two registries'
  end_node
  make_node_folder
  make_registries
  make_cgroup
  for component in scheduler registry hub-tokens mounts; do "launch_$component"; done
  wait_until hub-tokens_is_ready hub-tokens
  launch_hub
  wait_until mounts_are_made mounts
  launch_containerd
  wait_until containerd_is_ready containerd
  make_image
  wait_until registry_is_ready registry
  wait_until hub_is_ready hub
  push_images
  import_pause_image
  launch_kubelet
  wait_until kubelet_is_ready kubelet
  say "node $node_name is ready. Try: tests/cluster/cluster exec kubectl get nodes"
}
