# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release_test.sh
#
# The programs: that of arm64, run by qemu; and as a plugin of kubectl.

arm64() { qemu-aarch64-static build/arm64/controller/regcred-controller "$@"; }

is_static() {
  local architecture binary
  for architecture in amd64 arm64; do
    binary=$scratch/$architecture
    tar --extract --to-stdout --file "$dist/kubectl-regcred_${version}_linux_$architecture.tar.gz" kubectl-regcred > "$binary"
    contains "$(readelf --file-header "$binary")" 'DYN (Position-Independent Executable file)'
    not contains "$(readelf --program-headers "$binary")" INTERP
    not contains "$(readelf --notes "$binary")" 'Build ID'
    contains "$(readelf --program-headers "$binary")" GNU_RELRO
  done
  contains "$(ldd "$scratch/amd64" 2>&1)" 'statically linked'
  contains "$(readelf --file-header "$scratch/arm64")" AArch64
}

says_its_version() {
  equal "$(arm64 --version)" "$(build/release/controller/regcred-controller --version)"
  equal "$(arm64 --help)" "$(build/release/controller/regcred-controller --help)"
}

# answer PATH: the API server's answer to a GET of it is what this reads.
answer() {
  local body
  body=$(cat)
  mkdir -p "$scratch/api/${1%/*}"
  printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" > "$scratch/api/$1"
}

# api_server PORT: answers with what is in files, over TLS.
api_server() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=api -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$scratch/api.key" -out "$scratch/api.crt" 2> /dev/null
  answer api/v1/namespaces/team-a/pods/web <<< '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "team-a", "uid": "1", "resourceVersion": "1"},
    "spec": {"serviceAccountName": "default", "imagePullSecrets": [{"name": "regcred"}],
      "containers": [{"name": "app", "image": "registry.example.com/team/app:1.2"}, {"name": "tool", "image": "quay.io/team/tool:3"}]}}'
  answer api/v1/namespaces/team-a/secrets/regcred <<< '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "regcred", "namespace": "team-a", "uid": "2", "resourceVersion": "2"},
    "type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson":
    "'"$(printf '{"auths": {"registry.example.com": {"username": "alice", "password": "CANARY-release"}}}' | base64 -w 0)"'"}}'
  cat > "$scratch/kubeconfig" << END
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:$1", certificate-authority: "$scratch/api.crt"}}]
users: [{name: u, user: {token: none}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
END
  (cd "$scratch/api" && exec openssl s_server -accept "127.0.0.1:$1" -cert "$scratch/api.crt" -key "$scratch/api.key" -HTTP -quiet) > "$scratch/api.log" 2>&1 &
  echo $! >> "$scratch/started"
}

# TLS, HTTP, JSON and the rules of the kubelet, with the words of the other architecture.
explains_on_arm64() {
  local program status
  api_server $((30000 + RANDOM % 10000))
  eventually 10 openssl s_client -connect "$(sed -n 's|.*https://\([^"]*\)".*|\1|p' "$scratch/kubeconfig")" < /dev/null
  for program in build/release/controller/regcred-controller arm64; do
    status=0
    KUBECONFIG=$scratch/kubeconfig "$program" explain pod team-a/web > "$scratch/explained.${program##*/}" || status=$?
    equal "$status" 1
  done
  contains "$(cat "$scratch/explained.arm64")" "user 'alice', entry registry.example.com of Secret regcred"
  contains "$(cat "$scratch/explained.arm64")" 'NO CREDENTIAL'
  not contains "$(cat "$scratch/explained.arm64")" CANARY
  diff "$scratch/explained.regcred-controller" "$scratch/explained.arm64"
}

is_a_plugin() {
  local programs
  programs=$(tests/cluster/cluster build 2> /dev/null | tail -n 1)
  mkdir -p "$scratch/plugin"
  tar --extract --file "$dist/kubectl-regcred_${version}_linux_amd64.tar.gz" --directory "$scratch/plugin"
  equal "$(ls "$scratch/plugin")" $'LICENSE\nTHIRD-PARTY-NOTICES.txt\nkubectl-regcred'
  PATH=$scratch/plugin:$programs:$PATH kubectl plugin list 2>&1 | grep -xF "$scratch/plugin/kubectl-regcred"
  PATH=$scratch/plugin:$programs:$PATH kubectl regcred explain pod --help | grep -F 'Usage: kubectl regcred explain pod'
}

# krew reads the manifest, and takes the archive only if its sum is right.
is_described_for_krew() {
  local architecture file
  contains "$(cat "$dist/regcred.yaml")" $'\n  version: v'"$version"$'\n'
  for architecture in amd64 arm64; do
    file=kubectl-regcred_${version}_linux_$architecture.tar.gz
    contains "$(grep --after-context 3 "arch: $architecture\$" "$dist/regcred.yaml")" "    uri: https://github.com/regcred/regcred/releases/download/v$version/$file
    sha256: $(sha256sum "$dist/$file" | cut -d ' ' -f 1)
    bin: $(tar --list --file "$dist/$file" | sed -n 1p)"
  done
}

programs_checks() {
  check 'the binaries are static, hardened, and without a build ID' is_static
  check 'the binary of arm64 says the same --version and --help' says_its_version
  check 'explain says the same on arm64' explains_on_arm64
  check "kubectl finds the plugin: 'kubectl regcred explain pod'" is_a_plugin
  check "the manifest for krew has each archive's address, sum and program" is_described_for_krew
}
