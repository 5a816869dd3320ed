# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# The node: Pods run and pull private images with the right Secret, and nothing of it stays.

login() { # NAME SERVER USER PASSWORD
  kubectl --namespace pulls create secret docker-registry "$1" --docker-server="$2" --docker-username="$3" --docker-password="$4"
}

# pod NAME IMAGE [SECRET]: creates a Pod of that image.
pod() {
  kubectl --namespace pulls run "$1" --image "$2" --overrides "{\"spec\": {\"imagePullSecrets\": [${3:+{\"name\": \"$3\"\}}]}}"
}

runs() { kubectl --namespace pulls wait pod "$@" --for condition=Ready --timeout 180s; }
waits_with() { eventually 120 kubectl --namespace pulls wait pod "$1" --timeout 1s --for "jsonpath={.status.containerStatuses[0].state.waiting.reason}=$2"; }
requests() { grep -F "$2" "$(folder_of "$CLUSTER_NAME")/log/$1.log"; }

node_comes() {
  cluster node
  contains "$(kubectl get nodes --no-headers)" 'node-1   Ready'
  contains "$(cluster status)" 'kubelet              running'
  local before
  before=$(cluster pid kubelet)
  contains "$(cluster node 2>&1)" 'has its node already'
  equal "$(cluster pid kubelet)" "$before"
}

pulls_with_a_password() {
  kubectl create namespace pulls
  eventually 10 kubectl --namespace pulls get serviceaccount default
  login alice registry.example.com alice alice-password
  login alice-5000 registry.example.com:5000/team alice alice-password
  login wrong registry.example.com alice no-password
  pod app registry.example.com/team/app:v1 alice
  pod app-5000 registry.example.com:5000/team/sub/app:v1 alice-5000
  pod refused registry.example.com/team/app:v1 wrong
  pod anonymous registry.example.com/team/app:v1
  runs app app-5000
  waits_with refused ImagePullBackOff
  waits_with anonymous ImagePullBackOff
  contains "$(kubectl --namespace pulls logs app)" 'A private image runs.'
  requests registry '"auth.user.name":"alice"'
}

pulls_with_a_token() {
  login hub https://index.docker.io/v1/ hub-user hub-password
  login bob token.example.com bob bob-password
  pod hub acme/app:v1 hub
  pod official app:v1
  pod token token.example.com/acme/app:v1 bob
  pod no-right token.example.com/team/app:v1 bob
  runs hub official token
  waits_with no-right ImagePullBackOff
  requests hub-tokens 'user="hub-user" scope=["repository:acme/app:pull"] granted=[{repository acme/app [pull]}]'
  requests hub-tokens 'user="" scope=["repository:library/app:pull"] granted=[{repository library/app [pull]}]'
  requests hub-tokens 'user="bob" scope=["repository:team/app:pull"] granted=[]'
}

tells_of_missing_secrets() {
  pod missing registry.example.com/team/app:v1 nobody-made-it
  eventually 120 bash -c "'$here/cluster' exec kubectl get events --namespace pulls --field-selector reason=FailedToRetrieveImagePullSecret |
    grep -F 'Unable to retrieve some image pull secrets (nobody-made-it)'"
}

images() { cluster exec buildah --root "$scratch/images" --runroot "$scratch/images.run" --storage-driver vfs "$@"; }

# Not an image that the kubelet has pulled with a Secret: that one, under whatever name, is only for who has the Secret (KEP-2535).
loads_images() {
  local container
  container=$(images from --tls-verify=false --creds pusher:pusher-password 127.0.0.1/team/app:v1)
  images config --label loaded=yes "$container"
  images commit --quiet "$container" "oci-archive:$scratch/loaded.tar:localhost/loaded:v1"
  cluster load "$scratch/loaded.tar"
  pod loaded localhost/loaded:v1
  runs loaded
}

components_restart() {
  cluster restart containerd
  cluster restart kubelet
  pod after registry.example.com/team/app:v1 alice
  runs app after
}

node_heals() {
  kill -KILL "$(cluster pid containerd)"
  eventually 5 not cluster pid containerd
  cluster node
  runs app
}

settings() { sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys; }

two_nodes_leave_the_machine_alone() {
  local before
  before=$(settings)
  other node
  other exec kubectl create namespace pulls
  eventually 10 other exec kubectl --namespace pulls get serviceaccount default
  other exec kubectl --namespace pulls run official --image app:v1
  other exec kubectl --namespace pulls wait pod official --for condition=Ready --timeout 180s
  equal "$(settings)" "$before"
  other down
  nothing_left "$CLUSTER_NAME-b"
  runs app
}

down_ends_pods() {
  local pid
  pid=$(pgrep -f 'A private image runs' | head -n 1)
  cluster down
  eventually 10 not test -e "/proc/$pid"
  nothing_left "$CLUSTER_NAME"
}

node_checks() {
  check 'node: a node is added once' node_comes
  check 'Pods pull from a registry that asks for a password' pulls_with_a_password
  check 'Pods pull from a registry that asks for a token, Docker Hub among them' pulls_with_a_token
  check 'the kubelet tells of a Secret that is missing' tells_of_missing_secrets
  check 'load puts an image on the node' loads_images
  check 'kubelet and containerd restart, and Pods go on' components_restart
  check 'node heals a node whose containerd was killed' node_heals
  check 'a second node beside it changes nothing on the machine' two_nodes_leave_the_machine_alone
  check 'down ends the Pods too' down_ends_pods
}
