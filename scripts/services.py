#!/usr/bin/env python3
"""Stand-ins for the services behind IAM that the examples call. None verifies a signature; each wants all
else as the service does. The first part of a path names the service.

    scripts/services.py PORT

A line on stdout says when it listens, and others say what was asked for.
"""

import base64
import gzip
import hashlib
import json
import struct
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

# Set by a request for `/bedrock/go-on`, from whoever has seen what was sent until then.
seen = threading.Event()


class Refused(Exception):
    pass


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or else a body waits for the acknowledgement of its head, 40 ms.
    disable_nagle_algorithm = True

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        service, _, path = self.path[1:].partition("/")
        try:
            answer = SERVICES[service](self, path)
        except Refused as refused:
            answer = 400, "text/plain", str(refused).encode()
        if answer:
            self.answer(*answer)

    do_DELETE = do_POST

    def expect(self, **headers):
        for name, wanted in headers.items():
            name = name.replace("_", "-")
            if self.headers[name] != wanted:
                raise Refused(f"{name} is {self.headers[name]}, not {wanted}")

    def answer(self, status, content_type, body, **headers):
        self.send_response(status)
        headers |= {"content-type": content_type, "content-length": len(body)}
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sts(request, _):
    """The keys of a session are made of its role's name and its tags."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    if form["Action"] == "GetCallerIdentity":
        return 200, "text/xml", b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
    role = form["RoleArn"].rsplit("/", 1)[1]
    if (form["Action"], form["Version"]) != ("AssumeRole", "2011-06-15") or role == "forbidden":
        return 403, "text/xml", b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    print("assumed", role, flush=True)
    name = role + form.get("Tags.member.1.Key", "") + form.get("Tags.member.1.Value", "")
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    answer = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROA123:{form["RoleSessionName"]}</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/{role}/{form["RoleSessionName"]}</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA{name.upper()}</AccessKeyId>
      <SecretAccessKey>secret-of-{name}</SecretAccessKey>
      <SessionToken>token-of-{name}</SessionToken>
      <Expiration>{expiration}</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</AssumeRoleResponse>"""
    return 200, "text/xml", answer.encode()


def aoss(request, path):
    request.expect(x_amz_content_sha256=hashlib.sha256(request.body).hexdigest())
    return es(request, path)


def es(request, path):
    """Takes all documents but those that say that they are broken."""
    request.expect(content_encoding="gzip", content_type="application/x-ndjson")
    lines = gzip.decompress(request.body).decode().splitlines()
    items = []
    for action, document in zip(lines[::2], lines[1::2], strict=True):
        if json.loads(action) != {"index": {}}:
            raise Refused(f"what is {action}")
        item = {"_index": path.split("/")[0], "status": 201}
        if "broken" in json.loads(document):
            item |= {"status": 400, "error": {"type": "mapper_parsing_exception"}}
        items.append({"index": item})
    answer = {"errors": any("error" in item["index"] for item in items), "items": items}
    return 200, "application/json", json.dumps(answer).encode()


def aps(request, _):
    request.expect(
        content_encoding="snappy", content_type="application/x-protobuf",
        x_prometheus_remote_write_version="0.1.0",
    )
    for series in fields(unsnap(request.body)).get(1, []):
        series = fields(series)
        labels = [fields(label) for label in series[1]]
        labels = [(label[1][0].decode(), label[2][0].decode()) for label in labels]
        if labels != sorted(labels):
            raise Refused("out of order labels")
        for sample in map(fields, series[2]):
            print("sample", *(f"{name}={value}" for name, value in labels), sample[1][0], flush=True)
            if abs(sample[2][0] / 1000 - time.time()) > 60:
                raise Refused("out of bounds")
    return 200, "text/plain", b""


