"""From records to revisions: the outbox written with each change, and its publisher."""
