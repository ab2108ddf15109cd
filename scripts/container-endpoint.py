#!/usr/bin/env python3
"""A container's endpoint for credentials, as ECS and EKS have it, with keys that live for seconds.

    scripts/container-endpoint.py PORT TOKEN_FILE LIFE

Answers whoever shows what the token file holds, and then writes another token into it. The access key
id says when the keys expire: ASIA and the seconds since 1970. A line on stdout says when it listens.
"""

import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

port, token_file, life = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])


class Endpoint(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers["authorization"] != token_file.read_text():
            return self.answer(401, {"code": "Unauthorized", "message": "not the token of now"})
        rotate()
        expiry = int(time.time()) + life
        self.answer(200, {
            "AccessKeyId": f"ASIA{expiry}",
            "SecretAccessKey": f"secret-{expiry}",
            "Token": f"token-{expiry}",
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expiry)),
        })

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def rotate():
    other = token_file.with_suffix(".next")
    other.write_text(secrets.token_hex(16))
    other.replace(token_file)


rotate()
server = HTTPServer(("127.0.0.1", port), Endpoint)
print("listening", flush=True)
server.serve_forever()
