# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see run.sh
#
# What is in C++: build/release/tests/e2e/e2e.

# e2e FILE: the test cases of that file.
e2e() {
  E2E_REGISTRY_HOSTS=$repository/build/cluster/$CLUSTER_NAME/node/hosts cluster exec \
    build/release/tests/e2e/e2e --source-file="*/$1" --no-skip
}

keyring() { e2e keyring_test.cpp; }

handover() { e2e handover_test.cpp > "$scratch/handover" || { cat "$scratch/handover" && return 1; }; }

handover_checks() {
  check 'a controller takes over from another that ends or is killed' handover
  sed -n 's/^[a-z]*: .* slowest/      &/p' "$scratch/handover"
}

keyring_checks() { check 'the kubelet tries what the table of pulls says, which explain is tested with' keyring; }
