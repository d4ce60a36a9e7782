"""How long: pure counting of legal time. No I/O, no wall clock, no framework."""
