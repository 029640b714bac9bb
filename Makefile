# The short way in; everything here is a thin cover over CMake presets and tools/.

JOBS ?= $(shell nproc)
RELEASE := build/release

.PHONY: build docs demo test arm bench conformance lint format clean deps deps-test deps-dev
.DEFAULT_GOAL := build

build: deps
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target pare

# What is generated in docs/.
docs: build
	$(RELEASE)/pare inspect --ops --markdown >$(RELEASE)/operators.md
	mv $(RELEASE)/operators.md docs/operators.md

demo: build
	bash examples/meals/demo.sh

test: deps-test
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)
	tools/count-tests.sh $(RELEASE)

# The kernels for 64-bit ARM, cross-compiled and run under emulation.
arm: deps-test
	@tools/install-deps.sh arm
	tools/check-arm.sh

bench: deps-test
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target benchmarks
	tools/run-bench.sh $(RELEASE)

# make conformance SUITE=<folder of ONNX backend test cases>
conformance: deps
	@test -n "$(SUITE)" || { echo "usage: make conformance SUITE=<folder>" >&2; exit 64; }
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target pare_conformance
	$(RELEASE)/pare_conformance "$(SUITE)"

lint: deps-dev
	cmake --preset lint
	cmake --build --preset lint

format: deps-dev
	tools/lint.sh --fix-format

clean:
	rm -rf build

deps:
	@tools/install-deps.sh core
deps-test:
	@tools/install-deps.sh core test
deps-dev:
	@tools/install-deps.sh core test dev
