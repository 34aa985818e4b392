# The target `make bench`: the service beside its ceilings, as docs/performance.md describes.
.PHONY: bench
bench: packages-build packages-bench ## measures the service beside its ceilings (ROWS=2,3 BENCH_SECONDS=1 BENCH_ROUNDS=1 for less)
	@scripts/build release mission-management load_client sqlite_ceiling bench_seed flush_shim
	@python3 bench/run.py

.PHONY: packages-bench
packages-bench:
	@scripts/install-packages test bench
