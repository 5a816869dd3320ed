# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# Two private registries, under the names that people use, and the images in them. Nothing here is reached from outside, nor
# reaches out: containerd is told that these names are servers inside the network namespace.
#
#   registry.example.com, registry.example.com:5000   asks for a password (htpasswd)
#   docker.io, token.example.com                      asks for a token, which a password buys (as Docker Hub does)

registry_address=127.0.0.1:80
hub_address=127.0.0.1:5001
tokens_address=127.0.0.1:5002
pause_image=localhost/pause:test

# Users of both: name, password, and whose repositories the token server lets them pull. Only "pusher" may write everywhere.
registry_users='pusher pusher-password *
alice alice-password team
bob bob-password acme
hub-user hub-password acme'

# docker-registry knows bcrypt alone; perl is on every Debian, and its crypt() does that.
write_password_file() {
  local name password
  while read -r name password _; do
    # shellcheck disable=SC2016 # perl's variables
    perl -e 'print "$ARGV[0]:", crypt($ARGV[1], q($2y$05$regcred.test.regcred.te)), "\n"' "$name" "$password"
  done <<< "$registry_users" > "$folder/node/registry/htpasswd"
}

# Official images are anybody's, with a username or without.
write_token_users() {
  local name password team separator='' official='"library/*": ["pull"]'
  {
    printf '{"": {"repositories": {%s}}' "$official"
    while read -r name password team; do
      case $team in
        '*') printf ',\n "%s": {"password": "%s", "repositories": {"*/*": ["pull", "push"], "*/*/*": ["pull", "push"]}}' "$name" "$password" ;;
        *) printf ',\n "%s": {"password": "%s", "repositories": {%s, "%s/*": ["pull"], "%s/*/*": ["pull"]}}' "$name" "$password" "$official" "$team" "$team" ;;
      esac
    done <<< "$registry_users"
    printf '}\n'
  } > "$folder/node/hub/users.json"
}

# write_registry NAME ADDRESS AUTH: the configuration of one. Its log is one JSON object a line; below "debug" it does not say who
# was let in.
write_registry() {
  cat > "$folder/node/$1/config.yml" << YAML
version: 0.1
log: {level: debug, formatter: json, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$folder/node/$1/data"}}
http: {addr: "$2"}
auth: $3
YAML
}

# write_hosts NAME ADDRESS: containerd finds the registry NAME at ADDRESS.
write_hosts() {
  mkdir -p "$folder/node/hosts/$1"
  printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$2" "$2" > "$folder/node/hosts/$1/hosts.toml"
}

make_registries() {
  mkdir -p "$folder/node/registry" "$folder/node/hub"
  write_password_file
  write_token_users
  write_registry registry $registry_address "{htpasswd: {realm: registry.example.com, path: \"$folder/node/registry/htpasswd\"}}"
  write_registry hub $hub_address "{token: {realm: \"http://$tokens_address/token\", service: regcred-test, issuer: regcred-test,
  rootcertbundle: \"$folder/node/hub/tokens.crt\"}}"
  write_hosts registry.example.com $registry_address
  write_hosts registry.example.com:5000 $registry_address
  write_hosts docker.io $hub_address
  write_hosts token.example.com $hub_address
}

launch_registry() { launch registry docker-registry serve "$folder/node/registry/config.yml"; }
launch_hub() { launch hub docker-registry serve "$folder/node/hub/config.yml"; }
launch_hub-tokens() {
  launch hub-tokens "$folder/bin/registry-tokens" -listen $tokens_address -users "$folder/node/hub/users.json" \
    -certificate "$folder/node/hub/tokens.crt"
}

answers() { inside curl -s -o /dev/null --noproxy '*' --max-time 10 "http://$1"; }
registry_is_ready() { answers $registry_address/v2/; }
hub_is_ready() { answers $hub_address/v2/; }
hub-tokens_is_ready() { answers $tokens_address/; }

with_images() { inside buildah --root "$folder/node/images" --runroot "$folder/node/images.run" --storage-driver vfs "$@"; }

# One image is the pause image and the application: a busybox that says a word and waits to be ended.
make_image() {
  local container program root=$folder/node/root
  mkdir -p "$root/bin"
  cp "$(command -v busybox)" "$root/bin/"
  for program in sh sleep cat echo ls env; do ln -sf busybox "$root/bin/$program"; done
  # Debian has it in two packages, and one is not static.
  { ldd "$root/bin/busybox" 2> /dev/null | grep -o '/[^ ]*' || true; } | xargs -r -I{} cp -L --parents {} "$root"
  container=$(with_images from scratch)
  with_images copy --quiet "$container" "$root" / > /dev/null
  with_images config --env PATH=/bin --entrypoint '["/bin/sh", "-c"]' \
    --cmd '["trap \"exit 0\" TERM INT; echo A private image runs.; while :; do sleep 1 & wait $!; done"]' "$container"
  with_images commit --quiet --rm "$container" app > /dev/null
}

# The same image under several names in both registries; their layers are sent once.
push_images() {
  local address repository
  for address in $registry_address $hub_address; do
    for repository in team/app team/sub/app acme/app library/app; do
      with_images push --quiet --tls-verify=false --creds pusher:pusher-password app "docker://$address/$repository:v1"
    done
  done
}

# import_image ARCHIVE: an OCI or Docker archive, under the name that it has, to the node: as 'minikube image load' does.
import_image() { in_node ctr --namespace k8s.io images import "$1" > /dev/null; }

import_pause_image() {
  with_images push --quiet app "oci-archive:$folder/node/pause.tar:$pause_image"
  import_image "$folder/node/pause.tar"
  rm "$folder/node/pause.tar"
}
