# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see cluster_test.sh
#
# kubetest/build.sh and build_version.sh with a stand-in for Go: what they ask for, what they leave behind. (The real build is what
# up uses.)

build=$here/kubetest/build.sh
build_version=$here/kubetest/build_version.sh

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

# kubernetes_go: a 'go' that knows one Kubernetes, 1.31.14, builds its programs, and keeps the go.mod that it built with.
kubernetes_go() {
  go=$(mktemp -d "$scratch/go.XXXX")
  export XDG_CACHE_HOME=$go/cache
  printf 'module k8s.io/kubernetes\n\nreplace (\n\tk8s.io/api => ./staging/src/k8s.io/api\n)\n' > "$go/go.mod"
  : > "$go/go.sum"
  cat > "$go/go" << GO
#!/bin/bash
echo "\$1" >> "$go/calls"
case "\$*" in
  version) echo go version go1.26.8 linux/amd64 ;;
  'list -m -f {{.Version}} k8s.io/kubernetes@v1.31') echo v1.31.14 ;;
  'mod download -json k8s.io/kubernetes@v1.31.14') printf '\t"Dir": "%s",\n' "$go" ;;
  'list -m '* | 'mod download '*) exit 1 ;;
  list*) echo k8s.io/kubernetes/cmd/kube-apiserver ;;
  build*)
    cp go.mod "$go/built.mod"
    while [ "\$1" != -o ]; do shift; done
    for program in kube-apiserver kube-controller-manager kubectl server; do cp /bin/true "\$2/\$program"; done
    ;;
esac
GO
  chmod +x "$go/go"
}

builds_another_version() {
  kubernetes_go
  local folder program
  folder=$(with_go "$build_version" 1.31)
  for program in etcd kube-apiserver kube-controller-manager kubectl; do "$folder/$program"; done
  contains "$(cat "$go/built.mod")" 'k8s.io/api => k8s.io/api v0.31.14'
  equal "$(without_go "$build_version" 1.31.14)" "$folder"
  equal "$(grep -c build "$go/calls")" 1
}

another_version_is_beside() {
  local folder cache
  new_go 1.26.8
  cache=$XDG_CACHE_HOME
  folder=$(with_go "$build")
  kubernetes_go
  export XDG_CACHE_HOME=$cache
  with_go "$build_version" 1.31.14
  equal "$(without_go "$build")" "$folder"
}

refuses_unknown_versions() {
  kubernetes_go
  local version
  for version in '' 1 v1.31 1.31.14-rc.1 '1.31 ' latest; do
    fails with_go "$build_version" "$version"
    contains "$said" 'build_version.sh VERSION'
  done
  [ ! -e "$go/calls" ]
  fails with_go "$build_version" 1.99
  contains "$said" 'give a whole one'
  fails with_go "$build_version" 1.99.1
  contains "$said" 'there is no Kubernetes 1.99.1'
  not ls -d "$XDG_CACHE_HOME"/regcred/kubernetes-1.99.1
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
  check 'another Kubernetes is built once, from its own go.mod' builds_another_version
  check 'another Kubernetes leaves the programs of this one as they are' another_version_is_beside
  check 'a version that does not exist is refused, with what to do' refuses_unknown_versions
}
