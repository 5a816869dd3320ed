# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the scripts share variables
#
# What build.sh and build_version.sh have in common: they build once for a machine, with a Go that is new enough, and tell how
# far they are.

cache=${XDG_CACHE_HOME:-${HOME:?HOME or XDG_CACHE_HOME must be set}/.cache}/regcred
report_every=30 # seconds

say() { printf 'kubetest: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

needed_go() { sed -n 's/^go //p' go.mod; }

# at_least HAVE WANT: do the first two numbers of version HAVE reach those of WANT? (go.mod asks for no more than a minor.)
at_least() {
  local have want
  IFS=. read -ra have <<< "$1"
  IFS=. read -ra want <<< "$2"
  ((10#${have[0]} > 10#${want[0]} || (10#${have[0]} == 10#${want[0]} && 10#${have[1]} >= 10#${want[1]})))
}

check_go() {
  local want advice found version
  want=$(needed_go)
  advice="install Go ${want%.0} or newer (https://go.dev/doc/install), put its bin folder in PATH, and run this again.
kubetest: It is needed once, to build etcd and Kubernetes from their modules. Instead of Go, KUBEBUILDER_ASSETS may name a folder
kubetest: that holds etcd, kube-apiserver, kube-controller-manager and kubectl."
  if ! found=$(GOTOOLCHAIN=local go version 2>&1); then
    [ ! -x /usr/local/go/bin/go ] || advice="add /usr/local/go/bin, where there is one, to PATH. Or $advice"
    die "needs Go ${want%.0} or newer; found none in PATH. What to do: $advice"
  fi
  version=$(grep -oE 'go[0-9]+\.[0-9]+' <<< "$found" | head -n 1) || version=
  if [ -z "$version" ] || ! at_least "${version#go}" "$want"; then
    die "needs Go ${want%.0} or newer; found \"$found\" ($(command -v go)). What to do: $advice"
  fi
}

# version_flags VERSION: a linker flag for each version variable; without them the programs say they are v0.0.0.
version_flags() {
  local version=$1 major minor package
  IFS=. read -r major minor _ <<< "${version#v}"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- '-X %s.gitVersion=%s -X %s.gitMajor=%s -X %s.gitMinor=%s -X %s.gitTreeState=clean -X %s.buildDate=1970-01-01T00:00:00Z ' \
      $package "$version" $package "$major" $package "$minor" $package $package
  done
}

# run_reporting WHAT LOG CMD...: runs CMD with its output in LOG; WHAT is a command that prints how far it is.
run_reporting() {
  local progress=$1 log=$2 pid next=$((SECONDS + report_every))
  shift 2
  "$@" > "$log" 2>&1 &
  pid=$!
  # shellcheck disable=SC2064 # this pid is meant
  trap "kill $pid 2> /dev/null || true; exit 130" INT TERM
  while kill -0 $pid 2> /dev/null; do
    sleep 0.5
    ((SECONDS < next)) || {
      next=$((SECONDS + report_every))
      say "$(elapsed): $("$progress" "$log")"
    }
  done
  trap - INT TERM
  wait $pid || {
    tail -n 20 "$log" >&2
    die "failed; the whole output is in $log"
  }
}

elapsed() { printf '%d min %02d s' $((SECONDS / 60)) $((SECONDS % 60)); }
fetched() { echo "fetching modules: $(grep -c '^go: downloading' "$1" || true) so far"; }
compiled() { echo "$(grep -c '^[^ #]*$' "$1" || true) of at most $packages packages compiled"; }

# build_once FOLDER PROGRAM WHAT: unless FOLDER has PROGRAM, says that it builds WHAT, and has the function build fill it. One at
# a time on this machine: what outlives a killed script, a compiler say, keeps the lock until it ends; the next one waits for it.
build_once() {
  local folder=$1 program=$2 what=$3
  [ ! -x "$folder/$program" ] || return 0
  check_go
  mkdir -p "$cache"
  exec {lock}> "$cache/kubetest.lock"
  flock -n "$lock" || {
    say 'another build is under way; waiting for it'
    flock "$lock"
  }
  [ ! -x "$folder/$program" ] || return 0
  say "building $what"
  rm -rf "$cache"/kube*-*.new "$folder"
  build "$folder.new"
  mv -T "$folder.new" "$folder"
  say "built in $(elapsed): $folder"
}
