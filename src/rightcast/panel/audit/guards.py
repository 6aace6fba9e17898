"""Triggers by which the database itself refuses to change or take away rows of the trail.

They stop slips and programs, not somebody with the file in hand: that is what hashes and roots are for.
Put up at each start, for a migration that remakes a table drops them. The station runs on SQLite; the statements for
PostgreSQL are there for the day that it is offered, and no test runs them.
"""

from __future__ import annotations

from django.db import connection

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS audit_row_is_not_changed BEFORE UPDATE ON audit_auditrow
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_row_is_not_deleted BEFORE DELETE ON audit_auditrow
    WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE seq >= OLD.seq AND signature <> '')
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    # REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER IF NOT EXISTS audit_row_is_not_replaced BEFORE INSERT ON audit_auditrow
    WHEN EXISTS (SELECT 1 FROM audit_auditrow WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_root_is_not_deleted BEFORE DELETE ON audit_signedroot
    BEGIN SELECT RAISE(ABORT, 'signed roots are kept'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_root_is_not_changed
    BEFORE UPDATE OF number, size, record, signature ON audit_signedroot
    BEGIN SELECT RAISE(ABORT, 'signed roots are kept'); END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_checkpoint WHERE seq >= OLD.seq AND signature <> '')
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    "DROP TRIGGER IF EXISTS audit_append_only ON audit_auditrow",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_auditrow
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
    """CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    # TRUNCATE asks no trigger of rows.
    "DROP TRIGGER IF EXISTS audit_not_emptied ON audit_auditrow",
    """CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()""",
    "DROP TRIGGER IF EXISTS audit_roots_not_emptied ON audit_signedroot",
    """CREATE TRIGGER audit_roots_not_emptied BEFORE TRUNCATE ON audit_signedroot
    FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()""",
    "DROP TRIGGER IF EXISTS audit_root_kept ON audit_signedroot",
    """CREATE TRIGGER audit_root_kept BEFORE DELETE OR UPDATE OF number, size, record, signature ON audit_signedroot
    FOR EACH ROW EXECUTE FUNCTION audit_kept()""",
)


def put_up() -> None:
    """Make the triggers that are missing; the same again changes nothing."""
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)
