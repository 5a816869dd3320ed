# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# FailedToRetrieveImagePullSecret, from the real kubelet's own events: what the RegistryCredential tells of them.

# told FIELD: of the condition, by JSONPath.
told() { kubectl get registrycredential private-images --output "jsonpath={.status.conditions[?(@.type==\"FailedToRetrieveImagePullSecret\")].$1}"; }
tells() { eventually 120 reason_is "$1"; }
reason_is() { [ "$(told reason)" = "$1" ]; }
affected() { kubectl get registrycredential private-images --output 'jsonpath={range .status.affectedPods[*]}{.namespace}/{.pod} {.reason}{"\n"}{end}'; }
affected_are() { [ "$(affected)" = "$1" ]; }
has_event() { # NAMESPACE POD
  [ -n "$(kubectl --namespace "$1" get events --output name --field-selector "reason=FailedToRetrieveImagePullSecret,involvedObject.name=$2")" ]
}

# A Pod of an earlier part that runs by now may be remembered until it is looked at again.
no_failures_at_first() {
  tells NoFailures
  equal "$(told status)" False
  equal "$(affected)" ''
}

not_selected_is_told() {
  namespace outside
  pod outside web registry.example.com/team/app:v1
  pod outside other registry.example.com/team/app:v1
  tells NamespaceNotSelected
  equal "$(told status)" True
  contains "$(told message)" 'outside'
  contains "$(told message)" 'spec.namespaces.include'
  eventually 120 affected_are $'outside/other NamespaceNotSelected\noutside/web NamespaceNotSelected'
  contains "$(kubectl get registrycredentials private-images)" PULL-FAILURES
  equal "$(kubectl get registrycredential private-images --output 'jsonpath={.status.pullFailures}')" 2
  contains "$(kubectl describe registrycredential private-images)" 'outside'
}

# Pods that fail in a namespace that is not selected do not affect Ready.
it_stays_ready() { kubectl wait registrycredential private-images --for condition=Ready --timeout 30s; }

deleted_pod_is_forgotten() {
  kubectl --namespace outside delete pod other
  eventually 120 affected_are 'outside/web NamespaceNotSelected'
}

selecting_it_heals() {
  kubectl patch registrycredential private-images --type merge --patch '{"spec": {"namespaces": {"include": ["app-*", "outside"]}}}'
  runs outside web
  tells NoFailures
  equal "$(affected)" ''
}

# A Secret that cannot be created: the quota of its namespace is used up.
missing_is_told_and_heals() {
  namespace app-full
  eventually 30 kubectl --namespace app-full get secret regcred
  kubectl --namespace app-full create quota none --hard secrets=0
  eventually 30 kubectl --namespace app-full wait quota none --for 'jsonpath={.status.used.secrets}=1' --timeout 1s
  kubectl --namespace app-full delete secret regcred
  pod app-full web registry.example.com/team/app:v1 regcred
  tells SecretMissing
  contains "$(affected)" 'app-full/web SecretMissing'
  kubectl --namespace app-full delete quota none
  runs app-full web
  tells NoFailures
}

several_names_in_one_message() {
  namespace nobody
  kubectl --namespace nobody run web --image registry.example.com/team/app:v1 \
    --overrides '{"spec": {"imagePullSecrets": [{"name": "first"}, {"name": "regcred"}, {"name": "third"}]}}'
  eventually 120 has_event nobody web
  contains "$(kubectl --namespace nobody get events --field-selector reason=FailedToRetrieveImagePullSecret)" '(first, regcred, third)'
  tells NamespaceNotSelected
  equal "$(affected)" 'nobody/web NamespaceNotSelected'
  kubectl --namespace nobody delete pod web
  tells NoFailures
}

# Kubelets before 1.37 write this Event for healthy Pods too (kubernetes/kubernetes#128544); this one does not, so the test writes it.
older_kubelet_says() { # NAMESPACE POD
  kubectl create --filename - << YAML
apiVersion: v1
kind: Event
metadata: {name: $2.said, namespace: $1}
type: Warning
reason: FailedToRetrieveImagePullSecret
message: Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.
involvedObject: {apiVersion: v1, kind: Pod, namespace: $1, name: $2, uid: $(kubectl --namespace "$1" get pod "$2" --output 'jsonpath={.metadata.uid}')}
source: {component: kubelet, host: node-1}
count: 1
firstTimestamp: $(date --utc +%FT%TZ)
lastTimestamp: $(date --utc +%FT%TZ)
YAML
}

healthy_pod_is_no_failure() {
  pod nobody healthy app:v1
  runs nobody healthy
  older_kubelet_says nobody healthy
  # The controller looks at the healthy Pod first: its Event is older. So once the failing Pod is reported, both were looked at.
  pod nobody failing registry.example.com/team/app:v1
  tells NamespaceNotSelected
  eventually 120 affected_are 'nobody/failing NamespaceNotSelected'
  kubectl --namespace nobody delete pod failing healthy
  tells NoFailures
}

failures_checks() {
  check 'a RegistryCredential is declared, and Ready' is_declared
  check 'without failures the condition has the reason NoFailures' no_failures_at_first
  check 'failing Pods in a namespace that is not selected are reported, with what would select it' not_selected_is_told
  check 'Ready does not depend on them' it_stays_ready
  check 'a deleted Pod is no longer reported' deleted_pod_is_forgotten
  check 'once the namespace is selected the Pods pull, and NoFailures is reported' selecting_it_heals
  check 'a missing Secret is reported until it exists' missing_is_told_and_heals
  check 'one of several names in the message is enough' several_names_in_one_message
  check 'a running Pod does not count as failing, even if the kubelet writes the Event' healthy_pod_is_no_failure
  check 'the copies go with the object' goes_with_its_object
}
