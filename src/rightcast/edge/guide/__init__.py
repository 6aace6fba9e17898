"""The guide as this edge tells it: days in the replica's file, read as they are asked for, never all in memory."""
