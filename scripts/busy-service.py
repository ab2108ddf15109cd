#!/usr/bin/env python3
"""A service that is too busy for the first request, hangs on the second, and answers the others with
the headers that it got.

    scripts/busy-service.py PORT

`/busy/orders/slow` takes most of a second. A line on stdout says when it listens, and each request is
one when it arrives.
"""

import itertools
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

numbers = itertools.count(1)


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, flush=True)
        if self.path.endswith("/slow"):
            time.sleep(0.8)
            return self.answer(200)
        number = next(numbers)
        if number == 2:
            time.sleep(3)
        self.answer(503 if number == 1 else 200)

    def answer(self, status):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except BrokenPipeError:
            pass  # nobody waited

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service)
print("listening", flush=True)
server.serve_forever()
