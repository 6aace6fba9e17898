"""Transport stream formats, tested."""
