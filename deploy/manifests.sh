#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# manifests.sh [IMAGE]: writes build/manifests/install.yaml, one file for 'kubectl apply -f': the CRD and everything that
# deploy/kustomization.yaml names, with IMAGE (regcred-controller:dev) as the controller's image. kubectl comes from PATH, or else from
# the test cluster's programs, which are then built first. MANIFESTS names another folder of build/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly image=${1:-regcred-controller:dev}
readonly out=build/${MANIFESTS:-manifests}

die() {
  printf 'manifests: %s\n' "$*" >&2
  exit 1
}

# What kustomize calls the parts of the image: a tag comes after the last slash, a digest after '@'.
image_parts() {
  local name=${image%%@*} tag=
  [[ ${name##*/} != *:* ]] || { tag=${name##*:} name=${name%:*}; }
  if [[ $image == *@* ]]; then
    echo "{name: regcred-controller, newName: \"$name\", digest: \"${image#*@}\"}"
  elif [ -n "$tag" ]; then
    echo "{name: regcred-controller, newName: \"$name\", newTag: \"$tag\"}"
  else
    die "the image $image has neither a tag nor a digest. What to do: name one, such as $image:v1"
  fi
}

[[ $image =~ ^[A-Za-z0-9][A-Za-z0-9._/:@-]*$ ]] || die "'$image' is no image"
parts=$(image_parts)
kubectl=$(command -v kubectl) || kubectl=$(tests/cluster/cluster build)/kubectl
version=${REGCRED_VERSION:-$(sed -n 's/^project(regcred VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)}
rm -rf "$out"
mkdir -p "$out/input"
cat > "$out/input/kustomization.yaml" << YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../../crds/registrycredentials.yaml, ../../../deploy]
images: [$parts]
YAML
{
  printf '# regcred %s: the CRD and the controller, image %s\n' "$version" "$image"
  # The restrictor would refuse the CRD, which is outside the folder.
  "$kubectl" kustomize --load-restrictor LoadRestrictionsNone "$out/input"
} > "$out/install.yaml.new"
rm -r "$out/input"
mv "$out/install.yaml.new" "$out/install.yaml"
echo "manifests: $out/install.yaml, with the image $image" >&2
