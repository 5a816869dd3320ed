#!/bin/bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# deps.sh GROUP...: installs the Debian packages that are missing, saying which; does nothing if none is.
# Groups: build (compiler and libraries), cluster (what the test cluster runs with), node (what its node runs with), monitoring
# (Prometheus, for the tests of metrics, alerts and the dashboard), arm64 (what the cross-built binary is made and run with; its
# libraries come from deploy/release/sysroot.sh), release (what makes and checks a release), lint (format, tidy, shell checks).
# A|B: B, where it is installed, will do as well.
set -euo pipefail

declare -A groups=(
  [build]='clang-19 lld-19 llvm-19 binutils libclang-rt-19-dev cmake ninja-build ccache make libboost1.81-dev nlohmann-json3-dev libfmt-dev
           doctest-dev libssl-dev libcli11-dev libyaml-cpp-dev'
  [cluster]='iproute2 util-linux openssl curl ca-certificates procps'
  [node]='containerd|containerd.io runc|containerd.io containernetworking-plugins docker-registry buildah skopeo busybox|busybox-static'
  [monitoring]='prometheus'
  [arm64]='qemu-user-static'
  [release]='jq dpkg-dev minisign lintian man-db git'
  [lint]='clang-tidy-19 clang-format-19 shellcheck'
)

say() { printf 'deps: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# No questions, no terminal; an apt that runs already is waited for.
apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" < /dev/null >&2; }

# absent PACKAGE[|OTHER...]...: the first of those of which none is installed, one a line.
absent() {
  local wish installed
  # shellcheck disable=SC2068 # the names of a choice are words of their own
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' ${@//|/ } 2> /dev/null | sed -n 's/^installed //p') || true
  for wish in "$@"; do
    printf '%s\n' "${wish//|/$'\n'}" | grep -qxF -f <(printf '%s\n' "$installed" | sed '/^$/d') || echo "${wish%%|*}"
  done | awk '!seen[$0]++'
}

# unknown PACKAGE...: those that apt's lists do not offer, one a line.
unknown() {
  local package
  for package in "$@"; do
    [ -n "$(apt-cache show --no-all-versions "$package" 2> /dev/null)" ] || echo "$package"
  done
}

# refuse_removals PACKAGE...: other versions of a library may be somebody's: what is there stays, or its owner removes it.
refuse_removals() {
  local removed
  removed=$(DEBIAN_FRONTEND=noninteractive apt-get -s install --no-install-recommends "$@" < /dev/null 2> /dev/null |
    awk '$1 == "Remv" {print $2}') || true
  [ -z "$removed" ] || die "installing ${*} would remove ${removed//$'\n'/ }, which it conflicts with. Nothing was changed.
deps: What to do: if nothing of yours needs ${removed//$'\n'/ }, remove it (apt-get remove ${removed//$'\n'/ }) and run this again."
}

# The programs are wanted, not the services that Debian would start with them, now and at every boot.
stop_services() {
  local service
  [ -d /run/systemd/system ] || return 0
  for service in containerd docker-registry prometheus; do
    [[ " $* " != *" $service "* ]] || systemctl disable --now "$service" >&2 || true
  done
}

install() {
  local not_offered
  mapfile -t not_offered < <(unknown "$@")
  if ((${#not_offered[@]})); then
    apt_get update
    mapfile -t not_offered < <(unknown "$@")
    ((${#not_offered[@]} == 0)) || die "apt does not offer: ${not_offered[*]}. They are packages of Debian 12 (bookworm)."
  fi
  refuse_removals "$@"
  # A list of yesterday names files that the mirror no longer has: a fresh one is worth one more try.
  apt_get install -y --no-install-recommends "$@" || { apt_get update && apt_get install -y --no-install-recommends "$@"; } ||
    die "apt-get could not install: $*"
}

(($#)) || die "which? ${!groups[*]}"
wanted=()
for group in "$@"; do
  [ -n "${groups[$group]:-}" ] || die "no group '$group'; there are: ${!groups[*]}"
  read -r -d '' -a packages <<< "${groups[$group]}" || true
  wanted+=("${packages[@]}")
done

command -v dpkg-query > /dev/null || {
  say "this is no Debian, so nothing is installed. Needed are what Debian 12 calls: ${wanted[*]}"
  exit 0
}
mapfile -t missing < <(absent "${wanted[@]}")
((${#missing[@]})) || exit 0
[ "$(id -u)" = 0 ] || die "missing: ${missing[*]}. Installing needs root: sudo $0 $*"
say "installing: ${missing[*]}"
install "${missing[@]}"
stop_services "${missing[@]}"
