// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0

// verdict says what a GitOps tool thinks of an object, which it reads as JSON:
//
//	verdict kstatus      by the library of Flux and Helm
//	verdict argocd FILE  by the health check in FILE, a ConfigMap argocd-cm, in the Lua that Argo CD has
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func main() {
	verdict, err := run(os.Args[1:], os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "verdict:", err)
		os.Exit(1)
	}
	fmt.Println(verdict)
}

func run(arguments []string, input io.Reader) (string, error) {
	text, err := io.ReadAll(input)
	if err != nil {
		return "", err
	}
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(text); err != nil {
		return "", err
	}
	switch {
	case len(arguments) == 1 && arguments[0] == "kstatus":
		return kstatus(&object)
	case len(arguments) == 2 && arguments[0] == "argocd":
		return argocd(&object, arguments[1])
	}
	return "", fmt.Errorf("usage: verdict kstatus | argocd FILE")
}

func kstatus(object *unstructured.Unstructured) (string, error) {
	result, err := status.Compute(object)
	if err != nil {
		return "", err
	}
	return string(result.Status), nil
}

func argocd(object *unstructured.Unstructured, file string) (string, error) {
	script, err := healthCheck(file, object)
	if err != nil {
		return "", err
	}
	state := lua.NewState()
	defer state.Close()
	state.SetGlobal("obj", toLua(state, object.Object))
	if err := state.DoString(script); err != nil {
		return "", err
	}
	answer, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return "", fmt.Errorf("the health check returned no table")
	}
	return answer.RawGetString("status").String(), nil
}

// The script that Argo CD would take for the object: by its group and kind.
func healthCheck(file string, object *unstructured.Unstructured) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var configMap struct{ Data map[string]string }
	if err := yaml.Unmarshal(text, &configMap); err != nil {
		return "", err
	}
	kind := object.GroupVersionKind()
	key := fmt.Sprintf("resource.customizations.health.%s_%s", kind.Group, kind.Kind)
	script, ok := configMap.Data[key]
	if !ok {
		return "", fmt.Errorf("%s has no %s", file, key)
	}
	return script, nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, element := range value {
			table.Append(toLua(state, element))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, element := range value {
			table.RawSetString(key, toLua(state, element))
		}
		return table
	}
	return lua.LNil
}
