"""Ways to tell: one module for each, all of one contract (`contract`), found by name in `registry`."""
