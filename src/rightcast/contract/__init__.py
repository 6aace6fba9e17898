"""The messages between planes, and where a station keeps its things."""
