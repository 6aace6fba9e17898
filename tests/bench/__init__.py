"""Tests of the bench: its arithmetic and its harness, never its speed."""
