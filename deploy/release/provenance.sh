# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release.sh
#
# What the release was made of and how: an in-toto Statement with SLSA's predicate. It holds no time of the run, so that who makes
# the release again gets the same.

# subjects: every file of the release so far, and the image as a registry knows it.
subjects() {
  {
    (cd "$dist" && sha256sum -- *)
    printf '%s  %s:%s\n' "$image_digest" "$image" "$version"
  } | jq --raw-input --null-input '[inputs | capture("^(?<sha256>[0-9a-f]{64})  (?<name>.*)$") | {name, digest: {sha256}}]'
}

# materials: what compiles and links; the components are in the bill of materials too.
materials() {
  # shellcheck disable=SC2016 # dpkg's variables
  {
    cut -f 1-3 "$work"/components.*.tsv
    dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n' clang-19 lld-19 llvm-19 cmake ninja-build binutils \
      dpkg gzip tar jq
  } | sort -u | jq --raw-input --null-input '[inputs | split("\t") | {uri: "pkg:deb/debian/\(.[0] | @uri)@\(.[1] | @uri)?arch=\(.[2])&distro=debian-12"}]'
}

write_provenance() {
  jq --null-input --arg version "$version" --arg repository "$repository" --arg registry "${image%/*}" --arg builder "$builder" \
    --arg revision "$revision" --argjson subjects "$(subjects)" --argjson materials "$(materials)" '{
    _type: "https://in-toto.io/Statement/v1",
    subject: $subjects,
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "\($repository)/blob/v\($version)/deploy/release/README.md#make-release",
        externalParameters: {VERSION: $version, REPOSITORY: $repository, REGISTRY: $registry},
        resolvedDependencies: ([{uri: "git+\($repository)@refs/tags/v\($version)", digest: {gitCommit: $revision}}] + $materials)
      },
      runDetails: {builder: {id: $builder}}
    }
  }' > "$dist/provenance.intoto.json"
}
