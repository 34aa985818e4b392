# Targets of tests/simulation.
SEEDS ?= 1..20000
.PHONY: simulate
simulate: packages-build packages-test ## plays the deterministic simulation on all cores (SEEDS=1..20000)
	@scripts/build release simulate
	@tests/simulation/on_all_cores $(SEEDS)
