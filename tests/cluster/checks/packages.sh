# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# deps.sh, on a machine that is made up of a few stand-ins: nothing is installed here.

deps=$here/../support/deps.sh

# machine [INSTALLED...]: a folder of stand-ins for dpkg-query, apt-get, apt-cache and id; apt-get's calls are in its 'calls'.
machine() {
  made_up=$(mktemp -d "$scratch/machine.XXXX")
  printf '%s\n' "$@" > "$made_up/installed"
  echo 0 > "$made_up/uid"
  touch "$made_up/calls" "$made_up/removals" "$made_up/offered"
  stand_in dpkg-query "for p; do ! grep -qxF \"\$p\" '$made_up/installed' || echo \"installed \$p\"; done"
  stand_in apt-cache "[ -e '$made_up/updated' ] && echo offered || true"
  stand_in id "cat '$made_up/uid'"
  stand_in apt-get "case \" \$* \" in
    *' -s '*) cat '$made_up/removals' ;;
    *' update '*) touch '$made_up/updated'; echo update >> '$made_up/calls' ;;
    *) echo \"install \$DEBIAN_FRONTEND \${*##* --no-install-recommends}\" >> '$made_up/calls' ;;
  esac"
}

stand_in() {
  printf '#!/bin/bash\n%s\n' "$2" > "$made_up/$1"
  chmod +x "$made_up/$1"
}

with_machine() { PATH=$made_up:$PATH "$@"; }

nothing_to_install() {
  machine iproute2 util-linux openssl curl ca-certificates procps
  equal "$(with_machine "$deps" cluster 2>&1)" ''
  equal "$(cat "$made_up/calls")" ''
}

installs_what_is_missing() {
  machine iproute2 util-linux openssl curl ca-certificates
  said=$(with_machine "$deps" cluster 2>&1)
  equal "$said" 'deps: installing: procps'
  contains "$(head -n 1 "$made_up/calls")" update
  contains "$(tail -n 1 "$made_up/calls")" 'install noninteractive'
  contains "$(tail -n 1 "$made_up/calls")" procps
}

takes_several_groups() {
  machine
  contains "$(with_machine "$deps" lint cluster 2>&1)" 'clang-tidy-19 clang-format-19 shellcheck iproute2'
}

takes_what_will_do() {
  machine containerd.io containernetworking-plugins docker-registry buildah busybox-static
  said=$(with_machine "$deps" node 2>&1)
  equal "$said" 'deps: installing: skopeo'
}

refuses_without_root() {
  machine
  echo 1000 > "$made_up/uid"
  fails with_machine "$deps" cluster
  contains "$said" 'sudo'
  contains "$said" 'iproute2'
  equal "$(cat "$made_up/calls")" ''
}

removes_nothing() {
  machine
  echo 'Remv libboost1.74-dev [1.74.0+ds1-21]' > "$made_up/removals"
  fails with_machine "$deps" build
  contains "$said" 'would remove libboost1.74-dev'
  not grep install "$made_up/calls"
}

knows_its_groups() {
  fails "$deps" everything
  contains "$said" "no group 'everything'"
}

asks_for_go_first() {
  local target
  unset KUBEBUILDER_ASSETS
  export XDG_CACHE_HOME=$scratch/empty
  for target in deps-test deps-demo deps-cluster; do
    machine
    stand_in go 'echo go version go1.19.8 linux/amd64'
    fails with_machine make -C "$here/../.." $target
    contains "$said" 'needs Go 1.26 or newer; found'
    equal "$(cat "$made_up/calls")" ''
  done
}

packages_checks() {
  check 'deps.sh says and does nothing when all packages are there' nothing_to_install
  check 'deps.sh names, then installs, what is missing, with fresh lists' installs_what_is_missing
  check 'deps.sh takes several groups at once' takes_several_groups
  check 'deps.sh installs nothing in whose place something else is there' takes_what_will_do
  check 'deps.sh without root says what is missing and changes nothing' refuses_without_root
  check 'deps.sh removes nobody'"'"'s other Boost' removes_nothing
  check 'deps.sh refuses a group that it does not know' knows_its_groups
  check 'make asks for Go before it installs anything' asks_for_go_first
}
