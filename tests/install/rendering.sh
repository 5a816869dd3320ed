# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see chart_test.sh
#
# What Helm and kustomize would send to the API server, in one form: kustomize sorts the objects and their fields.

# normal NAME KUSTOMIZATION: prints the objects of $scratch/NAME.yaml so, after the patches in KUSTOMIZATION.
normal() {
  mkdir -p "$scratch/$1.normal"
  cp "$scratch/$1.yaml" "$scratch/$1.normal/all.yaml"
  printf 'resources: [all.yaml]\n%s\n' "$2" > "$scratch/$1.normal/kustomization.yaml"
  kubectl kustomize "$scratch/$1.normal"
}

# rendered ARGUMENT...: the chart, without the annotation that only Helm reads.
rendered() {
  helm template regcred deploy/helm --namespace regcred-system --kube-version 1.37.0 "$@" > "$scratch/rendered.yaml"
  normal rendered 'patches:
- target: {kind: CustomResourceDefinition}
  patch: |
    - {op: remove, path: /metadata/annotations}'
}

# kustomized: the CRD, and a kustomization on stdin in the folder that holds deploy/; without the Namespace, which Helm leaves to
# --create-namespace.
kustomized() {
  rm -rf "$scratch/user"
  mkdir "$scratch/user"
  ln -s "$repository/deploy" "$scratch/user/deploy"
  cat > "$scratch/user/kustomization.yaml"
  {
    cat crds/registrycredentials.yaml
    echo ---
    kubectl kustomize "$scratch/user"
  } > "$scratch/kustomized.yaml"
  # shellcheck disable=SC2016 # no expansion: kustomize's own word
  normal kustomized 'patches: [{patch: "{apiVersion: v1, kind: Namespace, metadata: {name: regcred-system}, $patch: delete}"}]'
}

# same KUSTOMIZATION HELM-ARGUMENT...: both ways make the same objects.
same() {
  kustomized <<< "$1" > "$scratch/by-kustomize"
  rendered "${@:2}" > "$scratch/by-helm"
  [ "$(grep -c '^kind: ' "$scratch/by-helm")" -gt 10 ]
  diff --unified "$scratch/by-kustomize" "$scratch/by-helm"
}

# overlay_of HEADING: the kustomization that deploy/README.md shows below it.
overlay_of() {
  awk -v heading="$1" '
    /^#+ / {inside = substr($0, index($0, " ") + 1) == heading}
    inside && $0 == "```yaml" {shown = 1; next}
    $0 == "```" {shown = 0}
    shown' deploy/README.md
}
