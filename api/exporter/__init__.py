"""The exporter of metrics: what the read model says of all cases, computed at each scrape."""
