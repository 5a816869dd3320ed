# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# Starting, stopping, dying: what is there afterwards, and what is not.

other() { CLUSTER_NAME=$CLUSTER_NAME-b "$here/cluster" "$@"; }
folder_of() { echo "$REGCRED_CLUSTER_DIR/$1"; }

# nothing_left NAME: no namespace, no process, no folder of that cluster.
nothing_left() {
  local processes
  processes=$(cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\0' ' ') || true
  not grep -qw "rc-$1" < <(ip netns list)
  not contains "$processes" "$(folder_of "$1")/"
  [ ! -e "$(folder_of "$1")" ]
  [ ! -e "/dev/shm/rc-$1" ]
  [ ! -e "$REGCRED_CLUSTER_STATE/$1.folder" ]
  not grep -q "rc-$1" /proc/mounts
  equal "$(find /sys/fs/cgroup -name "rc-$1")" ''
}

restart_keeps_data() {
  kubectl create configmap kept
  cluster stop apiserver
  fails kubectl get configmap kept
  fails cluster status
  contains "$said" 'apiserver            not running'
  cluster start apiserver
  kubectl get configmap kept
  cluster restart etcd
  eventually 20 kubectl get configmap kept
  cluster restart controller-manager
  cluster status
}

side_by_side() {
  other up
  other exec kubectl create namespace only-here
  fails kubectl get namespace only-here
  contains "$said" NotFound
  cluster status
  other status
  other down
  nothing_left "$CLUSTER_NAME-b"
  cluster status
}

heals() {
  local victim
  for victim in etcd apiserver; do
    kill -KILL "$(cluster pid $victim)"
    eventually 5 not cluster pid $victim
    fails cluster status
    cluster up
    cluster status
  done
}

survives_killed_up() {
  (exec env CLUSTER_NAME="$CLUSTER_NAME-b" "$here/cluster" up) > /dev/null 2>&1 &
  eventually 20 other pid apiserver
  kill -KILL $!
  wait $! || true
  fails other status
  other up
  other status
  other down
  nothing_left "$CLUSTER_NAME-b"
}

interrupted_up_cleans() {
  (exec env CLUSTER_NAME="$CLUSTER_NAME-b" "$here/cluster" up) > /dev/null 2>&1 &
  eventually 20 other pid apiserver
  kill -TERM $!
  wait $! || true
  not grep -qw "rc-$CLUSTER_NAME-b" < <(ip netns list)
  other down
  nothing_left "$CLUSTER_NAME-b"
}

tells_why_up_failed() {
  CLUSTER_APISERVER_ARGS=--no-such-flag fails other up
  contains "$said" 'apiserver ended'
  contains "$said" 'unknown flag: --no-such-flag'
  contains "$said" 'What to do'
  not grep -qw "rc-$CLUSTER_NAME-b" < <(ip netns list)
  other down
}

names_are_the_machines() {
  REGCRED_CLUSTER_DIR=$scratch/another-clone fails cluster up
  contains "$said" "in use, by the cluster in $(folder_of "$CLUSTER_NAME")"
  REGCRED_CLUSTER_DIR=$scratch/another-clone fails cluster down
  cluster status
}

folders_of_others_stay() {
  mkdir -p "$(folder_of "$CLUSTER_NAME-c")"
  touch "$(folder_of "$CLUSTER_NAME-c")/precious"
  CLUSTER_NAME=$CLUSTER_NAME-c fails cluster up
  contains "$said" 'was not made by this program'
  CLUSTER_NAME=$CLUSTER_NAME-c fails cluster down
  [ -e "$(folder_of "$CLUSTER_NAME-c")/precious" ]
  rm -r "$(folder_of "$CLUSTER_NAME-c")" "$REGCRED_CLUSTER_STATE/$CLUSTER_NAME-c.folder"
  local name
  for name in ../x A '' -x x/y 'x y'; do
    [ -z "$name" ] || CLUSTER_NAME=$name fails cluster up
  done
}

refuses_to_end_itself() {
  fails cluster exec "$here/cluster" down
  contains "$said" "outside of 'cluster exec'"
  cluster status
}

down_leaves_nothing() {
  "$here/cluster" exec bash -c 'sleep 1000 & exec sleep 1001' > /dev/null 2>&1 &
  eventually 5 pgrep -f '^sleep 1001$'
  cluster down
  wait $! || true
  not pgrep -f '^sleep 100[01]$'
  nothing_left "$CLUSTER_NAME"
  fails cluster status
  fails cluster exec true
  contains "$said" 'is not up'
  cluster down
}

down_keeps_logs() {
  cluster up
  cluster down --keep-logs
  [ -s "$(folder_of "$CLUSTER_NAME")/log/apiserver.log" ]
  [ ! -e "$(folder_of "$CLUSTER_NAME")/pki" ]
  cluster down
  nothing_left "$CLUSTER_NAME"
}

clean_takes_all() {
  cluster up
  REGCRED_CLUSTER_DIR=$scratch/elsewhere other up
  cluster clean
  nothing_left "$CLUSTER_NAME"
  nothing_left "$CLUSTER_NAME-b"
  [ ! -e "$scratch/elsewhere" ]
}

life_checks() {
  check 'stop, start and restart of a component keep the data' restart_keeps_data
  check 'two clusters run side by side, and share nothing' side_by_side
  check 'up heals a cluster whose etcd or API server was killed' heals
  check 'up and down work after an up that was killed' survives_killed_up
  check 'an interrupted up leaves no process' interrupted_up_cleans
  check 'an up that fails shows the log and what to do' tells_why_up_failed
  check 'a name in use by another clone is refused' names_are_the_machines
  check 'a folder that is not ours, or a name that is none, is refused' folders_of_others_stay
  check 'down inside exec is refused' refuses_to_end_itself
  check 'down ends programs run by exec, and leaves nothing' down_leaves_nothing
  check 'down --keep-logs keeps the logs' down_keeps_logs
  check 'clean ends every cluster' clean_takes_all
}
