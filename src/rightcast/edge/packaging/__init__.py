"""Formats made just in time from the ring: fragmented MP4, single tracks; by worker processes, once for all viewers."""
