# Targets of tests/faults.
.PHONY: soak
soak: build packages-test ## kill -9 under load for ten minutes on each store, and flat memory
	@scripts/build dev --configure
	@FAULT_SECONDS=600 scripts/test dev --tests-regex 'faults.KillUnderLoad|database_is_there'
