# shellcheck shell=bash disable=SC2154 # root, here and work are run.sh's
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# The CRD as a user of kubectl meets it: what is refused and with which words, defaults, columns, explanations.

check_crd() {
  local out
  out=$(kubectl apply -f "$root/crds/" 2>&1) || true
  contains "crds/ can be applied as it is" customresourcedefinition.apiextensions.k8s.io/registrycredentials.regcred.dev "$out"
  succeeds "the CRD is established" kubectl wait --for=condition=Established --timeout=20s crd/registrycredentials.regcred.dev
  equal "its schema is structural and its names are free" "NamesAccepted=True Established=True " \
    "$(kubectl get crd registrycredentials.regcred.dev -o jsonpath='{range .status.conditions[*]}{.type}={.status} {end}')"
  eventually 20 kubectl get registrycredentials || fail "the API server serves registrycredentials" "not within 20 s"

  check_refused
  check_accepted
  check_columns
  check_explanations
}

# One kubectl for all the files, because its start costs more than the rest. It goes on after an error, and says for each
# file what it would say for that file alone. Fills answers: name of the file → what kubectl said.
apply_refused() {
  local line
  answers=()
  while IFS= read -r line; do
    if [[ $line =~ refused/([a-z0-9-]+)\.yaml\" || $line =~ /refused-([a-z0-9-]+)\  ]]; then answers[${BASH_REMATCH[1]}]=$line; fi
  done < <(kubectl apply -f "$here/refused/" 2>&1)
}

# count_complaints TEXT — sets count to the number of fields that the API server finds fault with.
count_complaints() {
  local rest=$1
  count=0
  while [[ $rest =~ spec[^\ ]*:\ (Invalid\ value|Required\ value|Unsupported\ value|Duplicate\ value|Too\ (long|many)|Forbidden): ]]; do
    count=$((count + 1))
    rest=${rest#*"${BASH_REMATCH[0]}"}
  done
}

# as_expected NAME — whether the file was refused for the reasons that it gives, and with one complaint only.
as_expected() {
  local line count
  [[ -n ${expected[$1]:-} && ${answers[$1]:-} == *"error when creating"* ]] || return 1
  while IFS= read -r line; do
    [[ ${answers[$1]} == *"$line"* ]] || return 1
  done <<< "${expected[$1]}"
  count_complaints "${answers[$1]}"
  ((count <= 1))
}

all_as_expected() {
  local name
  apply_refused
  for name in "${!expected[@]}"; do as_expected "$name" || return 1; done
}

check_refused() {
  local name line
  local -A expected=() answers=()
  for name in "$here"/refused/*.yaml; do
    name=${name##*/} name=${name%.yaml} expected[$name]=
    while IFS= read -r line && [[ $line == '# expect: '* ]]; do
      expected[$name]+=${expected[$name]:+$'\n'}${line#'# expect: '}
    done < "$here/refused/$name.yaml"
  done
  eventually 5 all_as_expected || true # a CRD that was changed just now takes effect a moment later
  while IFS= read -r name; do
    if as_expected "$name"; then
      pass "refused/$name: ${expected[$name]##*$'\n'}"
    else
      fail "refused/$name" "wanted: ${expected[$name]:-a line '# expect: ' in the file}"$'\n'"found:  ${answers[$name]:-nothing}"
    fi
  done < <(printf '%s\n' "${!expected[@]}" | sort)
  equal "no refused object exists" "" "$(kubectl get registrycredentials -o name | grep /refused- || true)"
}

# The lines '# expect: {.a.path} = value' of an accepted file say what the stored object must have, defaults included.
check_accepted() {
  local file name wanted paths values line
  kubectl apply -f "$here/accepted/" > "$work/accepted" 2>&1 || true
  for file in "$here"/accepted/*.yaml; do
    name=accepted-$(basename "$file" .yaml)
    paths='' values=''
    while IFS= read -r line; do
      paths+=${line%% = *}'{"\n"}'
      values+=${line#* = }$'\n'
    done < <(expectations "$file")
    wanted=${values%$'\n'}
    if grep -qE "/$name (created|configured|unchanged)$" "$work/accepted"; then
      equal "accepted/$(basename "$file" .yaml): ${wanted//$'\n'/, }" "$wanted" "$(kubectl get registrycredential "$name" -o jsonpath="$paths")"
    else
      fail "accepted/$(basename "$file" .yaml)" "$(grep -F "accepted/$(basename "$file")" "$work/accepted")"
    fi
  done
  contains "secretName may be changed" patched \
    "$(kubectl patch registrycredential accepted-docker-hub --type=merge -p '{"spec":{"secretName":"another"}}' 2>&1)"
}

check_columns() {
  local now status conditions
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  conditions='[{"type":"SourcesValid","status":"True","reason":"Valid","message":"","lastTransitionTime":"'$now'"},'
  conditions+='{"type":"Ready","status":"False","reason":"Conflict","message":"2 namespaces failed","lastTransitionTime":"'$now'"}]'
  status='{"status":{"observedGeneration":1,"summary":"118/120","registries":["ghcr.io","quay.io"],"registrySummary":"ghcr.io,quay.io",'
  status+='"namespaces":{"selected":120,"synced":118,"failed":2},"conditions":'$conditions','
  status+='"pullFailures":2,"affectedPods":[{"namespace":"team-a","pod":"web-1","secret":"regcred","reason":"Recovering","lastSeen":"'$now'"}],'
  status+='"failures":[{"namespace":"team-a","reason":"Conflict","message":"foreign Secret","since":"'$now'"}]}}'
  contains "a full status can be written through /status" patched \
    "$(kubectl patch registrycredential accepted-minimal --subresource=status --type=merge -p "$status" 2>&1)"
  equal "columns of kubectl get registrycredentials" \
    "NAME SECRET NAMESPACES READY PULL-FAILURES AGE accepted-minimal regcred 118/120 False 2 - " \
    "$(kubectl get registrycredentials accepted-minimal | tr -s ' \n' ' ' | sed 's/[0-9]*s $/- /')"
  equal "columns of kubectl get regcred -o wide" \
    "NAME SECRET NAMESPACES READY PULL-FAILURES REGISTRIES REASON MESSAGE AGE accepted-minimal regcred 118/120 False 2 ghcr.io,quay.io Conflict 2 namespaces failed - " \
    "$(kubectl get regcred accepted-minimal -o wide | tr -s ' \n' ' ' | sed 's/[0-9]*s $/- /')"
  contains "conditions are a map by type" 'Duplicate value: {"type":"Ready"}' \
    "$(kubectl patch registrycredential accepted-minimal --subresource=status --type=json \
      -p '[{"op":"add","path":"/status/conditions/-","value":{"type":"Ready","status":"True","reason":"Synced","message":"","lastTransitionTime":"'"$now"'"}}]' 2>&1 || true)"
  succeeds "kubectl wait understands the conditions" \
    kubectl wait --for=condition=Ready=False --timeout=5s registrycredential/accepted-minimal
  equal "status is not written with the object" 118/120 \
    "$(kubectl patch registrycredential accepted-minimal --type=merge -p '{"status":{"summary":"0/0"}}' -o jsonpath='{.status.summary}')"
}

# Every field of spec and status has words of its own: kubectl explain would show <no description>.
check_explanations() {
  local path out
  eventually 20 kubectl explain registrycredential.spec.namespaces.include || true
  for path in "" .spec .spec.sources .spec.sources.secretRef .spec.namespaces .spec.namespaces.selector \
    .spec.namespaces.selector.matchExpressions .spec.secretTemplate .status .status.namespaces .status.serviceAccounts .status.failures .status.affectedPods .status.conditions; do
    out=$(kubectl explain "registrycredential$path" 2>&1) || true
    if [[ $out == *DESCRIPTION:* ]]; then
      lacks "kubectl explain registrycredential$path" "<no description>" "$out"
    else
      fail "kubectl explain registrycredential$path" "$out"
    fi
  done
  contains "kubectl explain says how to select every namespace" '["*"] is every namespace' \
    "$(kubectl explain registrycredential.spec.namespaces.include | tr -s ' \n' ' ')"
}
