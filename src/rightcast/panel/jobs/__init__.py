"""The process that does what time brings: publishing, noticing, pruning."""
