"""Films and series at the edge: what a line may see of them, and their files."""
