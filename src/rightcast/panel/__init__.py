"""The control plane: Django records, operations, admin and the publisher of revisions."""
