# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# Which cluster is meant, where its files are, who may touch it.

state=${REGCRED_CLUSTER_STATE:-/run/regcred-cluster} # of each cluster NAME.folder (where, so whose, it is) and NAME.lock
needed_memory=$((2 << 30))                           # bytes free in /dev/shm for etcd's data to live there

say() { printf 'cluster %s: %s\n' "$name" "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# select_cluster NAME FOLDER: the cluster that everything below is about.
select_cluster() {
  name=$1 folder=$2
  netns=rc-$name
  netns_file=/run/netns/$netns
  admin=$folder/admin.kubeconfig
  audit_log=$folder/audit.log
}

select_from_environment() {
  local root=${REGCRED_CLUSTER_DIR:-build/cluster}
  [[ $root == /* ]] || root=$repository/$root
  name=${CLUSTER_NAME:-regcred}
  [[ $name =~ ^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$ ]] ||
    die 'CLUSTER_NAME must be 1 to 32 lower-case letters, digits and dashes, with no dash at the ends'
  select_cluster "$name" "$(realpath -m "$root")/$name"
}

require_root() {
  [ "$(id -u)" = 0 ] || die 'needs root: network namespaces are made here. Run it again as root (sudo).'
}

require_tools() {
  local tool missing=()
  for tool in curl flock ip nsenter openssl setsid; do
    command -v "$tool" > /dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || die "not found: ${missing[*]}. Run tests/support/deps.sh cluster first."
}

# lock_cluster: one up, down, stop, start or clean of a name at a time, on the whole machine. Held until this process ends.
lock_cluster() {
  install -d -m 0700 "$state"
  exec {lock}> "$state/$name.lock"
  flock -n "$lock" || {
    say 'another command works on this cluster; waiting for it'
    flock "$lock"
  }
}

# Names of network namespaces belong to the machine, folders to a clone: a second clone must not end the first one's cluster.
owner() { cat "$state/$name.folder" 2> /dev/null; }

require_own() {
  local of
  if ! of=$(owner); then
    [ ! -e "$netns_file" ] || die "the network namespace $netns exists and is not this program's. Choose another CLUSTER_NAME, or remove it: ip netns del $netns"
  elif [ "$of" != "$folder" ] && [ -d "$of" ] && [ -n "$(cluster_pids)" ]; then
    die "this name is in use, by the cluster in $of. Choose another CLUSTER_NAME, or end that one with its own 'cluster down'."
  fi
}

claim() {
  require_own
  printf '%s\n' "$folder" > "$state/$name.folder"
}

# A folder is only ever removed if this program made it, whatever the environment says.
make_folder() {
  [ ! -e "$folder" ] || remove_folder
  install -d -m 0700 "$folder"
  : > "$folder/.regcred-cluster"
  mkdir "$folder"/{bin,log,run,settings}
}

remove_folder() {
  [ -e "$folder" ] || return 0
  [ -e "$folder/.regcred-cluster" ] || rmdir "$folder" 2> /dev/null ||
    die "$folder is not empty and was not made by this program: nothing in it is removed. Choose another CLUSTER_NAME or REGCRED_CLUSTER_DIR."
  rm -rf "$folder"
}
