"""What coded pictures and sound say about themselves: parameter sets, slice and frame headers. No I/O."""
