# `make demo`: a fleet's first day, played over HTTP.
.PHONY: demo
demo: build ## plays a fleet's first day with GPX tours on the service at PORT; starts it when none runs (TOURS=folder)
	@demo/first-day --serve $(BINARY) $(TOURS)
