# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release_test.sh
#
# The images of both architectures, and the index of them.

archive_of() { echo "$dist/regcred-controller_${version}_linux_$1.oci.tar"; }

index_archive() { echo "$dist/regcred-controller_$version.oci.tar"; }

# blob ARCHIVE DIGEST
blob() { tar --extract --to-stdout --file "$1" "blobs/${2/://}"; }

# digest ARCHIVE: of the image, or of the index.
digest() { tar --extract --to-stdout --file "$1" index.json | jq --raw-output '.manifests[0].digest'; }

names_its_platform() {
  local architecture config
  for architecture in amd64 arm64; do
    config=$(skopeo inspect --override-arch "$architecture" --config "oci-archive:$(archive_of "$architecture")")
    equal "$(jq --raw-output '.architecture + " " + .os + " " + .config.User' <<< "$config")" "$architecture linux 65534:65534"
    equal "$(jq --raw-output '.config.Labels["org.opencontainers.image.version"]' <<< "$config")" "$version"
  done
}

holds_the_binary() {
  local architecture manifest
  for architecture in amd64 arm64; do
    manifest=$(blob "$(archive_of "$architecture")" "$(digest "$(archive_of "$architecture")")")
    blob "$(archive_of "$architecture")" "$(jq --raw-output '.layers[].digest' <<< "$manifest")" > "$scratch/layer"
    equal "$(tar --list --gzip --verbose --file "$scratch/layer" | awk '{print $1, $2, $6}')" '-r-xr-xr-x 0/0 regcred-controller'
    tar --extract --gzip --to-stdout --file "$scratch/layer" > "$scratch/in-image"
    tar --extract --to-stdout --file "$dist/kubectl-regcred_${version}_linux_$architecture.tar.gz" kubectl-regcred | cmp - "$scratch/in-image"
  done
}

indexes_both() {
  local index
  index=$(blob "$(index_archive)" "$(digest "$(index_archive)")")
  equal "$(jq --raw-output '.manifests[] | .platform.os + "/" + .platform.architecture + " " + .digest' <<< "$index")" \
    "linux/amd64 $(digest "$(archive_of amd64)")
linux/arm64 $(digest "$(archive_of arm64)")"
}

# Every blob is what its name says, and of the size that its descriptor says.
is_consistent() {
  local digest size
  mkdir "$scratch/layout"
  tar --extract --file "$(index_archive)" --directory "$scratch/layout"
  (cd "$scratch/layout/blobs/sha256" && for digest in *; do echo "$digest  $digest"; done | sha256sum --check --quiet)
  cat "$scratch/layout/index.json" "$scratch"/layout/blobs/sha256/* | grep -aoE '"digest":"sha256:[0-9a-f]{64}","size":[0-9]+' |
    tr -d '"' | sed 's/^digest:sha256:\(.*\),size:/\1 /' > "$scratch/descriptors"
  while read -r digest size; do equal "$(stat -c %s "$scratch/layout/blobs/sha256/$digest")" "$size"; done < "$scratch/descriptors"
  equal "$(wc -l < "$scratch/descriptors")" "$(find "$scratch/layout/blobs" -type f | wc -l)"
}

# registry: one for the checks, on a free port of this machine.
registry() {
  cat > "$scratch/registry.yaml" << END
version: 0.1
storage: {filesystem: {rootdirectory: $scratch/registry}}
http: {addr: "127.0.0.1:$1"}
END
  exec docker-registry serve "$scratch/registry.yaml"
}

is_pushed_and_pulled() {
  local port=$((20000 + RANDOM % 10000)) architecture image
  image=docker://127.0.0.1:$port/regcred-controller:$version
  registry "$port" > "$scratch/registry.log" 2>&1 &
  echo $! >> "$scratch/started"
  eventually 20 curl --silent --fail --noproxy '*' "http://127.0.0.1:$port/v2/"
  skopeo copy --quiet --all --dest-tls-verify=false "oci-archive:$(index_archive)" "$image"
  for architecture in amd64 arm64; do
    equal "$(skopeo inspect --tls-verify=false --override-arch "$architecture" --format '{{.Architecture}}' "$image")" "$architecture"
  done
  # The digest that the provenance names is the one that a registry tells.
  equal "$(skopeo inspect --tls-verify=false --raw "$image" | sha256sum | cut -d ' ' -f 1)" \
    "$(jq --raw-output '.subject[] | select(.name | startswith("ghcr.io/")) | .digest.sha256' "$dist/provenance.intoto.json")"
}

images_checks() {
  check 'the image of each architecture says for which it is, and its version' names_its_platform
  check 'an image holds the binary of the plugin, and nothing else' holds_the_binary
  check 'the index has the images of both architectures' indexes_both
  check 'every blob of the index has the digest and the size that are said of it' is_consistent
  check 'a registry takes the index as it is, and gives each architecture its image' is_pushed_and_pulled
}
