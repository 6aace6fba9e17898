"""Notices of infringement: taken in, decided, answered, disputed."""
