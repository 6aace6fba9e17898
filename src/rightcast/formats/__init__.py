"""Text and bytes of the outside world, parsed and written without I/O."""
