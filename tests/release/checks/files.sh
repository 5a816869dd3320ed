# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release_test.sh
#
# Which files a release has, that they are those of the sums, and that they come out the same again.

# make_release FOLDER [NAME=VALUE...]
make_release() {
  env VERSION="$version" "${@:2}" deploy/release/release.sh "$1"
}

expected_files() {
  local architecture
  for architecture in amd64 arm64; do
    echo "kubectl-regcred_${version}_linux_$architecture.tar.gz"
    echo "regcred-controller_${version}_$architecture.deb"
    printf "regcred-controller_${version}_linux_$architecture.%s\n" oci.tar spdx.json cdx.json
  done
  printf '%s\n' "regcred-controller_$version.oci.tar" regcred.yaml crds.yaml SHA256SUMS provenance.intoto.json RELEASE-NOTES.md THIRD-PARTY-NOTICES.txt
  printf '%s\n' install.yaml "regcred-controller-$version.tgz"
}

has_every_file() {
  equal "$(ls "$dist")" "$(expected_files | sort)"
}

has_right_sums() {
  (cd "$dist" && sha256sum --check --quiet SHA256SUMS)
  equal "$(wc -l < "$dist/SHA256SUMS")" "$(($(find "$dist" -type f ! -name 'SHA256SUMS*' | wc -l)))"
}

is_made_again() {
  make_release "$scratch/again"
  diff --recursive --brief "$dist" "$scratch/again"
}

names_no_folder() {
  local file
  mkdir -p "$scratch/unpacked"
  for file in "$dist"/kubectl-*.tar.gz; do
    tar --extract --file "$file" --directory "$scratch/unpacked"
    not grep -qaF "$repository" "$scratch/unpacked/kubectl-regcred"
    not grep -qaF build/sysroot "$scratch/unpacked/kubectl-regcred"
  done
  not grep -lF "$repository" "$dist"/*.json "$dist"/*.yaml
}

signs() {
  minisign -G -f -W -p "$scratch/key.pub" -s "$scratch/key" > /dev/null
  cp -r "$dist" "$scratch/signed"
  SIGN_KEY=$scratch/key deploy/release/sign.sh "$scratch/signed" "regcred $version"
  minisign -V -q -p "$scratch/key.pub" -m "$scratch/signed/SHA256SUMS"
  echo >> "$scratch/signed/SHA256SUMS"
  fails minisign -V -q -p "$scratch/key.pub" -m "$scratch/signed/SHA256SUMS"
}

# What was altered since must not get a signature.
signs_only_what_is_right() {
  cp -r "$dist" "$scratch/altered"
  echo >> "$scratch/altered/crds.yaml"
  fails env SIGN_KEY="$scratch/key" deploy/release/sign.sh "$scratch/altered"
  contains "$said" 'crds.yaml: FAILED'
  not test -e "$scratch/altered/SHA256SUMS.minisig"
}

needs_a_version() {
  local wrong
  for wrong in 1.2 v1.2.3 1.2.3+build 01.2.3 '1.2.3-' latest; do
    fails make_release "$scratch/none" VERSION="$wrong"
    contains "$said" "'$wrong' is no version"
  done
  if [ -z "$(git tag --points-at HEAD --list 'v[0-9]*')" ]; then
    fails make_release "$scratch/none" VERSION=
    contains "$said" 'which version?'
  fi
  not test -e "$scratch/none"
}

needs_binaries_of_that_version() {
  fails make_release "$scratch/none" VERSION=99.0.0
  contains "$said" 'which is not version 99.0.0'
}

# 'make release' builds both binaries, as this version, before it packs them.
is_made_by_make() {
  local steps
  steps=$(make --dry-run release VERSION=1.2.3 DIST="$scratch/other")
  contains "$steps" 'ninja -C build/release regcred-controller'
  contains "$steps" 'ninja -C build/arm64 regcred-controller'
  contains "$(tail -n 1 <<< "$steps")" "deploy/release/release.sh $scratch/other"
}

# What verify.sh refuses before it builds anything.
verifies_only_what_is_whole() {
  fails deploy/release/verify.sh "$scratch/altered"
  contains "$said" 'are not those of SHA256SUMS'
  fails deploy/release/verify.sh "$scratch"
  contains "$said" 'is no release'
  fails env PUBLIC_KEY="$scratch/key.pub" deploy/release/verify.sh "$scratch/signed"
  contains "$said" 'is not signed with this key'
}

# makes_again CHANGE: a stand-in for make, which has the same release at once, and changes it.
makes_again() {
  mkdir -p "$scratch/stand-in"
  printf '#!/bin/bash\ncp -r %q build/verify/again\n%s\n' "$dist" "$1" > "$scratch/stand-in/make"
  chmod +x "$scratch/stand-in/make"
}

# Files that differ from the commit, as while somebody edits, make a release of no commit.
compares_with_the_original() {
  [ -z "$(git status --porcelain)" ] || return 0
  makes_again ''
  said=$(PATH=$scratch/stand-in:$PATH deploy/release/verify.sh "$dist" 2>&1)
  contains "$said" "$(find "$dist" -type f | wc -l) files, all the same"
  equal "$(git -C build/verify rev-parse HEAD)" "$(git rev-parse HEAD)"
  makes_again 'echo >> build/verify/again/crds.yaml'
  fails env PATH="$scratch/stand-in:$PATH" deploy/release/verify.sh "$dist"
  contains "$said" "Files $dist/crds.yaml and build/verify/again/crds.yaml differ"
  makes_again 'sed -i "s/clang-19@/clang-19@0/" build/verify/again/provenance.intoto.json'
  fails env PATH="$scratch/stand-in:$PATH" deploy/release/verify.sh "$dist"
  contains "$said" '> pkg:deb/debian/clang-19@0'
  rm -rf build/verify
}

installs_this_image() {
  contains "$(cat "$dist/install.yaml")" "image: ghcr.io/regcred/regcred-controller:$version"
  contains "$(head -n 1 "$dist/install.yaml")" "regcred $version"
  contains "$(cat "$dist/install.yaml")" 'kind: CustomResourceDefinition'
}

packs_the_chart() {
  local chart=regcred-controller
  tar --extract --file "$dist/$chart-$version.tgz" --directory "$scratch"
  contains "$(cat "$scratch/$chart/Chart.yaml")" $'\nversion: '"$version"$'\n'
  contains "$(cat "$scratch/$chart/values.yaml")" "  repository: ghcr.io/regcred/regcred-controller"
  contains "$(cat "$scratch/$chart/values.yaml")" "  tag: \"$version\""
}

files_checks() {
  check 'a release has these files and no others' has_every_file
  check 'SHA256SUMS has every file, with the right sum' has_right_sums
  check 'a release made again in another folder is the same, bit for bit' is_made_again
  check 'no file says in which folder it was made' names_no_folder
  check 'SHA256SUMS is signed with the key of the releaser' signs
  check 'a release that was altered is not signed' signs_only_what_is_right
  check 'make release builds both binaries, and packs them' is_made_by_make
  check 'make verify-release refuses what is altered, unsigned or no release' verifies_only_what_is_whole
  check 'make verify-release names the files that come out in another way, and packages of another version' compares_with_the_original
  check 'a release needs a version of Semantic Versioning' needs_a_version
  check 'a release refuses binaries of another version' needs_binaries_of_that_version
  check 'install.yaml names the image of the release' installs_this_image
  check 'the chart has the version and the image of the release' packs_the_chart
}
