# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A server based on python3-websockets.

Prints "READY <port>", then a line for each connection that was closed. With LINNET_LIVE_CERTIFICATE and
LINNET_LIVE_KEY in the environment it uses TLS, with LINNET_LIVE_TLS=1.2 at most version 1.2.

Every message is echoed with its own type, except texts that are commands. Some paths are refused.
Compression is at the library's default: it must not affect clients that do not offer it.
"""
import asyncio
import contextlib
import os
import ssl
import sys
from http import HTTPStatus

try:
    from websockets.exceptions import ConnectionClosed
    from websockets.legacy.server import serve
except ImportError:
    print("ABSENT", flush=True)
    sys.exit(1)

SUB_PROTOCOLS = ["linnet.one", "linnet.two"]
ELSEWHERE = ("Location", "ws://127.0.0.1:1/elsewhere?secret")
CHALLENGE = ("WWW-Authenticate", 'Basic realm="live"')
REFUSALS = {
    "/302": (HTTPStatus.FOUND, [ELSEWHERE], b"look elsewhere\n"),
    "/401": (HTTPStatus.UNAUTHORIZED, [CHALLENGE], b"who are you?\n"),
    "/404": (HTTPStatus.NOT_FOUND, [], b"nothing here\n"),
}
FRAGMENTS = ["one message, ", "in three ", "", "fragments: \u20ac"]


def report(line):
    print(line, flush=True)


async def refuse(path, _headers):
    return REFUSALS.get(path)


async def fragments(socket, kind):
    for fragment in FRAGMENTS:
        yield fragment if kind == "text" else fragment.encode()
        await (await socket.ping())


async def do_fragments(socket, words):
    await socket.send(fragments(socket, words))


async def do_ping(socket, words):
    await (await socket.ping(words.encode()))
    await socket.send("the pong came back")


async def do_close(socket, words):
    code, _, reason = words.partition(" ")
    await socket.close(int(code), reason)


async def do_headers(socket, _words):
    lines = [f"{name.lower()}: {value}" for name, value in socket.request_headers.raw_items()]
    await socket.send("\n".join(lines))


async def do_big(socket, words):
    await socket.send(b"z" * int(words))


COMMANDS = {
    "fragments": do_fragments,
    "ping": do_ping,
    "close": do_close,
    "headers": do_headers,
    "big": do_big,
}


async def reply(socket, message):
    command, words = "", ""
    if isinstance(message, str):
        command, _, words = message[:200].partition(" ")
    if command in COMMANDS:
        await COMMANDS[command](socket, words)
    else:
        await socket.send(message)


async def converse(socket, _path=None):
    count = 0
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            count += 1
            # After the client's close frame no reply can be sent, but its messages are still read.
            with contextlib.suppress(ConnectionClosed):
                await reply(socket, message)
    await socket.wait_closed()
    report(f"CLOSED {socket.close_code} after {count} messages: {socket.close_reason}")


def tls():
    certificate = os.environ.get("LINNET_LIVE_CERTIFICATE")
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, os.environ["LINNET_LIVE_KEY"])
    if os.environ.get("LINNET_LIVE_TLS") == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


async def main(announce, tls_context):
    server = await serve(converse, "127.0.0.1", 0, subprotocols=SUB_PROTOCOLS, ssl=tls_context,
                         process_request=refuse, ping_interval=None)
    announce(server.sockets[0].getsockname()[1])
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(lambda port: report(f"READY {port}"), tls()))
