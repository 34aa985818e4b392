# The target `make bench`: the service beside its ceilings, as docs/performance.md describes.
.PHONY: bench
bench: packages-build packages-bench ## measures the service beside its ceilings (ROWS=2,3 BENCH_SECONDS=1 BENCH_ROUNDS=1 for less)
	@scripts/build release mission-management load_client sqlite_ceiling bench_seed flush_shim
	@python3 bench/run.py

ROADS_EXTRACT ?= ../shared/data/roads/liechtenstein.osm.pbf
ROADS_WORK ?= var/bench-roads
.PHONY: bench-roads
bench-roads: packages-build packages-bench ## measures roads beside OSRM and Valhalla (ROADS_EXTRACT=FILE.osm.pbf for another map)
	@test -f "$(ROADS_EXTRACT)" || { echo 'bench-roads needs an extract: make bench-roads ROADS_EXTRACT=FILE.osm.pbf' >&2; exit 2; }
	@scripts/build release bench_roads
	@python3 bench/roads/side_by_side.py build/release/bench/bench_roads "$(ROADS_EXTRACT)" "$(ROADS_WORK)"

.PHONY: packages-bench
packages-bench:
	@scripts/install-packages test bench
