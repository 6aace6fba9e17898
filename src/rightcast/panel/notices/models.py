"""Tables of notices, their steps and letters, of flaggers, and of what the operator offers. Operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.notices import NoticeKind, Side, State, Step, Way

DESK_ID = 1


class DeskRow(models.Model):
    """What the operator offers and promises; there is one row, with id 1. Days are business days."""

    dsa = models.BooleanField("notices under Article 16 DSA", default=True)
    dmca = models.BooleanField("notices under 17 U.S.C. 512(c)(3)", default=False)
    operator = models.CharField("who answers", max_length=200, blank=True, help_text="The company, on public pages.")
    contact = models.CharField(max_length=200, blank=True, help_text="An address for whoever cannot use the form.")
    decide_days = models.PositiveSmallIntegerField("decide within (days)", default=5)
    decide_trusted_days = models.PositiveSmallIntegerField("for trusted flaggers (days)", default=1)
    answer_days = models.PositiveSmallIntegerField("wait for an answer (days)", default=10)
    resolve_days = models.PositiveSmallIntegerField("resolve disputes within (days)", default=10)
    holidays = models.TextField(blank=True, help_text="Days on which nobody works, one a line: 2026-12-25.")

    class Meta:
        verbose_name = "notice desk"
        verbose_name_plural = "notice desk"

    def __str__(self) -> str:
        return self.operator or "the station"


class Flagger(models.Model):
    """Whoever may send notices by program. Of its key only the SHA-256 is kept; the key is random."""

    name = models.CharField(max_length=200, unique=True)
    email = models.EmailField(blank=True)
    trusted = models.BooleanField(default=False, help_text="A trusted flagger (Article 22 DSA): looked at first.")
    hourly = models.PositiveIntegerField("notices an hour", default=600)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One notice, as far as a program could read it; the original lies unchanged under its SHA-256.

    `targets` are ids of the channels it is about, `titles` of titles, `takedowns` what its decision made of them.
    """

    reference = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in NoticeKind])
    way = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Way])
    state = models.CharField(max_length=16, choices=[(one.value, one.value) for one in State], db_index=True)
    received = models.DateTimeField(db_index=True)
    language = models.CharField(max_length=2, default="en")
    flagger = models.ForeignKey(Flagger, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    own_id = models.CharField("flagger's number", max_length=200, blank=True)
    trusted = models.BooleanField(default=False)
    unreadable = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)

    sender = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    work = models.CharField(max_length=200, blank=True)
    reasons = models.TextField(blank=True)
    addresses = models.JSONField(default=list, blank=True)
    good_faith = models.BooleanField(default=False)
    accuracy = models.BooleanField(default=False)
    signature = models.CharField(max_length=200, blank=True)
    attachments = models.JSONField(default=list, blank=True)

    targets = models.JSONField(default=list, blank=True)
    titles = models.JSONField(default=list, blank=True)
    takedowns = models.JSONField(default=list, blank=True)
    asked = models.DateTimeField(null=True, blank=True)
    acted = models.DateTimeField(null=True, blank=True)
    decided = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    disputed = models.DateTimeField(null=True, blank=True)
    side = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in Side])
    affected_email = models.CharField(max_length=254, blank=True)
    message = models.TextField("to the sender", blank=True)
    affected_message = models.TextField("to the affected side", blank=True)
    statement = models.JSONField(null=True, blank=True)

    due = models.DateTimeField(null=True, blank=True, db_index=True)
    due_what = models.CharField(max_length=16, blank=True)
    ours = models.BooleanField(default=True, db_index=True)
    erased = models.DateTimeField("sender erased", null=True, blank=True)
    shown = models.BooleanField(default=False, db_index=True)

    class Meta:
        ordering = ["-received", "-id"]

    def __str__(self) -> str:
        return self.reference


class NoticeStep(models.Model):
    """What happened to a notice: a step, a note of the staff (`step` empty), or words of a side."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    step = models.CharField(max_length=16, blank=True, choices=[(one.value, one.value) for one in Step])
    state = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    word_id = models.CharField(max_length=64, blank=True, db_index=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.step or 'note'}"


class LetterState(models.TextChoices):
    """What became of a letter."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    KEPT = "kept", "to be sent by hand"


class Letter(models.Model):
    """A mail to a side. Without a mail server it is kept, to be sent by hand."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="letters")
    what = models.CharField(max_length=16)
    side = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Side])
    to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    created = models.DateTimeField()
    due = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.WAITING, db_index=True)
    done = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} of {self.notice_id}"

    @property
    def file(self) -> str:
        """The last part of the name under which it is taken along."""
        return f"{self.pk}.txt"
