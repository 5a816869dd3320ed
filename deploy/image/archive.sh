#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# archive.sh FILE NAME:TAG ARCHITECTURE=BINARY...: writes the controller's image to FILE, an OCI archive; with several
# architectures, an archive of an index of them. Prints the digest of what NAME:TAG is. VERSION, REVISION and TIME (seconds since
# 1970) are in the environment.
#
# An image of one file is a tar and three JSON documents: writing them here needs no container tool, no root, and gives the same
# bits everywhere.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

readonly file=$1 name=$2
shift 2
readonly version=${VERSION:?} revision=${REVISION:?} time=${TIME:?}
readonly media=application/vnd.oci.image
readonly largest=$((10 << 20)) # bytes
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly layout=$scratch/layout
mkdir -p "$layout/blobs/sha256"

die() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

# pack DIRECTORY NAME...: a tar that says nothing of whose files they were.
pack() { tar --create --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" --directory "$@"; }

# add: stores what it reads, and prints its digest.
add() {
  local digest
  cat > "$scratch/blob"
  digest=$(sha256sum "$scratch/blob" | cut -d ' ' -f 1)
  mv "$scratch/blob" "$layout/blobs/sha256/$digest"
  echo "sha256:$digest"
}

# descriptor TYPE DIGEST [MORE]
descriptor() {
  printf '{"mediaType":"%s.%s","digest":"%s","size":%d%s}' "$media" "$1" "$2" "$(stat -c %s "$layout/blobs/${2/://}")" "${3:-}"
}

labels() {
  printf '{"org.opencontainers.image.title":"regcred-controller","org.opencontainers.image.description":"%s","org.opencontainers.image.licenses":"Apache-2.0","org.opencontainers.image.version":"%s","org.opencontainers.image.revision":"%s","org.opencontainers.image.created":"%s"}' \
    'Keeps a pull Secret in every namespace that a RegistryCredential selects' "$version" "$revision" "$created"
}

# add_image ARCHITECTURE BINARY: prints the digest of its manifest. Nothing but the binary; no shell, no library, and nobody's user.
add_image() {
  local architecture=$1 binary=$2 content layer config
  (($(stat -c %s "$binary") <= largest)) || die "$binary has more than the $largest bytes that an image may have"
  mkdir "$scratch/$architecture"
  install -m 0555 "$binary" "$scratch/$architecture/regcred-controller"
  pack "$scratch/$architecture" regcred-controller > "$scratch/layer"
  content=sha256:$(sha256sum "$scratch/layer" | cut -d ' ' -f 1)
  layer=$(gzip --best --no-name --stdout "$scratch/layer" | add)
  config=$(printf '{"created":"%s","architecture":"%s","os":"linux","config":{"User":"65534:65534","Entrypoint":["/regcred-controller"],"Labels":%s},"rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created":"%s","created_by":"deploy/image/archive.sh"}]}' \
    "$created" "$architecture" "$(labels)" "$content" "$created" | add)
  printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":%s,"layers":[%s],"annotations":%s}' \
    "$media" "$(descriptor config.v1+json "$config")" "$(descriptor layer.v1.tar+gzip "$layer")" "$(labels)" | add
  # What 'docker load' reads, of every age.
  printf '[{"Config":"blobs/%s","RepoTags":["%s"],"Layers":["blobs/%s"]}]' "${config/://}" "$name" "${layer/://}" > "$layout/manifest.json"
}

# What loads an archive wants the whole name: "x:dev" is "docker.io/library/x:dev" for Kubernetes.
whole_name() {
  case $name in
    *.*/* | *:*/* | localhost/*) echo "$name" ;;
    */*) echo "docker.io/$name" ;;
    *) echo "docker.io/library/$name" ;;
  esac
}

created=$(date --utc --date "@$time" +%Y-%m-%dT%H:%M:%SZ)
(($#)) || die 'no ARCHITECTURE=BINARY'
manifests=
for pair; do
  digest=$(add_image "${pair%%=*}" "${pair#*=}")
  manifests+=,$(descriptor manifest.v1+json "$digest" ",\"platform\":{\"architecture\":\"${pair%%=*}\",\"os\":\"linux\"}")
done
type=manifest.v1+json
if (($# > 1)); then
  type=index.v1+json
  rm "$layout/manifest.json" # which knows no architectures
  digest=$(printf '{"schemaVersion":2,"mediaType":"%s.%s","manifests":[%s],"annotations":%s}' "$media" "$type" "${manifests#,}" "$(labels)" | add)
fi
printf '{"schemaVersion":2,"mediaType":"%s.index.v1+json","manifests":[%s]}' "$media" \
  "$(descriptor "$type" "$digest" ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"$(whole_name)\",\"io.containerd.image.name\":\"$(whole_name)\"}")" > "$layout/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' > "$layout/oci-layout"
find "$layout" -type f -exec chmod 0644 {} +
find "$layout" -type d -exec chmod 0755 {} +
(cd "$layout" && pack . -- *) > "$file.new"
mv "$file.new" "$file"
echo "$digest"
