# The target `make bench`: the service beside its ceilings, as docs/performance.md describes.
.PHONY: bench
bench: packages-build packages-bench ## measures the service beside its ceilings (ROWS=2,3 BENCH_SECONDS=1 BENCH_ROUNDS=1 for less)
	@scripts/build release mission-management load_client sqlite_ceiling bench_seed flush_shim
	@python3 bench/run.py

ROADS_DATA ?= ../shared/data/roads
ROADS_EXTRACT ?= $(ROADS_DATA)/liechtenstein.osm.pbf
ROADS_WORK ?= var/bench-roads
.PHONY: bench-roads
bench-roads: packages-build packages-bench ## measures roads beside OSRM, Valhalla and RoutingKit, and growth (ROADS_EXTRACT=FILE.osm.pbf, ROADS_GROWTH=10000 BENCH_ROUNDS=1 for less)
	@test -f "$(ROADS_EXTRACT)" || { echo 'bench-roads needs an extract: make bench-roads ROADS_EXTRACT=FILE.osm.pbf' >&2; exit 2; }
	@scripts/build release bench_roads mission-management
	@python3 bench/roads/side_by_side.py build/release/bench/bench_roads $(BINARY) "$(ROADS_EXTRACT)" "$(ROADS_WORK)"

.PHONY: check-roads
check-roads: packages-build ## on real extracts (ROADS_DATA=FOLDER of *.osm.pbf): 10,000 pairs equal Dijkstra for each objective, 1,000 agree with OSRM
	@ls "$(ROADS_DATA)"/*.osm.pbf >/dev/null 2>&1 || { echo 'check-roads needs extracts: make check-roads ROADS_DATA=FOLDER' >&2; exit 2; }
	@scripts/build release road_import_unit bench_roads mission-management
	@ROADS_DATA="$(abspath $(ROADS_DATA))" build/release/src/road_import_unit --gtest_filter='*Extract*' --gtest_brief=1
	@python3 bench/roads/agree_with_osrm.py build/release/bench/bench_roads $(BINARY) "$(ROADS_WORK)" "$(ROADS_DATA)"/*.osm.pbf

.PHONY: packages-bench
packages-bench:
	@scripts/install-packages test bench
