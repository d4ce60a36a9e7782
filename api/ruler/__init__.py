"""The day ruler 日尺: every civil day of a clock as a cell, so that a due date can be counted with a finger."""
