"""The table of licensors' accounts. Only operations write it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class LicensorAccount(models.Model):
    """A sign-in of somebody who grants rights: no operator, and nothing to see but rights of this licensor.

    `licensor` is the name as agreements give it; capitals and spaces around it make no difference.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="licensor_account", editable=False
    )
    licensor = models.CharField(max_length=200, help_text="As the agreements name it.")
    created = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["licensor", "id"]
        verbose_name = "licensor's account"
        verbose_name_plural = "licensors' accounts"

    def __str__(self) -> str:
        return f"{self.user.get_username()} for {self.licensor}"
