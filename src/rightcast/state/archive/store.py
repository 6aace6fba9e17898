"""Stores of whole files by name: an S3-compatible one, spoken to by boto3, which the extra `s3` brings.

The address is https://HOST/BUCKET or https://HOST/BUCKET/PREFIX, or s3://BUCKET/PREFIX for Amazon's own.
"""

from __future__ import annotations

import configparser
import importlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from rightcast.domain.errors import InvalidInputError, PartMissingError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

CONNECT_S = 5
READ_S = 30
_ATTEMPTS = 3


class Store(Protocol):
    """Holds files by name. All raise StoreError."""

    def put(self, name: str, path: Path) -> None:
        """Store a file, and see that it is there in its whole size."""

    def fetch(self, name: str, path: Path) -> None:
        """Write a stored file to a path."""

    def delete(self, name: str) -> None:
        """Remove one; it need not be there."""


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where an S3-compatible store is. `endpoint` empty: Amazon's."""

    endpoint: str
    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> StoreAddress:
        """Read an address. Raises InvalidInputError."""
        parts = urlsplit(text)
        path = parts.path.strip("/")
        if parts.scheme == "s3" and parts.netloc:
            return cls("", parts.netloc, path)
        bucket, _, prefix = path.partition("/")
        if parts.scheme not in {"http", "https"} or not parts.hostname or not bucket or parts.username is not None:
            raise InvalidInputError(
                "This is no address of a store.",
                remedy="Write https://HOST/BUCKET/PREFIX or s3://BUCKET/PREFIX; keys go to the environment or a file.",
                field="archive-s3-url",
            )
        return cls(f"{parts.scheme}://{parts.netloc}", bucket, prefix)


class S3Store:
    """A bucket. Keys are read from a file if it is there, else from the environment as boto3 does."""

    def __init__(self, address: StoreAddress, keys: Path | None = None) -> None:
        self._address = address
        try:
            boto3 = importlib.import_module("boto3")
            config = importlib.import_module("botocore.config")
            failures = importlib.import_module("botocore.exceptions")
            retried = importlib.import_module("boto3.exceptions")
        except ModuleNotFoundError as error:
            raise PartMissingError(
                "The archive's store needs boto3, which is not installed.", remedy="pip install 'rightcast[s3]'."
            ) from error
        self._failures = (failures.BotoCoreError, failures.ClientError, retried.Boto3Error, OSError)
        self._client: Any = boto3.session.Session(**_keys(keys)).client(
            "s3",
            endpoint_url=address.endpoint or None,
            region_name=os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or "us-east-1",
            config=config.Config(
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"max_attempts": _ATTEMPTS, "mode": "standard"},
                s3={"addressing_style": "path"} if address.endpoint else {},  # buckets are seldom host names elsewhere
            ),
        )

    def put(self, name: str, path: Path) -> None:
        """Store a file, and see that it is there in its whole size."""
        size = path.stat().st_size
        try:
            self._client.upload_file(str(path), self._address.bucket, self._key(name))
            found = self._client.head_object(Bucket=self._address.bucket, Key=self._key(name))["ContentLength"]
        except self._failures as error:
            raise _failed(error) from error
        if found != size:
            raise StoreError(f"The store took {found} of {size} bytes of {name}.", remedy="It is sent again later.")

    def fetch(self, name: str, path: Path) -> None:
        """Write a stored file to a path, through several connections where it is large."""
        try:
            self._client.download_file(self._address.bucket, self._key(name), str(path))
        except self._failures as error:
            raise _failed(error) from error

    def delete(self, name: str) -> None:
        """Remove one; it need not be there."""
        try:
            self._client.delete_object(Bucket=self._address.bucket, Key=self._key(name))
        except self._failures as error:
            raise _failed(error) from error

    def _key(self, name: str) -> str:
        return f"{self._address.prefix}/{name}" if self._address.prefix else name


def _keys(path: Path | None) -> dict[str, str]:
    """Access keys of a file in the form of Amazon's own; nothing without one. Raises InvalidInputError."""
    if path is None or not path.exists():
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    names = ("aws_access_key_id", "aws_secret_access_key")
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        section = parser[parser.sections()[0]]
        return {name: section[name] for name in names}
    except (configparser.Error, LookupError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path} holds no access keys.",
            remedy="Write [default], aws_access_key_id = ... and aws_secret_access_key = ... into it.",
        ) from error


def _failed(error: BaseException) -> StoreError:
    return StoreError(f"The archive's store failed: {error}.", remedy="Look at its address, its keys and its bucket.")
