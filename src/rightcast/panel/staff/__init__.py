"""Operators of the station: users and the groups that say what each may do."""
