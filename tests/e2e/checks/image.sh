# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# The image: what is in it, and that it can be made again.

config() { skopeo inspect --config "oci-archive:$archive"; }
digest() { skopeo inspect --format '{{.Digest}}' "oci-archive:$archive"; }

holds_one_file() {
  local layers
  layers=$(skopeo inspect --format '{{range .Layers}}{{.}}{{end}}' "oci-archive:$archive")
  tar --extract --to-stdout --file "$archive" "blobs/${layers/:/\/}" > "$scratch/layer"
  equal "$(tar --list --gzip --verbose --file "$scratch/layer" | awk '{print $1, $2, $6}')" '-r-xr-xr-x 0/0 regcred-controller'
}

is_labelled() {
  contains "$(config)" '"org.opencontainers.image.title": "regcred-controller"'
  contains "$(config)" "\"org.opencontainers.image.revision\": \"$(git rev-parse HEAD)"
  contains "$(config)" '"User": "65534:65534"'
}

is_made_again() {
  local before
  before=$(digest)
  deploy/image/build.sh
  equal "$(digest)" "$before"
}

is_static_and_placeless() {
  local binary=build/image/regcred-controller
  contains "$(readelf --file-header "$binary")" 'DYN (Position-Independent Executable file)'
  not contains "$(readelf --program-headers "$binary")" INTERP
  contains "$(readelf --program-headers "$binary")" GNU_RELRO # which a strip can lose
  not grep -qaF "$repository" "$binary"
  not contains "$(readelf --notes "$binary")" 'Build ID'  # a hash over what names the folder
}

image_checks() {
  check 'the image holds the binary and nothing else' holds_one_file
  check 'the image is labelled, and runs as nobody' is_labelled
  check 'the image made again is the same' is_made_again
  check 'the binary is static, and does not say where it was built' is_static_and_placeless
}
