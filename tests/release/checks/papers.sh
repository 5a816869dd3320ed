# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release_test.sh
#
# What a release says of itself: components, licences, origin, changes.

sbom_of() { echo "$dist/regcred-controller_${version}_linux_$1.$2.json"; }

# Libraries as the linker's map names them, told apart from how deploy/release/ reads it.
archives_in_map() { grep -oE '/lib[a-z_+0-9-]+\.a(\([^)]*\))?:\(' "$1/controller/regcred-controller.map" | grep -oE 'lib[a-z_+0-9-]+\.a' | sort -u; }

lists_what_is_linked() {
  local architecture folder linked archive package
  for architecture in amd64 arm64; do
    folder=build/release
    [ "$architecture" = amd64 ] || folder=build/arm64
    linked=$(archives_in_map "$folder" | grep -v '^libregcred_' | xargs)
    contains " $linked " ' libc.a libcrypto.a '
    for archive in $linked; do
      package=$(dpkg-query --search "*/$archive" | grep -v 'llvm\|cross' | sed -n '1s/[:,].*//p')
      contains "$(jq --raw-output '.packages[] | select(.comment // "" | startswith("linked")) | .name' "$(sbom_of "$architecture" spdx)")" "$package"
    done
    # Of these nothing is linked: their headers are the library.
    for package in libboost1.81-dev nlohmann-json3-dev libcli11-dev libfmt-dev; do
      equal "$(jq --raw-output --arg name "$package" '.components[] | select(.name == $name) | .properties[0].value' "$(sbom_of "$architecture" cdx)")" headers
    done
  done
}

gives_versions_as_installed() {
  local name found
  while read -r name found; do
    equal "$found" "$(dpkg-query --show --showformat '${Version}' "$name:amd64" 2> /dev/null || dpkg-query --show --showformat '${Version}' "$name")"
  done < <(jq --raw-output '.packages[1:][] | .name + " " + .versionInfo' "$(sbom_of amd64 spdx)")
}

# Both forms say the same, and every element is tied to the binary.
is_complete() {
  local architecture
  for architecture in amd64 arm64; do
    equal "$(jq --raw-output '.packages[1:][] | [.name, .versionInfo, .licenseConcluded, .externalRefs[0].referenceLocator] | @tsv' "$(sbom_of "$architecture" spdx)")" \
      "$(jq --raw-output '.components[] | [.name, .version, .licenses[0].expression, .purl] | @tsv' "$(sbom_of "$architecture" cdx)")"
    jq --exit-status '(.packages | length) == (.relationships | length) and all(.packages[]; .licenseConcluded != null)
      and ([.packages[].SPDXID] - [.relationships[].relatedSpdxElement] == [])' "$(sbom_of "$architecture" spdx)"
    jq --exit-status '[.components[]."bom-ref"] == .dependencies[0].dependsOn' "$(sbom_of "$architecture" cdx)"
    equal "$(jq --raw-output '.packages[0].checksums[0].checksumValue' "$(sbom_of "$architecture" spdx)")" \
      "$(tar --extract --to-stdout --file "$dist/kubectl-regcred_${version}_linux_$architecture.tar.gz" kubectl-regcred | sha256sum | cut -d ' ' -f 1)"
  done
}

brings_licenses() {
  contains "$(cat "$dist/THIRD-PARTY-NOTICES.txt")" $'\nopenssl (Apache-2.0)\n'
  contains "$(cat "$dist/THIRD-PARTY-NOTICES.txt")" 'Permission is hereby granted, free of charge'
}

# The statement names every file with its sum, the commit, and what was asked for.
tells_its_origin() {
  local statement=$dist/provenance.intoto.json
  equal "$(jq --raw-output '._type + " " + .predicateType' "$statement")" 'https://in-toto.io/Statement/v1 https://slsa.dev/provenance/v1'
  equal "$(jq --raw-output '.subject[] | select(.name | startswith("ghcr.io/") | not) | .digest.sha256 + "  " + .name' "$statement" | sort -k 2)" \
    "$(grep -v '  provenance.intoto.json$' "$dist/SHA256SUMS" | sort -k 2)"
  contains "$(jq --raw-output '.predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit' "$statement")" "$(git rev-parse HEAD)"
  equal "$(jq --raw-output '.predicate.buildDefinition.externalParameters.VERSION' "$statement")" "$version"
  contains "$(jq --raw-output '.predicate.buildDefinition.resolvedDependencies[].uri' "$statement")" 'pkg:deb/debian/clang-19@'
}

tells_changes() { equal "$(head -c 3 "$dist/RELEASE-NOTES.md")" '## '; }

papers_checks() {
  check 'the bills of materials list every library that the linker took, and headers as such' lists_what_is_linked
  check 'the bill of materials of amd64 has the versions that are installed' gives_versions_as_installed
  check 'SPDX and CycloneDX say the same, of this very binary' is_complete
  check 'the licences of what is linked are there' brings_licenses
  check 'the provenance names every file, the commit and the tools' tells_its_origin
  check 'the release notes are the section of the changelog' tells_changes
}
