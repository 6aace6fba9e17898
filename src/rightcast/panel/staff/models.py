"""Operators of the station: Django's users under the name that the house uses. Only operations write."""

from __future__ import annotations

from django.contrib.auth.models import User


class Operator(User):
    """A user of the console."""

    class Meta:
        proxy = True
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username