def unsnap(data):
    """Decompresses a block: https://github.com/google/snappy/blob/main/format_description.txt"""
    length, data = varint(data)
    out = bytearray()
    while data:
        tag, data = data[0], data[1:]
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size, data = int.from_bytes(data[:extra], "little"), data[extra:]
            out += data[: size + 1]
            data = data[size + 1 :]
            continue
        if tag & 3 == 1:
            size, offset, data = 4 + (tag >> 2 & 7), (tag >> 5) << 8 | data[0], data[1:]
        else:
            extra = 2 if tag & 3 == 2 else 4
            size, offset, data = (tag >> 2) + 1, int.from_bytes(data[:extra], "little"), data[extra:]
        for _ in range(size):
            out.append(out[-offset])
    if len(out) != length:
        raise Refused("a broken block")
    return bytes(out)


def fields(data):
    """The fields of a protobuf message, by their numbers."""
    found = {}
    while data:
        key, data = varint(data)
        if key & 7 == 0:
            value, data = varint(data)
        elif key & 7 == 1:
            value, data = struct.unpack("<d", data[:8])[0], data[8:]
        else:
            size, data = varint(data)
            value, data = data[:size], data[size:]
        found.setdefault(key >> 3, []).append(value)
    return found


def varint(data):
    value = 0
    for index, byte in enumerate(data):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, data[index + 1 :]
    raise Refused("a number without an end")


def bedrock(request, path):
    """Answers with a stream whose end is sent when somebody says that its beginning was seen."""
    if path == "go-on":
        seen.set()
        return 200, "text/plain", b""
    if not path.endswith("/invoke-with-response-stream") or ":" not in path:
        raise Refused(f"no model at {path}")
    prompt = json.loads(request.body)["messages"][0]["content"]
    request.send_response(200)
    request.send_header("content-type", "application/vnd.amazon.eventstream")
    request.send_header("transfer-encoding", "chunked")
    request.end_headers()

    def chunk(data):
        request.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    chunk(event("event", text("Tea is ")))
    if not seen.wait(10):
        request.close_connection = True
        return None
    last = event("event", text("hot."))
    # A frame may come in two parts.
    chunk(last[:7])
    chunk(last[7:])
    if prompt == "break":
        chunk(event("exception", {"message": "Too many tokens"}))
    chunk(b"")
    return None


def text(words):
    delta = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": words}}
    return {"bytes": base64.b64encode(json.dumps(delta).encode()).decode()}


def event(message_type, payload):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html"""
    headers = {":message-type": message_type, ":content-type": "application/json"}
    if message_type == "event":
        headers[":event-type"] = "chunk"
    encoded = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    payload = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(encoded) + len(payload), len(encoded))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + encoded + payload
    return message + struct.pack(">I", zlib.crc32(message))


def mcp(request, _):
    """A server with one tool; after the first request it answers with events."""
    session = {"mcp_session_id": "session-1", "mcp_protocol_version": "2025-06-18"}
    if request.command == "DELETE":
        request.expect(**session)
        print("session closed", flush=True)
        return 204, "text/plain", b""
    request.expect(accept="application/json, text/event-stream", content_type="application/json")
    message = json.loads(request.body)
    method = message["method"]
    if method == "initialize":
        result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}
        answer = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
        return request.answer(200, "application/json", answer, mcp_session_id="session-1")
    request.expect(**session)
    if method == "notifications/initialized":
        return 202, "text/plain", b""
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if method == "tools/list":
        tool = {"name": "brew", "description": "Makes tea", "inputSchema": {"type": "object"}}
        answer["result"] = {"tools": [tool]}
    elif message["params"]["name"] == "brew":
        cups = message["params"]["arguments"]["cups"]
        answer["result"] = {"content": [{"type": "text", "text": f"{cups} cups of tea"}]}
    else:
        answer["error"] = {"code": -32602, "message": "Unknown tool"}
    progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}}
    events = "".join(f"event: message\r\ndata: {json.dumps(event)}\r\n\r\n" for event in (progress, answer))
    return 200, "text/event-stream", events.encode()


SERVICES = {"aoss": aoss, "aps": aps, "bedrock": bedrock, "es": es, "mcp": mcp, "sts": sts}

server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service)
print("listening", flush=True)
server.serve_forever()
