"""The tables of networks and of portability. Only operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.places import Means
from rightcast.domain.rights import Distribution

_WAYS = {
    Distribution.MANAGED: "Managed network",
    Distribution.OTT: "Open internet",
    Distribution.HOTEL_ROOM: "Hotel room",
    Distribution.PUBLIC_SCREEN: "Public screen",
}
MEANS = {
    Means.IDENTITY: "Identity document",
    Means.PAYMENT: "Payment details",
    Means.INSTALLATION: "Place of installation",
    Means.LICENCE_FEE: "Licence fee",
    Means.CONTRACT: "Internet or telephone contract",
    Means.ELECTORAL_ROLL: "Electoral roll",
    Means.LOCAL_TAX: "Local tax",
    Means.UTILITY_BILL: "Utility bill",
    Means.ADDRESS: "Billing or postal address",
    Means.DECLARATION: "Declaration by the customer",
    Means.ADDRESS_CHECK: "Check of the IP address",
}
"""As article 5(1) of Regulation (EU) 2017/1128 lists them."""


class Network(models.Model):
    """A range of addresses that the operator knows."""

    cidr = models.CharField("addresses", max_length=49, unique=True, help_text="Such as 10.20.0.0/16, narrowest wins.")
    name = models.CharField(max_length=80, blank=True, help_text="Such as Hotel Lido, third floor.")
    country = models.CharField(max_length=2, blank=True, help_text="Empty: as the country file says.")
    distribution = models.CharField(
        "reached by",
        max_length=16,
        choices=[(one.value, word) for one, word in _WAYS.items()],
        default=Distribution.OTT.value,
        help_text="Rights may be for some of these only.",
    )

    class Meta:
        ordering = ["name", "cidr"]

    def __str__(self) -> str:
        return self.name or self.cidr


class Residence(models.Model):
    """That a customer's residence was verified, so that it may be abroad for a while as if at home."""

    line = models.OneToOneField("lines.Line", on_delete=models.CASCADE, related_name="residence")
    country = models.CharField(max_length=2, help_text="Where it lives; must be the line's territory.")
    means = models.JSONField(default=list)
    verified = models.DateField("verified on")
    until = models.DateTimeField("to be verified again", help_text="From then on it is at home only.")
    note = models.TextField(blank=True, help_text="Where the proof is filed; not the proof itself.")

    class Meta:
        ordering = ["until"]
        verbose_name = "verified residence"

    def __str__(self) -> str:
        return f"{self.line} in {self.country}"
