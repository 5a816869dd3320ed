# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# local: a Kubernetes of our own on this machine; current: the cluster of KUBECONFIG.
CLUSTER ?= local
FUZZ_SECONDS ?= 60
IMAGE ?= regcred-controller:dev
DIST ?= dist

# A warning is an error in CI; with another compiler than ours it is not.
cmake = cmake -S . -B build/$(1) -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DREGCRED_WERROR=$(if $(CI),ON,OFF) $(2) > build/$(1).configure.log 2>&1 || { cat build/$(1).configure.log; exit 1; }
cluster = tests/cluster/cluster

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

.PHONY: demo
demo: deps-demo build ## install what it needs, build, start a Kubernetes (or CLUSTER=current), show the main job
	@if [ "$(CLUSTER)" = local ]; then deploy/image/build.sh; fi
	@CLUSTER=$(CLUSTER) tests/demo/demo.sh

.PHONY: demo-down
demo-down: ## remove everything that 'make demo' started
	@CLUSTER=$(CLUSTER) tests/demo/demo.sh down

.PHONY: demo-picture
demo-picture: ## run the demo, and write from it the picture in README.md
	@mkdir -p build && $(MAKE) demo | tee build/demo.log
	@tests/demo/transcript.sh build/demo.log > tests/demo/transcript.txt
	@tests/demo/picture.sh tests/demo/transcript.txt > tests/demo/demo.svg

.PHONY: test
test: deps-test ## unit tests, and integration tests on a real API server; one summary at the end
	@tests/run.sh

.PHONY: compat
compat: deps-test ## the integration tests against another Kubernetes: VERSION=1.31, or 1.31.14
	@tests/compat.sh "$(VERSION)"

.PHONY: e2e
e2e: deps-test image ## the shipped image and manifests on a real node: a real kubelet pulls from real registries
	@ninja -C build/release e2e && tests/e2e/run.sh

.PHONY: tutorial
tutorial: deps-test image ## run deploy/tutorial/README.md and write what its commands print, also into its translations
	@tests/e2e/run.sh rewrite

# The loop of edit and test: no optimisation, and only what the edit reaches.
.PHONY: dev
dev: deps-build ## build what an edit needs, without optimisation, and run the unit tests that it reaches; TEST=net for one folder's
	@mkdir -p build && $(call cmake,dev,-DCMAKE_BUILD_TYPE=Dev) && ninja -C build/dev $(if $(TEST),check_$(TEST),regcred-controller check)

.PHONY: build
build: deps-build ## the binary: build/release/controller/regcred-controller
	@mkdir -p build && $(call cmake,release,-DCMAKE_BUILD_TYPE=RelWithDebInfo) && ninja -C build/release regcred-controller

.PHONY: arm64
arm64: deps-arm64 ## the binary for linux/arm64, cross-built: build/arm64/controller/regcred-controller
	@mkdir -p build && $(call cmake,arm64,--toolchain deploy/release/arm64.cmake -DCMAKE_BUILD_TYPE=RelWithDebInfo) && ninja -C build/arm64 regcred-controller

.PHONY: test-arm64
test-arm64: arm64 ## the unit tests of the cross-built arm64, run by qemu; everything is compiled for it
	@ninja -C build/arm64 -k 0 check

.PHONY: image
image: build ## the controller's image, named IMAGE (regcred-controller:dev): build/image/regcred-controller.tar
	@deploy/image/build.sh $(IMAGE)

.PHONY: manifests
manifests: ## one file for 'kubectl apply -f', build/manifests/install.yaml, with the controller's image as IMAGE
	@deploy/manifests.sh $(IMAGE)

.PHONY: chart
chart: ## write the templates of deploy/helm from the manifests of deploy/ and crds/
	@deploy/helm/generate.sh

# VERSION is the tag of this commit, or given; see deploy/release/README.md.
.PHONY: release
release: export REGCRED_VERSION = $(or $(VERSION),$(patsubst v%,%,$(shell git describe --tags --exact-match --match 'v[0-9]*' 2> /dev/null)))
release: deps-release build arm64 ## the files of a release for amd64 and arm64, in DIST (dist): VERSION=0.2.0, or the tag of this commit
	@deploy/release/release.sh $(DIST)

.PHONY: verify-release
verify-release: deps-release ## make the release in DIST (dist) again, and compare bit for bit
	@deploy/release/verify.sh $(DIST)

.PHONY: asan
asan: sanitized ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@ctest --test-dir build/asan -L unit --output-on-failure --no-tests=error -j "$$(nproc)"

.PHONY: fuzz
fuzz: sanitized ## every fuzz target for FUZZ_SECONDS (60), side by side, from the stored corpus
	@BUILD=build/asan tests/fuzz/run.sh $(FUZZ_SECONDS)

.PHONY: sanitized
sanitized: deps-build
	@mkdir -p build && $(call cmake,asan,-DCMAKE_BUILD_TYPE=Sanitized -DREGCRED_SANITIZE=ON) && ninja -C build/asan unit fuzzers

.PHONY: bench
bench: deps-test build ## measure speed, size and requests on a local cluster of its own
	@tests/bench/run.sh

.PHONY: format
format: deps-lint ## rewrite the sources with clang-format
	@git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs clang-format-19 -i

.PHONY: lint
lint: deps-lint deps-build ## clang-format, clang-tidy and shellcheck; every warning is an error
	@.ci/lint

.PHONY: cluster
cluster: deps-cluster ## start the local Kubernetes; 'tests/cluster/cluster --help' tells what to do with it
	@$(cluster) up

.PHONY: clean
clean: ## remove the build folder and every local cluster
	@if [ -x $(cluster) ]; then $(cluster) clean; fi
	@rm -rf build

# Packages; silent and quick where everything is there. What no package brings, Go, is asked for first.
.PHONY: deps-build deps-test deps-demo deps-cluster deps-arm64 deps-release deps-lint
deps-build:
	@tests/support/deps.sh build
deps-cluster:
	@$(cluster) check && tests/support/deps.sh cluster
deps-test:
	@$(cluster) check && tests/support/deps.sh build cluster node monitoring arm64 release
deps-demo:
	@if [ "$(CLUSTER)" = local ]; then $(cluster) check && tests/support/deps.sh build cluster node; else tests/support/deps.sh build; fi
deps-arm64:
	@tests/support/deps.sh build arm64 && deploy/release/sysroot.sh
deps-release:
	@tests/support/deps.sh build arm64 release
deps-lint:
	@tests/support/deps.sh lint
