# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Completes the flags that regcred-controller itself lists.

_regcred_controller() {
  local help=() word=$2 previous=$3
  COMPREPLY=()
  case $previous in
    --kubeconfig)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$word") && return ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'json text' -- "$word") && return ;;
    --deletion-guard) mapfile -t COMPREPLY < <(compgen -W 'confirm approve' -- "$word") && return ;;
    --leader-elect) mapfile -t COMPREPLY < <(compgen -W 'true false' -- "$word") && return ;;
  esac
  if [ "${COMP_WORDS[1]}" = explain ] && [ "$COMP_CWORD" -gt 1 ]; then
    help=(explain pod)
    if [ "$COMP_CWORD" = 2 ]; then
      mapfile -t COMPREPLY < <(compgen -W pod -- "$word")
      return
    fi
  elif [ "$COMP_CWORD" = 1 ] && [[ $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W explain -- "$word")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$("$1" "${help[@]}" --help 2> /dev/null | grep -oE '^  (-[a-z],)?--[a-z-]+' | grep -oE -- '--.*')" -- "$word")
}
complete -F _regcred_controller regcred-controller
