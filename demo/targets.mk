# `make demo`: days of fleets, played over HTTP.
.PHONY: demo
demo: build ## plays days of fleets: GPX tours on the service at PORT (TOURS=folder), a mine, cabs, a harbour and fifty vehicles on stores of their own
	@demo/first-day --serve $(BINARY) $(TOURS)
	@demo/mine --serve $(BINARY)
	@demo/ride-hail --serve $(BINARY)
	@scripts/install-packages test kafka
	@demo/harbour --serve $(BINARY)
	@demo/fleet --serve $(BINARY)
	@demo/fleet --serve $(BINARY) --store servers
