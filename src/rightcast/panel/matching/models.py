"""Tables of matching: what is proposed, which channels want no guide, and the steps that can be undone."""

from __future__ import annotations

from django.db import models

from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.models import GuideChannel


class Proposal(models.Model):
    """A guide channel that a channel may be; `offset_min` is by how much its shows would be moved."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="guide_proposals")
    guide_channel = models.ForeignKey(GuideChannel, on_delete=models.CASCADE, related_name="proposals")
    score = models.FloatField()
    offset_min = models.IntegerField(default=0)

    class Meta:
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["channel", "guide_channel"], name="one_proposal_per_pair")]

    def __str__(self) -> str:
        return f"{self.channel_id} may be {self.guide_channel_id}"


class WithoutGuide(models.Model):
    """A channel for which an operator said that no guide has it: nothing is proposed for it, nor assigned by itself."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="without_guide")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel_id} without a guide"


class MatchStep(models.Model):
    """Something that was done at once, and how it was before: `changes` are pairs with their state before and after.

    `published`: the days of its channels have been made anew.
    """

    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=150)
    sentence = models.CharField(max_length=300)
    changes = models.JSONField(default=list)
    undone = models.BooleanField(default=False)
    published = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.sentence
