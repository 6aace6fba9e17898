"""The interfaces that player apps speak, each in its own dialect of the same catalogue."""
