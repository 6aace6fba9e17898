"""Pure rules of the house: rights, entitlement, lineup, errors. Standard library only, no I/O."""
