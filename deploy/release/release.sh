#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# release.sh [FOLDER]: makes all files of a release in FOLDER (dist) of the binaries that are built; 'make release' builds them first.
# The same commit, with the same versions of Debian's packages, gives the same files, bit for bit: verify.sh does it again and
# compares. In the environment:
#   VERSION     0.2.0 or 0.2.0-rc.1; by default the tag of this commit, v0.2.0
#   REGISTRY    where the image will be, ghcr.io/regcred
#   REPOSITORY  where the sources and the release are, https://github.com/regcred/regcred
#   BUILDER_ID  who runs this, for provenance.intoto.json
#   SIGN_KEY    the secret key of minisign that signs SHA256SUMS; without one, nothing is signed
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly dist=${1:-dist}
readonly repository=${REPOSITORY:-https://github.com/regcred/regcred}
readonly image=${REGISTRY:-ghcr.io/regcred}/regcred-controller
readonly builder=${BUILDER_ID:-$repository/blob/main/deploy/release/release.sh}
readonly architectures=(amd64 arm64)
declare -A build=([amd64]=build/release [arm64]=build/arm64)

say() { printf 'release: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# shellcheck disable=SC1091
{
  source deploy/release/archives.sh
  source deploy/release/components.sh
  source deploy/release/sbom.sh
  source deploy/release/debian.sh
  source deploy/release/provenance.sh
}

# binary ARCHITECTURE: as it is shipped.
binary() { echo "$work/$1/regcred-controller"; }

# The binaries were built for this version, of this commit.
strip_binaries() {
  local architecture built says run=()
  for architecture in "${architectures[@]}"; do
    built=${build[$architecture]}/controller/regcred-controller
    [ -x "$built" ] || die "there is no $built: run 'make release', which builds it"
    [ "$architecture" = amd64 ] || run=(qemu-aarch64-static)
    says=$("${run[@]}" "$built" --version)
    [[ $says == "regcred-controller $version (revision ${revision:0:12}"* ]] ||
      die "$built says '$says', which is not version $version of ${revision:0:12}: run 'make release', which builds it"
    mkdir -p "$work/$architecture"
    deploy/release/strip.sh "$built" "$(binary "$architecture")"
  done
}

find_version() {
  local tag
  tag=$(git describe --tags --exact-match --match 'v[0-9]*' 2> /dev/null) || true
  version=${VERSION:-${tag#v}}
  [ -n "$version" ] || die "which version? This commit has no tag such as v0.2.0. What to do: 'git tag v0.2.0', or 'make release VERSION=0.2.0'"
  # As in Semantic Versioning, without build metadata, which no tag of an image may have.
  [[ $version =~ ^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$ ]] ||
    die "'$version' is no version: write it like 0.2.0 or 0.2.0-rc.1"
  revision=$(git rev-parse HEAD) || die 'a release is made of a git repository'
  time=$(git log -1 --format=%ct)
  [ -z "$(git status --porcelain)" ] || {
    say 'files differ from the commit: nobody can make this release again'
    revision+=-modified
  }
  readonly version revision time
  readonly debian_version=${version/-/\~}
  created=$(date --utc --date "@$time" +%Y-%m-%dT%H:%M:%SZ)
  readonly created
  export SOURCE_DATE_EPOCH=$time # for dpkg-deb
}

# What users will notice. A tagged release has a section of its own; what comes before it may do without.
write_notes() {
  local section
  section=$(awk -v heading="## [$version]" 'index($0, "## ") == 1 {on = index($0, heading) == 1} on' deploy/CHANGELOG.md)
  if [ -z "$section" ]; then
    [ "$(git tag --points-at HEAD --list "v$version")" = '' ] || [[ $version == *-* ]] ||
      die "deploy/CHANGELOG.md has no section '## [$version]'. What to do: give '## [Unreleased]' this name, before the tag"
    section=$(awk '/^## / {on = /^## \[Unreleased\]/} on' deploy/CHANGELOG.md)
  fi
  printf '%s\n' "$section" > "$dist/RELEASE-NOTES.md"
}

write_images() {
  local architecture pairs=() digest
  export VERSION=$version REVISION=$revision TIME=$time
  for architecture in "${architectures[@]}"; do
    deploy/image/archive.sh "$dist/regcred-controller_${version}_linux_$architecture.oci.tar" "$image:$version" \
      "$architecture=$(binary "$architecture")" > /dev/null
    pairs+=("$architecture=$(binary "$architecture")")
  done
  digest=$(deploy/image/archive.sh "$dist/regcred-controller_$version.oci.tar" "$image:$version" "${pairs[@]}")
  image_digest=${digest#sha256:}
}

write_sums() {
  (cd "$dist" && sha256sum -- *) > "$work/SHA256SUMS"
  mv "$work/SHA256SUMS" "$dist/"
}

[ "$(uname -m)" = x86_64 ] || die 'a release is made on x86_64, for which build/release is built, and arm64 is cross-built'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find_version
rm -rf "$dist"
mkdir -p "$dist"
strip_binaries
write_notes
find_components
write_notices
write_images
write_manifests
write_chart
write_plugins
write_packages
write_sboms
write_provenance
write_sums
if [ -n "${SIGN_KEY:-}" ]; then
  deploy/release/sign.sh "$dist" "regcred $version ${revision:0:12}"
else
  say "not signed: give SIGN_KEY, or run 'deploy/release/sign.sh $dist' later"
fi
say "$version of ${revision:0:12} is in $dist: $(find "$dist" -type f | wc -l) files"
