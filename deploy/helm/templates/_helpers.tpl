{{- /*
SPDX-FileCopyrightText: The regcred authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* The beginning of the names that do not begin with .Values.name. */ -}}
{{- define "regcred.stem" -}}
{{ trimSuffix "-controller" .Values.name }}
{{- end }}

{{- /* A list of texts in CEL. The schema admits no quotes in them. */ -}}
{{- define "regcred.cel" -}}
{{ if . }}['{{ join "', '" . }}']{{ else }}[]{{ end }}
{{- end }}

{{- define "regcred.protectedNamespaces" -}}
{{ include "regcred.cel" (append .Values.protectedNamespaces .Release.Namespace | uniq) }}
{{- end }}

{{- /*
Whom the admission policies apply to, after "system:serviceaccount:", as a regular expression. For the default name it is the
one of deploy/, which also matches a name with a prefix of kustomize. Another name may be part of other people's names.
*/ -}}
{{- define "regcred.user" -}}
{{ if eq .Values.name "regcred-controller" }}[^:]+:(.+-)?regcred-controller(-.+)?{{ else }}{{ .Release.Namespace }}:{{ .Values.name }}{{ end }}
{{- end }}

{{- define "regcred.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end }}

{{- /* What differs from the controller's own defaults. */ -}}
{{- define "regcred.flags" -}}
{{- $flags := list }}
{{- if and .Values.serviceAccounts (ne (join "," .Values.serviceAccounts) "default") }}
{{- $flags = append $flags (printf "--service-accounts=%s" (join "," .Values.serviceAccounts)) }}
{{- end }}
{{- if ne (int .Values.maxDocumentBytes) 524288 }}
{{- $flags = append $flags (printf "--max-document-bytes=%d" (int .Values.maxDocumentBytes)) }}
{{- end }}
{{- if eq (int .Values.replicas) 1 }}
{{- $flags = append $flags "--leader-elect=false" }}
{{- end }}
{{- range $flag, $value := .Values.flags }}
{{- $flags = append $flags (printf "--%s=%v" $flag $value) }}
{{- end }}
{{- with $flags }}
{{- toYaml . }}
{{- end }}
{{- end }}
