"""Notices of infringement at the viewers' port: a public form, private pages, and an interface for flaggers."""
