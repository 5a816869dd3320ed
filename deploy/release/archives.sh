# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release.sh
#
# What is applied to a cluster, and the plugin of kubectl.

# pack FILE DIRECTORY NAME...: a .tar.gz that says nothing of where, when and by whom.
pack() {
  local file=$1
  shift
  tar --create --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' --mtime="@$time" \
    --directory "$@" | gzip --best --no-name > "$file"
}

# By the kubectl of the test cluster, which is built of this commit too: another one may write the same in another order.
write_manifests() {
  local programs
  programs=$(tests/cluster/cluster build | tail -n 1)
  cat crds/*.yaml > "$dist/crds.yaml"
  PATH=$programs:$PATH MANIFESTS=release-manifests REGCRED_VERSION=$version make manifests IMAGE="$image:$version" >&2
  cp build/release-manifests/install.yaml "$dist/"
  grep -qF "image: $image:$version" "$dist/install.yaml" || die "'make manifests' did not put $image:$version into install.yaml"
}

# set_field FILE PATTERN TEXT: the one line that matches becomes TEXT.
set_field() {
  [ "$(grep -cE "$2" "$1")" = 1 ] || die "not one line of $1 is like '$2'"
  sed -i -E "s|$2.*|$3|" "$1"
}

# A chart is packed like this by 'helm package' too, except that that notes the time.
write_chart() {
  local name
  name=$(sed -n 's/^name: //p' deploy/helm/Chart.yaml)
  mkdir "$work/chart"
  cp -r deploy/helm "$work/chart/$name"
  find "$work/chart" -name '*.sh' -delete # what makes the chart is no part of it
  set_field "$work/chart/$name/Chart.yaml" '^version:' "version: $version"
  set_field "$work/chart/$name/Chart.yaml" '^appVersion:' "appVersion: \"$version\""
  set_field "$work/chart/$name/values.yaml" '^  repository:' "  repository: $image"
  set_field "$work/chart/$name/values.yaml" '^  tag:' "  tag: \"$version\""
  pack "$dist/$name-$version.tgz" "$work/chart" "$name"
}

# write_plugin ARCHITECTURE: prints its entry of the krew manifest.
write_plugin() {
  local file=kubectl-regcred_${version}_linux_$1.tar.gz folder=$work/plugin-$1
  mkdir "$folder"
  install -m 0755 "$(binary "$1")" "$folder/kubectl-regcred"
  cp LICENSE "$dist/THIRD-PARTY-NOTICES.txt" "$folder/"
  pack "$dist/$file" "$folder" kubectl-regcred LICENSE THIRD-PARTY-NOTICES.txt
  cat << END
  - selector:
      matchLabels:
        os: linux
        arch: $1
    uri: $repository/releases/download/v$version/$file
    sha256: $(sha256sum "$dist/$file" | cut -d ' ' -f 1)
    bin: kubectl-regcred
END
}

write_plugins() {
  local architecture
  cat > "$dist/regcred.yaml" << END
# For krew: kubectl krew install --manifest=regcred.yaml
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: regcred
spec:
  version: v$version
  homepage: $repository
  shortDescription: Show why a Pod cannot pull its images
  description: |
    'kubectl regcred explain pod NAME' shows for each image of a Pod the credentials that the
    kubelet tries, in its order, what is wrong and what to do. It only reads, with the rights of
    your kubeconfig, and prints no password. It does not need the controller of regcred.
  platforms:
END
  for architecture in "${architectures[@]}"; do write_plugin "$architecture"; done >> "$dist/regcred.yaml"
}
