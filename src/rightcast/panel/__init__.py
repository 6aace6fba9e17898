"""The control plane: Django records of what should be so and who may, published as revisions.

Nothing on air depends on it running.
"""
