"""Makes login tokens, handshakes and forms with the tools of AWS's.

Reads what is wanted as JSON from each line and answers with a line: what the tool makes of it as
JSON, or, if it refuses, only the reason under "refused".
"""

import base64
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

# Where awscrt is installed, botocore signs with it, and cannot be told the time.
os.environ["BOTO_DISABLE_CRT"] = "true"

import botocore.auth
import botocore.session
import botocore.signers
from aws_bedrock_token_generator import provide_token
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from awscli.customizations.eks import get_token
from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpHeaders, HttpRequest
from botocore.awsrequest import AWSRequest
from botocore.credentials import CredentialProvider, Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner, S3PostPresigner
from cassandra_sigv4.auth import SigV4Authenticator
import cassandra_sigv4.auth
from gql.transport.appsync_auth import AppSyncIAMAuthentication


def moment(case):
    return datetime.fromtimestamp(case["time"], timezone.utc)


def credentials(case):
    return Credentials(case["access_key_id"], case["secret"], case["session_token"])


# A signer holds it weakly.
EMITTER = HierarchicalEmitter()


def request_signer(case, service, version="v4"):
    return RequestSigner(
        ServiceId(service), case["region"], service, version, credentials(case), EMITTER
    )


def client(case):
    """What a client of botocore's is to the functions that botocore adds to it."""
    meta = SimpleNamespace(region_name=case["region"])
    return SimpleNamespace(meta=meta, _request_signer=request_signer(case, "client"))


def rds(case):
    return botocore.signers.generate_db_auth_token(
        client(case), case["host"], case["port"], case["user"]
    )


def dsql(case):
    generate = botocore.signers.dsql_generate_db_connect_auth_token
    if case["is_admin"]:
        generate = botocore.signers.dsql_generate_db_connect_admin_auth_token
    return generate(client(case), case["host"], ExpiresIn=case["expires_in"])


def cache(case):
    """As in the examples of redis-py and of AWS's pages, for botocore has no function of its own."""
    parameters = {"Action": "connect", "User": case["user"]}
    if case["is_serverless"]:
        parameters["ResourceType"] = "ServerlessCache"
    request = {
        "method": "GET",
        "url": f"https://{case['name']}/",
        "body": parameters,
        "headers": {},
        "context": {},
    }
    url = request_signer(case, case["service"]).generate_presigned_url(
        request, "connect", case["expires_in"], case["region"]
    )
    return url.removeprefix("https://")


def msk(case):
    class Provider(CredentialProvider):
        def load(self):
            return credentials(case)

    token, expiry = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(
        case["region"], Provider()
    )
    user_agent = MSKAuthTokenProvider.__get_user_agent__()
    return {"token": token, "expires_at_ms": expiry, "user_agent": user_agent}


SESSION = botocore.session.Session()
# Each case has its own, but a client is not made without any.
SESSION.set_credentials("replaced", "replaced")
STS = {}


def eks(case):
    """What `aws eks get-token` prints, made by its own code."""
    if case["region"] not in STS:
        STS[case["region"]] = get_token.STSClientFactory(SESSION).get_sts_client(case["region"])
    sts = STS[case["region"]]
    sts._request_signer._credentials = credentials(case)
    return {
        "token": get_token.TokenGenerator(sts).get_token(case["cluster"]),
        "expires_at": get_token.GetTokenCommand(SESSION).get_expiration_time(),
    }


def bedrock(case):
    provider = SimpleNamespace(load=lambda: credentials(case))
    return provide_token(case["region"], provider, timedelta(seconds=case["expires_in"]))


def presign(case):
    """With awscrt, as AWS's device SDKs do it for IoT."""
    request = HttpRequest("GET", case["target"], HttpHeaders([("host", case["host"])]))
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        signature_type=AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=AwsCredentialsProvider.new_static(
            case["access_key_id"], case["secret"], case["session_token"]
        ),
        region=case["region"],
        service=case["service"],
        date=moment(case),
        expiration_in_seconds=case["expires_in"],
        omit_session_token=case["service"] == "iotdevicegateway",
    )
    return aws_sign_request(request, config).result().path


def headers(case):
    """As AWS's pages do it for Neptune, with botocore."""
    request = AWSRequest("GET", case["url"])
    botocore.auth.SigV4Auth(credentials(case), case["service"], case["region"]).add_auth(request)
    return dict(request.headers.items())


def appsync(case):
    auth = AppSyncIAMAuthentication(
        case["host"], case["region"], credentials=credentials(case), session=SimpleNamespace()
    )
    return auth.get_headers(case["data"])


def appsync_event(case):
    """As AWS's page on the protocol of events says, with botocore."""
    request = AWSRequest(
        "POST",
        f"https://{case['host']}/event",
        headers={
            "accept": "application/json, text/javascript",
            "content-encoding": "amz-1.0",
            "content-type": "application/json; charset=UTF-8",
        },
        data=case["data"] or "{}",
    )
    botocore.auth.SigV4Auth(credentials(case), "appsync", case["region"]).add_auth(request)
    return {**request.headers, "host": case["host"]}


def post(case):
    """The form of botocore's, and its signature of the other side's policy."""
    signer = request_signer(case, "s3", "s3v4")
    request = {"method": "POST", "url": "https://bucket/", "headers": {}, "body": "", "context": {}}
    form = S3PostPresigner(signer).generate_presigned_post(
        request,
        fields=dict(case["fields"]),
        conditions=case["conditions"],
        expires_in=case["expires_in"],
        region_name=case["region"],
    )
    auth = botocore.auth.S3SigV4PostAuth(credentials(case), "s3", case["region"])
    request = AWSRequest("POST", "https://bucket/")
    request.context["timestamp"] = moment(case).strftime(botocore.auth.SIGV4_TIMESTAMP)
    return {"fields": form["fields"], "signature": auth.signature(case["policy"], request)}


def keyspaces(case):
    session = SimpleNamespace(region_name=case["region"], get_credentials=lambda: credentials(case))
    return SigV4Authenticator(session).evaluate_challenge(f"nonce={case['nonce']}")


MAKERS = {
    maker.__name__: maker
    for maker in (
        rds,
        dsql,
        cache,
        msk,
        eks,
        bedrock,
        presign,
        headers,
        appsync,
        appsync_event,
        post,
        keyspaces,
    )
}


def answer(case):
    now = moment(case)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now
    botocore.signers.get_current_datetime = lambda remove_tzinfo=True: now
    get_token.get_current_datetime = lambda: now
    cassandra_sigv4.auth.datetime = SimpleNamespace(utcnow=lambda: now)
    return MAKERS[case["kind"]](case)


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            made = {"made": answer(json.loads(line))}
        except Exception as error:
            made = {"refused": repr(error)}
        print(json.dumps(made), flush=True)
