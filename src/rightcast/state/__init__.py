"""Ports to state that planes share, each with twins behind one interface."""
