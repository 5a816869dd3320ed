#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# verify.sh [FOLDER]: makes the release in FOLDER (dist), made here or downloaded, again from the commit that its provenance names,
# in a folder of its own and without ccache, and compares every file, bit for bit. PUBLIC_KEY, minisign's key or its file, checks
# the signature first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf 'verify-release: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# of_provenance FILTER
of_provenance() { jq --exit-status --raw-output ".predicate.$1" "$dist/provenance.intoto.json"; }

check_signature() {
  local key=(-P "${PUBLIC_KEY:-}")
  [ -n "${PUBLIC_KEY:-}" ] || {
    say 'the signature was not checked: give PUBLIC_KEY'
    return 0
  }
  [ ! -e "$PUBLIC_KEY" ] || key=(-p "$PUBLIC_KEY")
  minisign -V -q "${key[@]}" -m "$dist/SHA256SUMS" || die "SHA256SUMS is not signed with this key: do not use these files"
}

# versions FOLDER: of the packages that the release was made of and with.
versions() { jq --raw-output '.predicate.buildDefinition.resolvedDependencies[].uri | select(startswith("pkg:"))' "$1/provenance.intoto.json"; }

dist=$(realpath "${1:-dist}")
[ -e "$dist/provenance.intoto.json" ] || die "$dist is no release: it has no provenance.intoto.json"
check_signature
(cd "$dist" && sha256sum --check --quiet SHA256SUMS) || die "files in $dist are not those of SHA256SUMS"
commit=$(of_provenance 'buildDefinition.resolvedDependencies[0].digest.gitCommit')
git cat-file -e "$commit^{commit}" 2> /dev/null ||
  die "this repository has no commit $commit. If that ends in -modified, nobody can make this release again; else: git fetch --tags"

rm -rf build/verify
git clone --quiet --no-checkout . build/verify
git -C build/verify checkout --quiet --detach "$commit"
say "making $(of_provenance buildDefinition.externalParameters.VERSION) of ${commit:0:12} again in build/verify"
env -u SIGN_KEY CCACHE_DISABLE=1 BUILDER_ID="$(of_provenance runDetails.builder.id)" \
  make -C build/verify release DIST=again VERSION="$(of_provenance buildDefinition.externalParameters.VERSION)" \
  REPOSITORY="$(of_provenance buildDefinition.externalParameters.REPOSITORY)" REGISTRY="$(of_provenance buildDefinition.externalParameters.REGISTRY)"

if ! diff --recursive --brief --exclude SHA256SUMS.minisig "$dist" build/verify/again; then
  say 'these files differ. Packages in another version than those of the release (<), which explain it:'
  diff <(versions "$dist") <(versions build/verify/again) >&2 || exit 1
  die 'none'
fi
say "$(find build/verify/again -type f | wc -l) files, all the same"
