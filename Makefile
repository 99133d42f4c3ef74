# What people type. CMake presets do the work; build/<preset> holds what they make.
#
#   make demo                  play the walks on the embedded cluster, at full speed
#   make test                  everything that must hold before a change lands
#   make test FILTER=name      the tests whose name matches, in the dev build
#   make test ROOM=engine      one room's tests, building no more than they need (FILTER narrows it too)
#   make demo-k8s              the walk of document 003 on a real control plane, which is then yours until Ctrl-C
#   make e2e                   joiner controller on a real control plane, built once from its Go modules
#   make soak                  every scenario of tests/sim with 1,000 seeds
#   make fuzz [FUZZ_SECONDS=600] [FILTER=name]   fuzz targets with libFuzzer, each for that long
#   make bench [FILTER=name]   benchmarks, into build/bench.json
#   make lint, format, format-check, setup, build

.DELETE_ON_ERROR:
.PHONY: build setup demo demo-k8s test e2e soak check fuzz bench lint format format-check clean
.DEFAULT_GOAL := build

FILTER ?=
ROOM ?=
SOURCES = find src tests -name '*.h' -o -name '*.cc'
CTEST = ctest --parallel $$(nproc) --output-on-failure --no-tests=error

setup:
	@tools/setup

# Configures and builds one preset: $(call built,preset[,targets])
built = cmake --preset $(1) --log-level=WARNING >/dev/null && ninja -C build/$(1) $(2)

build: setup
	@$(call built,release,joiner)

demo: build
	@build/release/joiner demo --walk all

demo-k8s: build
	@KUBEBUILDER_ASSETS=$$(tools/e2e_assets) tools/demo_k8s

ifneq ($(ROOM),)
test: setup
	@$(call built,dev,$(ROOM)_test)
	@build/dev/$(ROOM)_test --gtest_brief=1 --gtest_filter='*$(FILTER)*'
else ifneq ($(FILTER),)
test: setup
	@$(call built,dev)
	@$(CTEST) --test-dir build/dev -R '$(FILTER)'
else
# The sanitized build holds every test; those that drive the program drive the release build, as users get it.
test: check
	@$(call built,release,joiner)
	@$(call built,asan)
	@build/release/joiner simulate tests/sim/*.toml --seeds 1..100
	@$(CTEST) --test-dir build/asan -LE control_plane
endif

e2e: setup
	@$(call built,release,joiner control_plane_test)
	@tools/e2e_assets >build/e2e-assets
	@KUBEBUILDER_ASSETS=$$(cat build/e2e-assets) ctest --test-dir build/release -L control_plane --output-on-failure

soak: build
	@build/release/joiner simulate tests/sim/*.toml --seeds 1..1000

# What needs no compiler, first: arrows, banned calls, orphaned tests, rules without a test, format.
check: setup format-check
	@python3 -B tools/tidy/tidy.py
	@python3 -B tools/rules.py

# Targets one after the other, each from its corpus and what earlier runs added to it.
FUZZ_SECONDS ?= 600
fuzz: setup
	@$(call built,fuzz,fuzz_all)
	@for target in tests/fuzz/*$(FILTER)*_fuzz.cc; do \
	  name=$$(basename $$target _fuzz.cc) && mkdir -p build/fuzz/corpus/$$name && \
	  echo "$$name: $(FUZZ_SECONDS) s" && \
	  build/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/$$name- \
	    build/fuzz/corpus/$$name tests/fuzz/corpus/$$name || exit 1; done

bench: setup
	@$(call built,release,joiner_bench)
	@build/release/joiner_bench --benchmark_filter='$(or $(FILTER),.)' \
	  --benchmark_out=build/bench.raw.json --benchmark_out_format=json
	@python3 -B tools/bench_rows.py build/bench.raw.json build/bench.json

lint: setup
	@$(call built,dev)
	@run-clang-tidy-19 -quiet -p build/dev '$(CURDIR)/(src|tests)/.*$(FILTER).*'

format: setup
	@$(SOURCES) | xargs -r clang-format-19 -i

format-check: setup
	@$(SOURCES) | xargs -r -P $$(nproc) -I FILE sh -c \
	  'clang-format-19 --dry-run -Werror FILE 2>/dev/null || { echo "FILE: [format] make format mends it"; exit 1; }'

clean:
	rm -rf build
