"""The tables of the audit trail: rows are added, never changed, each chained to the one before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from rightcast.domain.chain import Row, moment_text
from rightcast.panel.audit.persons import opened

if TYPE_CHECKING:
    from datetime import datetime


class AuditRow(models.Model):
    """One deed: who, when, what, to which record, in a sentence and in detail.

    `id` is the row's `seq`: 1, 2, 3 ... without gaps. Texts about a person are stored sealed under that person's
    key; the attributes `actor_name`, `sentence` and `detail` open them while the key exists.
    """

    id = models.BigIntegerField("seq", primary_key=True, db_column="seq")
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField("by", max_length=16)
    kept_actor = models.TextField("actor", db_column="actor_name")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,  # the row commits to the number, whether the operator is still there or not
        db_constraint=False,
        related_name="deeds",
    )
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(null=True, blank=True)
    person_kind = models.CharField(max_length=16, blank=True, default="")
    person_id = models.BigIntegerField(null=True, blank=True)
    kept_sentence = models.TextField("sentence", db_column="sentence")
    kept_detail = models.TextField("detail", db_column="detail", default="{}")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]
        verbose_name = "deed"
        verbose_name_plural = "audit trail"
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="audit_of_subject"),
            models.Index(fields=["person_kind", "person_id"], name="audit_of_person"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def actor_name(self) -> str:
        """Who acted, or ERASED."""
        return opened(self.kept_actor, "staff", self.user_id, "actor_name")

    @property
    def sentence(self) -> str:
        """What was done in words, or ERASED."""
        return opened(self.kept_sentence, self.person_kind, self.person_id, "sentence")

    @property
    def detail(self) -> dict[str, Any]:
        """What was done in fields; empty once the person is erased."""
        text = opened(self.kept_detail, self.person_kind, self.person_id, "detail")
        found = json.loads(text) if text.startswith("{") else {}
        return found if isinstance(found, dict) else {}

    def chained(self) -> Row:
        """The row as the chain commits to it."""
        return Row(
            seq=self.id,
            at=moment_text(self.at),
            actor_kind=self.actor_kind,
            actor_id=self.user_id,
            actor_name=self.kept_actor,
            action=self.action,
            subject=self.subject,
            subject_id=self.subject_id,
            person_kind=self.person_kind,
            person_id=self.person_id,
            sentence=self.kept_sentence,
            detail=self.kept_detail,
            prev_hash=self.prev_hash,
            hash=self.hash,
        )


class ChainHead(models.Model):
    """The end of the chain, locked by whoever appends: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "end of the chain"


class Checkpoint(models.Model):
    """Where a chain begins: its genesis, or what replaces rows that were pruned. Canonical JSON, signed."""

    seq = models.BigIntegerField(primary_key=True)
    record = models.TextField()
    signature = models.CharField(max_length=128, blank=True, default="")

    class Meta:
        ordering = ["seq"]


class SignedRoot(models.Model):
    """The Merkle root over all rows up to `size`: canonical JSON, its Ed25519 signature, its RFC 3161 stamp."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    record = models.TextField()
    signature = models.CharField(max_length=128)
    stamp = models.BinaryField(null=True, blank=True)
    stamped_by = models.CharField(max_length=300, blank=True, default="")
    stamped_at = models.DateTimeField(null=True, blank=True)
    mirrored = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]


class PersonKey(models.Model):
    """What makes the key that a person's texts are sealed with; without `salt` they cannot be read any more."""

    kind = models.CharField(max_length=16)
    person_id = models.BigIntegerField()
    salt = models.CharField(max_length=64, blank=True)
    erased_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "person_id"], name="one_key_for_each_person")]


class Anchoring(models.Model):
    """Where roots are witnessed outside the station, and how that went last: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp_url = models.CharField(max_length=300, blank=True, default="")
    mirror = models.CharField(max_length=300, blank=True, default="")
    stamp_trouble = models.CharField(max_length=300, blank=True, default="")
    stamp_failing_since = models.DateTimeField(null=True, blank=True)
    mirror_trouble = models.CharField(max_length=300, blank=True, default="")
    mirror_failing_since = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_trouble = models.CharField(max_length=300, blank=True, default="")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_rows = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "anchoring"
