# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# kubetest/build.sh with a stand-in for Go: what it asks for, what it leaves behind. (The real build is what up uses.)

build=$here/kubetest/build.sh

# new_go VERSION [BUILD]: a folder with a 'go' that says it is VERSION and, asked to build, does BUILD (with OUT set).
new_go() {
  go=$(mktemp -d "$scratch/go.XXXX")
  write_go "$@"
  export XDG_CACHE_HOME=$go/cache
}

write_go() {
  cat > "$go/go" << GO
#!/bin/bash
echo "\$1" >> "$go/calls"
case \$1 in
  version) echo 'go version go$1 linux/amd64' ;;
  list) echo v1.37.1 ;;
  build)
    while [ "\$1" != -o ]; do shift; done
    OUT=\$2
    ${2:-cp /bin/true "\$OUT"}
    ;;
esac
GO
  chmod +x "$go/go"
}

with_go() { PATH=$go:$PATH "$@"; }

without_go() {
  local tools=$scratch/no-go tool
  mkdir -p "$tools"
  for tool in bash cut dirname sha256sum sed readlink realpath id cat; do ln -sf "$(command -v "$tool")" "$tools/$tool"; done
  PATH=$tools "$@"
}

refuses_missing_go() {
  export XDG_CACHE_HOME=$scratch/empty
  for command in "$build" "$build --check" "$here/cluster check"; do
    # shellcheck disable=SC2086 # a command and its argument
    fails without_go $command
    contains "$said" 'needs Go 1.26 or newer; found none'
    contains "$said" 'What to do: '
  done
  [ ! -e "$scratch/empty" ]
}

refuses_old_go() {
  local version
  for version in 1.19.8 1.25.12 1.9; do
    new_go "$version"
    fails with_go "$here/cluster" up
    contains "$said" "needs Go 1.26 or newer; found \"go version go$version"
    equal "$(sort -u "$go/calls")" version
    [ ! -e "$XDG_CACHE_HOME" ]
  done
}

accepts_new_go() {
  local version
  for version in 1.26 1.26.0 1.26rc1 1.27.3 2.0; do
    new_go "$version"
    with_go "$build" --check
    equal "$(cat "$go/calls")" version
  done
}

builds_once() {
  new_go 1.26.8
  local folder
  folder=$(with_go "$build")
  for program in etcd kube-apiserver kube-controller-manager kubectl; do "$folder/$program"; done
  equal "$(without_go "$build")" "$folder"
  equal "$(grep -c build "$go/calls")" 1
}

# shellcheck disable=SC2016 # for the stand-in to expand
builders_do_not_clash() {
  new_go 1.26.8 'sleep 1; cp /bin/true "$OUT"'
  with_go "$build" > "$go/first" 2>&1 &
  with_go "$build" > "$go/second" 2>&1
  wait $!
  equal "$(tail -n 1 "$go/first")" "$(tail -n 1 "$go/second")"
  contains "$(cat "$go/first" "$go/second")" 'another build is under way'
  equal "$(grep -c build "$go/calls")" 1
}

# shellcheck disable=SC2016
survives_a_broken_build() {
  new_go 1.26.8 'echo half > "$OUT"; echo the reason; exit 1'
  fails with_go "$build"
  contains "$said" 'the reason'
  not ls -d "$XDG_CACHE_HOME"/regcred/kubetest-????????????????
  write_go 1.26.8
  "$(with_go "$build")/etcd"
  not ls -d "$XDG_CACHE_HOME"/regcred/*.new
}

survives_a_killed_build() {
  new_go 1.26.8 'exec sleep 60'
  # exec: the process to kill is build.sh, not a shell that waits for it
  (exec env PATH="$go:$PATH" "$build") > "$go/first" 2>&1 &
  eventually 10 grep -q build "$go/calls"
  kill $!
  wait $! || true
  eventually 5 flock -n "$XDG_CACHE_HOME/regcred/kubetest.lock" true
}

honours_assets() {
  export XDG_CACHE_HOME=$scratch/empty KUBEBUILDER_ASSETS=$scratch/assets
  mkdir -p "$KUBEBUILDER_ASSETS"
  for program in etcd kube-apiserver kubectl; do ln -sf /bin/true "$KUBEBUILDER_ASSETS/$program"; done
  fails without_go "$here/cluster" check
  contains "$said" 'needs Go'
  ln -s /bin/true "$KUBEBUILDER_ASSETS/kube-controller-manager"
  without_go "$here/cluster" check
}

build_checks() {
  check 'a missing Go is refused at once, with what to do' refuses_missing_go
  check 'an older Go is refused at once, with what was found' refuses_old_go
  check 'Go 1.26 and newer are accepted' accepts_new_go
  check 'programs once built are used again, with no Go' builds_once
  check 'two builders at once build once' builders_do_not_clash
  check 'a build that fails says why and leaves nothing that passes for finished' survives_a_broken_build
  check 'a killed build leaves no lock' survives_a_killed_build
  check 'programs in KUBEBUILDER_ASSETS are taken; Go is asked for only if one is missing' honours_assets
}
