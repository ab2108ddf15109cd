"""Signs requests with awscrt or botocore, or encodes bodies as botocore does, as the argument says.

Reads a request as JSON from each line and answers with a line: the headers of its signature as
JSON, or, if the signer refuses, only the reason under "refused". Likewise a body, in hexadecimal,
and the encoded body.
"""

import io
import json
import sys
from datetime import datetime, timezone
from types import SimpleNamespace


def awscrt_signer():
    from awscrt.auth import (
        AwsCredentialsProvider,
        AwsSignatureType,
        AwsSignedBodyHeaderType,
        AwsSigningAlgorithm,
        AwsSigningConfig,
        aws_sign_request,
    )
    from awscrt.http import HttpHeaders, HttpRequest

    def sign(case):
        headers = [("host", case["host"]), *map(tuple, case["headers"])]
        request = HttpRequest(case["method"], case["target"], HttpHeaders(headers))
        header_type = AwsSignedBodyHeaderType.NONE
        if case["is_s3"]:
            header_type = AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
        config = AwsSigningConfig(
            algorithm=AwsSigningAlgorithm.V4,
            signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=AwsCredentialsProvider.new_static(
                case["access_key_id"], case["secret"], case["token"]
            ),
            region=case["region"],
            service=case["service"],
            date=datetime.fromtimestamp(case["time"], timezone.utc),
            use_double_uri_encode=not case["is_s3"],
            should_normalize_uri_path=not case["is_s3"],
            signed_body_value=case["payload"],
            signed_body_header_type=header_type,
        )
        return aws_sign_request(request, config).result().headers

    return sign


def botocore_signer():
    from botocore import auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    def sign(case):
        request = AWSRequest(case["method"], case["url"], data=bytes(case["body"] or []))
        for name, value in case["headers"]:
            request.headers.add_header(name, value)
        signs_payload = case["body"] is not None
        s3 = {"payload_signing_enabled": signs_payload}
        request.context["client_config"] = SimpleNamespace(s3=s3)
        credentials = Credentials(case["access_key_id"], case["secret"], case["token"])
        signer = auth.S3SigV4Auth if case["is_s3"] else auth.SigV4Auth
        now = datetime.fromtimestamp(case["time"], timezone.utc)
        auth.get_current_datetime = lambda: now
        signer(credentials, case["service"], case["region"]).add_auth(request)
        return request.headers.items()

    return sign


SIGNATURE = {"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"}


def signature_by(signer):
    sign = signer()

    def answer(case):
        headers = {name.lower(): value for name, value in sign(case)}
        return {name: headers[name] for name in SIGNATURE & headers.keys()}

    return answer


def botocore_encoder():
    from botocore.httpchecksum import _CHECKSUM_CLS, AwsChunkedWrapper

    def encode(case):
        algorithm = case["algorithm"].lower()
        body = AwsChunkedWrapper(
            io.BytesIO(bytes.fromhex(case["body"])),
            checksum_cls=_CHECKSUM_CLS[algorithm],
            checksum_name=f"x-amz-checksum-{algorithm}",
            chunk_size=case["chunk_size"],
        )
        return {"encoded": body.read().hex()}

    return encode


ORACLES = {
    "awscrt": lambda: signature_by(awscrt_signer),
    "botocore": lambda: signature_by(botocore_signer),
    "botocore-encoder": botocore_encoder,
}

answer_to = ORACLES[sys.argv[1]]()
for line in sys.stdin:
    try:
        answer = answer_to(json.loads(line))
    except Exception as error:
        answer = {"refused": repr(error)}
    print(json.dumps(answer), flush=True)
