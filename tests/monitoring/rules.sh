#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# rules.sh: the alerts of deploy/monitoring/prometheus-rule.yaml, with Prometheus' own tools: each is well-formed, fires when it should
# and not when it should not (rules_test.yaml), and has its section in deploy/monitoring/README.md.
# rules.sh rules: only prints the rules as Prometheus reads them, without the object around them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly rule=deploy/monitoring/prometheus-rule.yaml readme=deploy/monitoring/README.md test=tests/monitoring/rules_test.yaml

# What is below spec: is indented by two.
rules() { sed -n '/^spec:$/,$ { /^spec:$/d; s/^  //; p }' "$rule"; }

if [ "${1:-}" = rules ]; then
  rules
  exit
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
rules > "$folder/rules.yaml"
cp "$test" "$folder/"
promtool check rules --lint-fatal "$folder/rules.yaml"
(cd "$folder" && promtool test rules rules_test.yaml)

failed=0
fault() {
  echo "rules.sh: $*" >&2
  failed=1
}
mapfile -t alerts < <(sed -n 's/^ *- alert: //p' "$rule")
# GitHub makes the anchor of a heading from its text in lower case, without what is not a letter, a digit, '-' or ' '.
anchors=" $(sed -n 's/^#\{2,4\} //p' "$readme" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9\n-' | tr '\n' ' ') "
((${#alerts[@]} > 10)) || fault "only ${#alerts[@]} alerts found in $rule"
for alert in "${alerts[@]}"; do
  grep -q "alertname: $alert\$" "$test" || fault "$test does not test $alert"
  anchor=$(sed -n "/- alert: $alert\$/,/runbook:/ s/.*runbook: .*#//p" "$rule")
  [ -n "$anchor" ] || fault "$alert names no section of a runbook"
  [[ $anchors == *" $anchor "* ]] || fault "$readme has no section #$anchor for $alert"
done
exit "$failed"
