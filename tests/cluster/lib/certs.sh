# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
#
# Keys, certificates, tokens and kubeconfigs: one CA for servers and clients, valid for a week.

api_port=443 # as Pods expect it: the Service "kubernetes" leads to the same port here, with no kube-proxy
tokens='admin-token,token-admin,token-admin,system:masters
dev-token,dev,dev,developers
audit-me-token,audit-me,audit-me,system:masters'

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

# new_certificate FILE SUBJECT USAGE [NAMES]: FILE.key and FILE.crt, signed by the CA.
new_certificate() {
  new_key "$1"
  openssl req -new -key "$1.key" -subj "$2" |
    openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days 7 -out "$1.crt" -extfile <(
      printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n' "$3"
      [ -z "${4:-}" ] || printf 'subjectAltName=%s\n' "$4"
    ) 2> /dev/null
}

make_certificates() {
  local names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
  names+=,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$service_address,IP:$node_address
  mkdir "$folder/pki"
  (
    umask 077
    cd "$folder/pki" || exit
    new_key ca
    openssl req -x509 -new -key ca.key -sha256 -days 7 -subj /CN=regcred-test-ca -out ca.crt \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    new_certificate apiserver /CN=kube-apiserver serverAuth "$names"
    new_certificate admin /O=system:masters/CN=admin clientAuth
    new_certificate controller-manager /CN=system:kube-controller-manager clientAuth
    new_certificate scheduler /CN=system:kube-scheduler clientAuth
    new_certificate kubelet "/O=system:nodes/CN=system:node:$node_name" clientAuth
    new_certificate kubelet-server "/O=system:nodes/CN=system:node:$node_name" serverAuth "DNS:$node_name,IP:$node_address"
    openssl genrsa -out service-accounts.key 2048 2> /dev/null
    openssl rsa -in service-accounts.key -pubout -out service-accounts.pub 2> /dev/null
  )
}

# kubeconfig USER CREDENTIAL [NAMESPACE]: on stdout; CREDENTIAL is the user's entry in YAML's flow style.
kubeconfig() {
  cat << YAML
apiVersion: v1
kind: Config
clusters: [{name: $name, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority: "$folder/pki/ca.crt"}}]
users: [{name: "$1", user: $2}]
contexts: [{name: $name, context: {cluster: $name, user: "$1", namespace: ${3:-default}}}]
current-context: $name
YAML
}

make_kubeconfigs() {
  local user token
  printf '%s\n' "$tokens" > "$folder/tokens.csv"
  for user in admin controller-manager scheduler kubelet; do
    kubeconfig $user "{client-certificate: \"$folder/pki/$user.crt\", client-key: \"$folder/pki/$user.key\"}" > "$folder/$user.kubeconfig"
  done
  while IFS=, read -r token user _; do
    kubeconfig "$user" "{token: $token}" > "$folder/$user.kubeconfig"
  done <<< "$tokens"
}
