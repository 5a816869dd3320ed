#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [CTEST-ARGUMENT...]: builds, starts two clusters of its own, in which integration tests run side by side, runs every
# test, and removes the clusters.
# The last lines are ctest's summary. For example: tests/run.sh -R reconcile
# TARGETS: what is built before, everything by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CLUSTER_NAME=${CLUSTER_NAME:-test}
readonly cluster=tests/cluster/cluster
"$cluster" check

mkdir -p build
if ! cmake -S . -B build/release -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DREGCRED_WERROR="$([ -n "${CI:-}" ] && echo ON || echo OFF)" \
  > build/release.configure.log 2>&1; then
  cat build/release.configure.log
  exit 1
fi
# shellcheck disable=SC2086 # a list of words
ninja -C build/release ${TARGETS:-}

second() { CLUSTER_NAME=$CLUSTER_NAME-2 "$cluster" "$1"; }
trap '"$cluster" down; second down' EXIT
second up &
"$cluster" up
wait $!
echo '{"version": {"major": 1, "minor": 0}, "local": [{"clusters": [{"id": "1"}, {"id": "2"}]}]}' > build/clusters.json
ctest --test-dir build/release --output-on-failure --no-tests=error --parallel "$(nproc)" \
  --resource-spec-file "$PWD/build/clusters.json" "$@"
