# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release.sh
#
# The software bill of materials of each binary, of components.sh's table: SPDX 2.3 and CycloneDX 1.5.

# sbom_values ARCHITECTURE: what both documents are made of. The purl is the one that vulnerability scanners look up: the package,
# and the source package that Debian's advisories name.
sbom_values() {
  jq --raw-input --null-input --arg version "$version" --arg architecture "$1" --arg repository "$repository" --arg created "$created" \
    --arg sha256 "$(sha256sum "$(binary "$1")" | cut -d ' ' -f 1)" '
    def purl: "pkg:deb/debian/\(.name | @uri)@\(.version | @uri)?arch=\(.architecture)&distro=debian-12&upstream=\(.source | @uri)%40\(.source_version | @uri)";
    {$version, $architecture, $repository, $created, $sha256,
      name: "regcred-controller",
      purl: "pkg:generic/regcred-controller@\($version)?arch=\($architecture)&os=linux",
      components: [inputs | split("\t") | {name: .[0], version: .[1], architecture: .[2], source: .[3], source_version: .[4], use: .[5], license: .[6]}
        | .purl = purl]}' "$work/components.$1.tsv"
}

spdx() {
  jq '
    def id: "SPDXRef-Package-" + (.name | gsub("[^A-Za-z0-9.-]"; "-"));
    . as $all | {
      spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT",
      name: "\(.name)-\(.version)-linux-\(.architecture)",
      documentNamespace: "\(.repository)/releases/download/v\(.version)/\(.name)_\(.version)_linux_\(.architecture).spdx.json#\(.sha256)",
      creationInfo: {created, creators: ["Organization: The regcred authors", "Tool: deploy/release/sbom.sh"]},
      packages: ([{
        SPDXID: id, name, versionInfo: .version, primaryPackagePurpose: "APPLICATION", supplier: "Organization: The regcred authors",
        downloadLocation: "git+\(.repository)@v\(.version)", filesAnalyzed: false,
        licenseConcluded: "Apache-2.0", licenseDeclared: "Apache-2.0", copyrightText: "The regcred authors",
        checksums: [{algorithm: "SHA256", checksumValue: .sha256}],
        externalRefs: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: .purl}]
      }] + [.components[] | {
        SPDXID: id, name, versionInfo: .version, primaryPackagePurpose: "LIBRARY", supplier: "Organization: Debian",
        downloadLocation: "NOASSERTION", filesAnalyzed: false,
        licenseConcluded: .license, licenseDeclared: .license, copyrightText: "NOASSERTION",
        comment: (if .use == "linked" then "linked statically; Debian source package " else "compiled in from its headers; Debian source package " end
          + "\(.source) \(.source_version)"),
        externalRefs: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: .purl}]
      }]),
      relationships: ([{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: id}]
        + [.components[] | {spdxElementId: ($all | id), relationshipType: (if .use == "linked" then "STATIC_LINK" else "CONTAINS" end), relatedSpdxElement: id}])
    }'
}

cyclonedx() {
  jq '{
    bomFormat: "CycloneDX", specVersion: "1.5",
    serialNumber: ("urn:uuid:" + (.sha256 | "\(.[0:8])-\(.[8:12])-5\(.[13:16])-8\(.[17:20])-\(.[20:32])")), version: 1,
    metadata: {
      timestamp: .created, tools: {components: [{type: "application", name: "deploy/release/sbom.sh", version}]},
      component: {type: "application", "bom-ref": .purl, name, version, purl,
        licenses: [{expression: "Apache-2.0"}], hashes: [{alg: "SHA-256", content: .sha256}]}
    },
    components: [.components[] | {
      type: "library", "bom-ref": .purl, supplier: {name: "Debian"}, name, version, licenses: [{expression: .license}], purl,
      properties: [{name: "regcred:use", value: .use}, {name: "debian:source", value: "\(.source) \(.source_version)"}]
    }],
    dependencies: [{ref: .purl, dependsOn: [.components[].purl]}]
  }'
}

write_sboms() {
  local architecture name
  for architecture in "${architectures[@]}"; do
    name=$dist/regcred-controller_${version}_linux_$architecture
    sbom_values "$architecture" > "$work/sbom.json"
    spdx < "$work/sbom.json" > "$name.spdx.json"
    cyclonedx < "$work/sbom.json" > "$name.cdx.json"
  done
}
