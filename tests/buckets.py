"""An S3 server of the tests' own: moto's, on a socket of loopback, with buckets and users whose rights are held.

A test folder that wants it imports the fixture `s3`.
"""

import json
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = {"AWS_ACCESS_KEY_ID": "root", "AWS_SECRET_ACCESS_KEY": "root"}


class S3:
    """The server."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.address = f"http://{host}:{port}"
        how = {"endpoint_url": self.address, "aws_access_key_id": "root", "aws_secret_access_key": "root", "region_name": "us-east-1"}
        self.client, self._users = boto3.client("s3", **how), boto3.client("iam", **how)

    def stop(self) -> None:
        self._server.stop()

    def bucket(self, *, versions: bool = False) -> str:
        """The name of a new one."""
        name = f"rollcall-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name)
        if versions:
            self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def environment(self, credentials: Mapping[str, str] = ROOT) -> dict[str, str]:
        """By which s3fs finds it."""
        return {"AWS_ENDPOINT_URL_S3": self.address, "AWS_DEFAULT_REGION": "us-east-1", **credentials}

    def keys(self, bucket: str) -> list[str]:
        """All objects of a bucket, as a listing of it by others shows them."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def versions(self, bucket: str) -> list[str]:
        """Everything that a bucket keeps of objects, former versions too, without the marks of deletion."""
        return [one["Key"] for one in self.client.list_object_versions(Bucket=bucket).get("Versions", [])]

    def unfinished(self, bucket: str) -> list[Any]:
        """Uploads in parts that were not brought to an end."""
        return list(self.client.list_multipart_uploads(Bucket=bucket).get("Uploads", []))

    def user(self, *actions: str) -> dict[str, str]:
        """The credentials of a new user who may do only this."""
        name = uuid.uuid4().hex
        self._users.create_user(UserName=name)
        rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        self._users.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=json.dumps(rights))
        key = self._users.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    @contextmanager
    def holding_rights(self) -> Iterator[None]:
        """For the block, everybody may do only what they have a right to."""
        self._ask_for_rights_after(0)
        try:
            yield
        finally:
            self._ask_for_rights_after(2**31)

    def _ask_for_rights_after(self, calls: int) -> None:
        how = {"data": str(calls).encode(), "headers": {"Content-Type": "text/plain"}, "method": "POST"}
        request = urllib.request.Request(f"{self.address}/moto-api/reset-auth", **how)
        urllib.request.urlopen(request).close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    server = S3()
    try:
        yield server
    finally:
        server.stop()
