#!/usr/bin/env python3
"""Uploads objects as clients of S3 do, for the tests of a proxy that signs their requests again.

Reads a question a line and answers each with a line: what was sent, and the digest of the object. Needs
boto3, with awscrt for some of the checksums.
"""

import hashlib
import hmac
import json
import os
import sys
import urllib.error
import urllib.request
import zlib
from base64 import b64encode
from functools import cache

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

CLIENT = ("AKIDCLIENT", "a-secret-of-the-client")
REGION = "us-east-1"


def s3(question):
    """A client, which takes a while to make, so it is kept for the questions that want the same."""
    names = ("checksums", "signed", "endpoint", "certificate", "token")
    return client(tuple((name, question[name]) for name in names if name in question))


@cache
def client(settings):
    question = dict(settings)
    config = Config(
        retries={"total_max_attempts": 1},
        request_checksum_calculation=question.get("checksums", "when_supported"),
        s3={"payload_signing_enabled": question["signed"]} if "signed" in question else {},
        signature_version="s3v4",
    )
    return boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=question["endpoint"],
        verify=question.get("certificate"),
        aws_access_key_id=CLIENT[0],
        aws_secret_access_key=CLIENT[1],
        aws_session_token=question.get("token"),
        config=config,
    )


def put(question, data):
    """A `put_object` of boto3's, with the checksum that is asked for."""
    algorithm = question.get("algorithm")
    more = {"ChecksumAlgorithm": algorithm} if algorithm else {}
    if question.get("md5"):
        more["ContentMD5"] = b64encode(hashlib.md5(data).digest()).decode()
    s3(question).put_object(Bucket="bucket", Key=question["key"], Body=data, **more)


def multipart(question, data):
    """An upload in parts by boto3's transfer manager, from a file that it reads by itself."""
    path = f"{question['folder']}/upload"
    with open(path, "wb") as file:
        file.write(data)
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3(question).upload_file(path, "bucket", question["key"], Config=parts)


def presigned(question, data):
    """A URL of boto3's, and a client that knows no keys."""
    where = {"Bucket": "bucket", "Key": question["key"]}
    url = s3(question).generate_presigned_url("put_object", Params=where, ExpiresIn=60)
    send(url, data, {})


def chunks(question, data):
    """Signed chunks, as AWS's SDKs for Java and Go send them where a body cannot be read twice. The
    request is signed by botocore, and the chunks here."""
    has_trailer = question["trailer"]
    marker = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + "-TRAILER" * has_trailer
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": marker,
        "x-amz-decoded-content-length": str(len(data)),
    }
    if has_trailer:
        headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    request = AWSRequest("PUT", f"{question['endpoint']}/bucket/{question['key']}", headers, b"")
    signer = Chunked(Credentials(*CLIENT), "s3", REGION)
    signer.marker = marker
    signer.add_auth(request)
    seed = request.headers["Authorization"].rpartition("=")[2]
    body = bytearray(signer.chunks(request.context["timestamp"], seed, data, has_trailer))
    if "tamper" in question:
        body[question["tamper"] % len(body)] ^= 1
    send(request.url, bytes(body), dict(request.headers.items()))


class Chunked(S3SigV4Auth):
    def payload(self, request):
        return self.marker

    def _modify_request_before_signing(self, request):
        super()._modify_request_before_signing(request)
        request.headers.replace_header("X-Amz-Content-SHA256", self.marker)

    def chunks(self, date, seed, data, has_trailer):
        scope = f"{date[:8]}/{REGION}/s3/aws4_request"
        key = f"AWS4{CLIENT[1]}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")

        def sign(algorithm, previous, *hashes):
            text = "\n".join([f"AWS4-HMAC-SHA256-{algorithm}", date, scope, previous, *hashes])
            return hmac.digest(key, text.encode(), "sha256").hex()

        def digest(data):
            return hashlib.sha256(data).hexdigest()

        size, previous, body = 65536, seed, b""
        for start in [*range(0, len(data), size), len(data)]:
            chunk = data[start : start + size]
            previous = sign("PAYLOAD", previous, digest(b""), digest(chunk))
            body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk
            body += b"\r\n" if chunk else b""
        if has_trailer:
            crc = b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
            signature = sign("TRAILER", previous, digest(f"x-amz-checksum-crc32:{crc}\n".encode()))
            body += f"x-amz-checksum-crc32:{crc}\r\n".encode()
            body += f"x-amz-trailer-signature:{signature}\r\n".encode()
        return body + b"\r\n"


def send(url, data, headers):
    request = urllib.request.Request(url, data, headers, method="PUT")
    with urllib.request.urlopen(request) as response:
        response.read()


KINDS = {"put": put, "multipart": multipart, "presigned": presigned, "chunks": chunks}
FAILURES = (Boto3Error, BotoCoreError, ClientError, OSError)

for line in sys.stdin:
    question = json.loads(line)
    data = os.urandom(question["size"])
    answer = {"sha256": hashlib.sha256(data).hexdigest()}
    try:
        KINDS[question["kind"]](question, data)
    except FAILURES as error:
        answer["error"] = str(error)
    print(json.dumps(answer), flush=True)
