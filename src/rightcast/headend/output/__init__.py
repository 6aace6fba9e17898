"""Datagrams out: a process that reads rings like every viewer and sends them, paced, to managed networks."""
