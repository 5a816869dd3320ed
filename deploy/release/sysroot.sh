#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# sysroot.sh: unpacks the Debian packages that an arm64 binary is compiled and linked with into build/sysroot/arm64, next to
# packages.tsv (package, version, architecture, source package, its version) and files.tsv (file, package). Nothing is
# installed: arm64 as a foreign architecture of this machine would want each library in the very version of the machine's, and
# libyaml-cpp-dev cannot be installed for two architectures. apt's sources, keys and proxies are the machine's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly folder=$PWD/build/sysroot
readonly root=$folder/arm64
readonly packages=(
  libc6 libc6-dev linux-libc-dev libgcc-s1 libgcc-12-dev libstdc++6 libstdc++-12-dev
  libssl-dev libboost1.81-dev libfmt9 libfmt-dev nlohmann-json3-dev libcli11-dev libyaml-cpp0.7 libyaml-cpp-dev
  doctest-dev # for the unit tests
)

say() { printf 'sysroot: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# apt, as on a machine of that architecture on which nothing is installed.
apt_of_arm64() {
  apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$folder/apt/state" \
    -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@" < /dev/null >&2
}

download() {
  mkdir -p "$folder"/apt/{state/lists/partial,cache/archives/partial,debs}
  : > "$folder/apt/status"
  apt_of_arm64 update
  (cd "$folder/apt/debs" && apt_of_arm64 download "${packages[@]}")
}

# unpack DEB: and writes what is known of it.
unpack() {
  dpkg-deb --extract "$1" "$root.new"
  # shellcheck disable=SC2016 # dpkg's variables
  dpkg-deb --show --showformat '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' "$1" >> "$root.new/packages.tsv"
  dpkg-deb --fsys-tarfile "$1" | tar --list | sed -n "s|^\./\(.*[^/]\)\$|/\1\t$(dpkg-deb --field "$1" Package)|p" >> "$root.new/files.tsv"
}

# Links from the root of that machine have to stay inside.
make_links_relative() {
  local link
  find "$root.new" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    ln --symbolic --force --no-dereference --relative "$root.new$(readlink "$link")" "$link"
  done
}

# Two architectures of one release should not differ in their libraries.
compare_with_machine() {
  local package version here
  while IFS=$'\t' read -r package version _; do
    # shellcheck disable=SC2016 # dpkg's variables
    here=$(dpkg-query --show --showformat '${db:Status-Status} ${Version}' "$package" 2> /dev/null | sed -n 's/^installed //p') || true
    # A package that was only built again, for one architecture, is the same: +b1.
    [ -z "$here" ] || [ "${here%+b[0-9]*}" = "${version%+b[0-9]*}" ] ||
      say "$package is $version for arm64, but $here on this machine. What to do: 'apt-get upgrade', for the same of both"
  done < "$root/packages.tsv"
}

wish=$(sha256sum deploy/release/sysroot.sh)
if [ "$(cat "$root/complete" 2> /dev/null)" != "$wish" ]; then
  command -v dpkg-deb > /dev/null || die 'this needs the apt and the dpkg of Debian 12'
  say "downloading ${#packages[@]} packages for arm64 into build/sysroot"
  rm -rf "$root" "$root.new" "$folder/apt/debs"
  mkdir -p "$root.new"
  download || die "apt does not offer all of these for arm64: ${packages[*]}"
  for deb in "$folder"/apt/debs/*.deb; do unpack "$deb"; done
  make_links_relative
  echo "$wish" > "$root.new/complete"
  mv "$root.new" "$root"
  rm -rf "$folder/apt"
fi
compare_with_machine
