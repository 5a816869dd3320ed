# shellcheck shell=bash disable=SC2154 # root, work and namespace are run.sh's
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# deploy/ as an administrator meets it: that it installs, hardened, and that its README tells the truth.

check_deploy() {
  local out
  out=$(kubectl apply -k "$root/deploy" 2>&1) || true
  contains "deploy/ can be applied with -k" deployment.apps/regcred-controller "$out"
  lacks "nothing in it is refused" rror "$out"
  lacks "nothing in it gets a warning, Pod Security's included" arning "$out"
  equal "applying it again changes nothing" "" "$(kubectl apply -k "$root/deploy" 2>&1 | grep -v 'unchanged$' || true)"
  contains "regcred-system accepts restricted Pods only" 'violates PodSecurity "restricted' \
    "$(kubectl run privileged -n regcred-system --image=none --privileged --dry-run=server 2>&1 || true)"
  contains "the controller is told the allowed names" '"--secret-names=regcred"' \
    "$(kubectl get deployment -n regcred-system regcred-controller -o jsonpath='{.spec.template.spec.containers[0].args}')"
  check_pod
  check_tenant
  succeeds "deploy/samples/ is accepted" kubectl apply --dry-run=server -f "$root/deploy/samples/"
}

# The Deployment's Pod, made by hand: the test cluster need not run Deployments. Its token must be short-lived; one of 3607
# seconds, as the automatic mount asks for, would be good for a year.
check_pod() {
  local deployment=(kubectl get deployment -n regcred-system regcred-controller -o) seconds uid claims
  touch "$work/pod"
  uid=$(printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"regcred-system"},"spec":%s}' \
    "$namespace" "$("${deployment[@]}" 'jsonpath={.spec.template.spec}')" | kubectl create -f - -o jsonpath='{.metadata.uid}' 2>&1) || true
  if [[ ! $uid =~ ^[-0-9a-f]{36}$ ]]; then
    fail "the Deployment's Pod is admitted" "$uid"
    return
  fi
  pass "the Deployment's Pod is admitted"
  seconds=$("${deployment[@]}" 'jsonpath={.spec.template.spec.volumes[*].projected.sources[*].serviceAccountToken.expirationSeconds}')
  printf '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":%s,"boundObjectRef":%s}}' \
    "$seconds" '{"apiVersion":"v1","kind":"Pod","name":"'"$namespace"'","uid":"'"$uid"'"}' > "$work/token-request"
  claims=$(kubectl create --raw /api/v1/namespaces/regcred-system/serviceaccounts/regcred-controller/token -f "$work/token-request" |
    sed 's/.*"token": *"[^.]*\.\([^.]*\)\..*/\1/' | tr -d '\n' | tr '_-' '/+' | base64 -d 2> /dev/null || true)
  if [[ $claims =~ \"exp\":([0-9]+).*\"iat\":([0-9]+) ]] && ((BASH_REMATCH[1] - BASH_REMATCH[2] <= 3600)); then
    pass "its token is good for an hour at most"
  else
    fail "its token is good for an hour at most" "expirationSeconds: $seconds, claims: $claims"
  fi
}

# Who administers a namespace has no part in a cluster-scoped object that hands out credentials.
check_tenant() {
  local verb
  needs kubectl create namespace "$namespace"
  needs kubectl create rolebinding -n "$namespace" tenant --clusterrole=admin --user=tenant
  eventually 20 kubectl auth can-i -q create secrets -n "$namespace" --as=tenant || fail "the tenant's role works" "not within 20 s"
  for verb in get create patch delete; do
    equal "the admin of a namespace may not $verb registrycredentials" no \
      "$(kubectl auth can-i "$verb" registrycredentials --as=tenant 2> /dev/null || true)"
  done
}

# apply_overlay FROM TO — the overlay in deploy/README.md between two headings, word for word.
apply_overlay() {
  mkdir -p "$work/overlay"
  ln -sfn "$root/deploy" "$work/overlay/deploy"
  # shellcheck disable=SC2016 # the back-ticks are Markdown's
  sed -n "/^## $1\$/,/^## $2/p" "$root/deploy/README.md" |
    sed -n '/^```yaml$/,/^```$/{/^```/!p}' > "$work/overlay/kustomization.yaml"
  kubectl apply -k "$work/overlay" 2>&1
}
