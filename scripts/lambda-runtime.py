#!/usr/bin/env python3
"""Lambda's runtime API, as far as it takes to invoke a function and to measure that.

    scripts/lambda-runtime.py BINARY [STARTS INVOCATIONS]

Starts the binary, invokes it by requests of a function URL, and prints in milliseconds: from the start of
the process to the first response, what of that is time of a processor, and an invocation after the first;
medians, with the quartiles.
Fails if a response has another status than 200.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVENT = json.dumps({
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/",
    "rawQueryString": "",
    "headers": {"content-type": "application/x-www-form-urlencoded"},
    "requestContext": {
        "accountId": "anonymous",
        "apiId": "abc123",
        "domainName": "abc123.lambda-url.eu-west-1.on.aws",
        "domainPrefix": "abc123",
        "http": {
            "method": "POST",
            "path": "/",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.1",
            "userAgent": "lambda-runtime",
        },
        "requestId": "1",
        "routeKey": "$default",
        "stage": "$default",
        "time": "26/Nov/2026:00:00:00 +0000",
        "timeEpoch": 1795651200000,
    },
    "body": "Action=GetCallerIdentity&Version=2011-06-15",
    "isBase64Encoded": False,
}).encode()


class Runtime(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # the head and the body in one packet

    def do_GET(self):
        if self.server.done.is_set():
            self.server.killed.wait()
            return
        self.answer(200, EVENT, {
            "lambda-runtime-aws-request-id": "1",
            "lambda-runtime-deadline-ms": str(int(time.time() * 1000) + 30_000),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:measured",
            "content-type": "application/json",
        })
        self.server.invoked = time.perf_counter()

    def do_POST(self):
        now = time.perf_counter()
        body = self.rfile.read(int(self.headers["content-length"]))
        server = self.server
        if not self.path.endswith("/response") or json.loads(body)["statusCode"] != 200:
            server.failure = f"{self.path}: {body.decode()}"
        server.answered.append((server.invoked, now))
        if server.failure or len(server.answered) > server.invocations:
            server.done.set()
        self.answer(202, b"{}", {})

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


def run(binary, invocations):
    """Seconds from the start to the first response, of each invocation after it, and of processors."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Runtime)
    server.answered, server.invocations = [], invocations
    server.failure, server.done, server.killed = None, threading.Event(), threading.Event()
    # A function that is killed resets its connections.
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "AWS_LAMBDA_LOG_GROUP_NAME": "group",
    }
    started = time.perf_counter()
    function = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL)
    is_done = server.done.wait(60)
    function.kill()
    _, function.returncode, usage = os.wait4(function.pid, 0)
    server.killed.set()
    server.shutdown()
    server.server_close()
    if server.failure or not is_done:
        sys.exit(f"{binary}: {server.failure or 'no answer'}")
    (_, first), *rest = server.answered
    warm = [answered - invoked for invoked, answered in rest]
    return first - started, warm, usage.ru_utime + usage.ru_stime


def shown(seconds):
    low, median, high = statistics.quantiles((second * 1000 for second in seconds), n=4)
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


binary = sys.argv[1]
starts, invocations = (int(argument) for argument in sys.argv[2:] or [3, 10])
runs = [run(binary, invocations) for _ in range(starts)]
cold = shown([cold for cold, _, _ in runs])
warm = shown([seconds for _, warm, _ in runs for seconds in warm])
# Of processes that end with the first response.
cpu = shown([run(binary, 0)[2] for _ in range(starts)])
print(f"{os.path.basename(binary)}: cold start {cold} ms, of a processor {cpu} ms, warm {warm} ms")
