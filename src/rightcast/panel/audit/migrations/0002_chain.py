"""Chains the rows that are there, under a genesis that says how many were taken in; seals what is said of persons."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import Any

import django.db.models.deletion
import django.utils.timezone
import rfc8785
from django.conf import settings
from django.db import migrations, models

from rightcast.domain.chain import Row, canonical, moment_text
from rightcast.state.keys import derived_key, station_key
from rightcast.state.sealing import person_key, seal


def chain(apps: Any, _editor: Any) -> None:
    """Number the rows 1, 2, 3 ... in their order and chain them."""
    rows = apps.get_model("audit", "AuditRow").objects
    genesis = canonical(
        {
            "at": moment_text(django.utils.timezone.now()),
            "kind": "rightcast-genesis-1",
            "nonce": secrets.token_hex(16),
            "seq": 0,
            "taken_in": rows.count(),
        }
    ).decode()
    apps.get_model("audit", "Checkpoint").objects.create(seq=0, record=genesis)
    seq, prev_hash = 0, sha256(genesis.encode()).hexdigest()
    keys = Keys(apps)
    for number in list(rows.order_by("id").values_list("id", flat=True)):
        old = rows.get(id=number)
        seq += 1
        row = taken_in(old, seq, keys)
        found = row.hash_after(prev_hash)
        rows.filter(id=number).update(
            id=seq,
            kept_actor=row.actor_name,
            person_kind=row.person_kind,
            person_id=row.person_id,
            kept_sentence=row.sentence,
            kept_detail=row.detail,
            prev_hash=prev_hash,
            hash=found,
        )
        prev_hash = found
    apps.get_model("audit", "ChainHead").objects.create(id=1, seq=seq, hash=prev_hash)


def taken_in(old: Any, seq: int, keys: Keys) -> Row:
    """An older row as the chain commits to it."""
    about = (old.subject, old.subject_id) if old.subject in {"line", "staff"} and old.subject_id else None
    actor = old.kept_actor
    if old.user_id is not None:
        actor = keys.sealed(actor, "staff", old.user_id, "actor_name")
    sentence, detail = old.kept_sentence, rfc8785.dumps(json.loads(old.kept_detail or "{}")).decode()
    if about:
        sentence = keys.sealed(sentence, *about, "sentence")
        detail = keys.sealed(detail, *about, "detail")
    return Row(
        seq=seq,
        at=moment_text(old.at),
        actor_kind=old.actor_kind,
        actor_id=old.user_id,
        actor_name=actor,
        action=old.action,
        subject=old.subject,
        subject_id=old.subject_id,
        person_kind=about[0] if about else "",
        person_id=about[1] if about else None,
        sentence=sentence,
        detail=detail,
    )


class Keys:
    """Makes the keys of persons as they are met."""

    def __init__(self, apps: Any) -> None:
        self._table = apps.get_model("audit", "PersonKey").objects
        self._salts: dict[tuple[str, int], str] = {}

    def sealed(self, text: str, kind: str, number: int, column: str) -> str:
        """A text sealed for one column."""
        if (kind, number) not in self._salts:
            row, _ = self._table.get_or_create(
                kind=kind, person_id=number, defaults={"salt": secrets.token_hex(32)}
            )
            self._salts[kind, number] = row.salt
        station = derived_key(station_key(settings.STATION.keys), "persons")
        return seal(text, person_key(station, self._salts[kind, number]), f"{kind}:{number}:{column}")


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'end of the chain',
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('record', models.TextField()),
                ('signature', models.CharField(blank=True, default='', max_length=128)),
            ],
            options={
                'ordering': ['seq'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='SignedRoot',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(db_index=True)),
                ('at', models.DateTimeField()),
                ('record', models.TextField()),
                ('signature', models.CharField(max_length=128)),
                ('stamp', models.BinaryField(blank=True, null=True)),
                ('stamped_by', models.CharField(blank=True, default='', max_length=300)),
                ('stamped_at', models.DateTimeField(blank=True, null=True)),
                ('mirrored', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='PersonKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('person_id', models.BigIntegerField()),
                ('salt', models.CharField(blank=True, max_length=64)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'person_id'), name='one_key_for_each_person')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Anchoring',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('stamp_url', models.CharField(blank=True, default='', max_length=300)),
                ('mirror', models.CharField(blank=True, default='', max_length=300)),
                ('stamp_trouble', models.CharField(blank=True, default='', max_length=300)),
                ('stamp_failing_since', models.DateTimeField(blank=True, null=True)),
                ('mirror_trouble', models.CharField(blank=True, default='', max_length=300)),
                ('mirror_failing_since', models.DateTimeField(blank=True, null=True)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('check_trouble', models.CharField(blank=True, default='', max_length=300)),
            ],
            options={
                'verbose_name': 'anchoring',
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.RenameField("auditrow", "actor_name", "kept_actor"),
        migrations.RenameField("auditrow", "sentence", "kept_sentence"),
        migrations.RenameField("auditrow", "detail", "kept_detail"),
        migrations.AlterField("auditrow", "kept_actor", models.TextField("actor", db_column="actor_name")),
        migrations.AlterField("auditrow", "kept_sentence", models.TextField("sentence", db_column="sentence")),
        migrations.AlterField("auditrow", "kept_detail", models.TextField("detail", db_column="detail", default="{}")),
        migrations.AddField("auditrow", "person_kind", models.CharField(max_length=16, blank=True, default="")),
        migrations.AddField("auditrow", "person_id", models.BigIntegerField(null=True, blank=True)),
        migrations.AddField("auditrow", "prev_hash", models.CharField(max_length=64, default=""), preserve_default=False),
        migrations.AddField("auditrow", "hash", models.CharField(max_length=64, default=""), preserve_default=False),
        migrations.AddIndex("auditrow", models.Index(fields=["person_kind", "person_id"], name="audit_of_person")),
        migrations.AlterField(
            "auditrow",
            "user",
            models.ForeignKey(
                blank=True,
                null=True,
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="deeds",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AlterField(
            "auditrow", "id", models.BigIntegerField("seq", primary_key=True, serialize=False, db_column="seq")
        ),
    ]
