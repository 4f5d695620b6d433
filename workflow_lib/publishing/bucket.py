"""A bucket at a service that speaks S3, or at Google: put a file there once, see that it is there, sign an address.

S3 signs for seven days at most, parts of an upload have 5 MiB or more, and parts of one that was broken off are kept,
and charged, until it is aborted (docs.aws.amazon.com/AmazonS3: "Uploading and copying objects using multipart upload").
"""

from __future__ import annotations

import contextlib
import mimetypes
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workflow_lib import http, keys
from workflow_lib.errors import InvalidInput, MissingKey, MissingTool, Problem, Refused, RetryLater, WorkflowError
from workflow_lib.hooks import Publish

PART_BYTES = 8 << 20
"""Larger files go in parts of this size."""

_TIMES = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3, "mode": "standard"}}
_KINDS = {".vtt": "text/vtt", ".srt": "application/x-subrip"}
_NO_KEY = {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "DefaultCredentialsError"}
_NO_WAY = {"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
           "ClientConnectorError", "ProxyConnectionError", "ServerDisconnectedError"}  # fmt: skip
_REFUSED = (401, 403)
_VARIABLES = {"s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "gs": "GOOGLE_APPLICATION_CREDENTIALS"}


class Bucket:
    """A folder of a bucket; `root` is its path without the scheme."""

    def __init__(self, storage: Any, scheme: str, root: str, where: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._storage = storage
        self._scheme = scheme
        self._root = root
        self._where = where

    def address(self, name: str) -> str:
        """Where an object is: `s3://bucket/films/vid/final-….mp4`."""
        return f"{self._scheme}://{self._root}/{name}"

    def put(self, path: Path, name: str, sha256: str) -> bool:
        """Have the file at `path` in the bucket as `name`, which its content's hash is part of; whether it was sent.

        Raises:
            WorkflowError: as `open_bucket` says, at the first question.
        """
        target, size = f"{self._root}/{name}", path.stat().st_size
        with self._translated():
            if self._size(target) == size:
                return False
            self._abort_broken_off(target)
            kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            if self._scheme == "s3":
                self._storage.put_file(
                    str(path), target, chunksize=PART_BYTES, ContentType=kind, Metadata={"sha256": sha256}
                )
            else:
                self._storage.put_file(
                    str(path), target, chunksize=PART_BYTES, content_type=kind, metadata={"sha256": sha256}
                )
            there = self._size(target)
        if there != size:
            raise RetryLater(f"{self.address(name)} has {there} bytes instead of {size} after the upload")
        return True

    def sign(self, name: str, seconds: int) -> str:
        """An address that anybody can open for so many seconds."""
        with self._translated():
            how = {} if self._scheme == "s3" else {"version": "v4"}
            return str(self._storage.sign(f"{self._root}/{name}", expiration=seconds, **how))

    def _size(self, target: str) -> int | None:
        self._storage.invalidate_cache()
        try:
            return int(self._storage.info(target)["size"])
        except FileNotFoundError:
            return None

    def _abort_broken_off(self, target: str) -> None:
        """Give up what a killed upload left of the same object."""
        if self._scheme != "s3":
            return
        bucket, _, key = target.partition("/")
        # Not every service that speaks S3 lists them.
        with contextlib.suppress(OSError, NotImplementedError):
            listed = self._storage.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=key)
            for upload in listed.get("Uploads") or []:
                if upload["Key"] == key:
                    self._storage.call_s3("abort_multipart_upload", Bucket=bucket, Key=key, UploadId=upload["UploadId"])

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except WorkflowError:
            raise
        # fsspec's drivers raise what the libraries below them raise, which have no family in common.
        except Exception as error:  # noqa: BLE001
            raise _said(error, self._where, self._scheme) from None


def open_bucket(asked: Publish) -> Bucket:
    """The bucket that a film is published in; nothing is asked of it yet.

    What it is asked raises InvalidInput for no such bucket, MissingKey without credentials, Refused where they are not
    taken, RetryLater where the service cannot be reached.

    Raises:
        MissingTool: fsspec's driver is not installed.
        MissingKey: there are no credentials, where that is found at once.
    """
    http.quiet()
    scheme, _, path = str(asked.to).partition("://")
    where = f"{scheme}://{path.partition('/')[0]}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # gcsfs wants a project to make buckets, which we do not
            storage = _s3(asked) if scheme == "s3" else _google(asked)
    except ModuleNotFoundError as error:
        raise MissingTool(
            f"publishing to {scheme}:// needs {error.name}, which is not installed: pip install 'clipwright[publish]'"
        ) from None
    except WorkflowError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise _said(error, where, scheme) from None
    return Bucket(storage, scheme, path.rstrip("/"), where)


def _s3(asked: Publish) -> Any:  # noqa: ANN401 - fsspec has no types
    import s3fs  # noqa: PLC0415 - an extra, needed only here

    named = {"key": "AWS_ACCESS_KEY_ID", "secret": "AWS_SECRET_ACCESS_KEY", "token": "AWS_SESSION_TOKEN"}
    given = {name: value for name, variable in named.items() if (value := keys.value(variable))}
    region = asked.region or keys.value("AWS_REGION") or keys.value("AWS_DEFAULT_REGION")
    return s3fs.S3FileSystem(
        endpoint_url=asked.endpoint_url,
        client_kwargs={"region_name": region or "us-east-1"},
        config_kwargs={**_TIMES, "signature_version": "s3v4"},
        skip_instance_cache=True,
        **given,
    )


def _google(asked: Publish) -> Any:  # noqa: ANN401 - fsspec has no types
    # The class below gcsfs' own asks for a bucket's kind over gRPC first, and waits a minute where that is not spoken.
    from gcsfs.core import GCSFileSystem  # noqa: PLC0415 - an extra, needed only here

    token = keys.value("GOOGLE_APPLICATION_CREDENTIALS") or "google_default"
    if token != "google_default" and not Path(token).is_file():  # noqa: S105 - a name
        raise MissingKey("GOOGLE_APPLICATION_CREDENTIALS names no file: it is the path of a service account's JSON")
    return GCSFileSystem(
        project=keys.value(keys.GOOGLE_PROJECT),
        token=token,
        endpoint_url=asked.endpoint_url,
        skip_instance_cache=True,
    )


def _said(error: Exception, where: str, scheme: str) -> WorkflowError:
    """What went wrong, as what the user can do about it."""
    names = {type(cause).__name__ for cause in _causes(error)}
    code = next((found for cause in _causes(error) if (found := _status(cause))), None)
    text = keys.scrub(f"{type(error).__name__} {error}")
    if names & _NO_KEY or "private key" in text:  # Google's word for credentials that cannot sign
        variables = (
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" if scheme == "s3" else "GOOGLE_APPLICATION_CREDENTIALS"
        )
        return MissingKey(f"there are no credentials for {where}: set {variables} in the environment or in .env")
    if isinstance(error, FileNotFoundError):
        return InvalidInput([Problem("publish.to", f"there is no bucket {where}", "make it, or name another one")])
    if isinstance(error, PermissionError) or code in _REFUSED or "Forbidden" in text:
        return Refused(f"{where} refuses these credentials, or what they ask: {text}; the film stays as it is")
    if names & _NO_WAY or isinstance(error, ConnectionError | TimeoutError):
        return RetryLater(f"{where} could not be reached: {text}; run the same command again")
    return WorkflowError(f"publishing to {where} failed: {text}; run the same command again")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        code = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return code if isinstance(code, int) else None
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else None
