"""Operator commands: the same powers as the console, each with --json."""
