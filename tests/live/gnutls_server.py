# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""gnutls-serv, behind a relay on loopback: gnutls_server.py default|intermediate

gnutls-serv listens on every address. It therefore runs in a network of its own, which only the relay enters; on a
system that allows no such network, this prints "FORBIDDEN". Otherwise it prints "READY <port>".
LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY are those of the server.

gnutls-serv cannot speak WebSocket: it responds to each request with a page about the TLS connection.
"""
import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import subprocess
import sys

import child_server

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# Mozilla's list in the words of GnuTLS.
INTERMEDIATE = ("NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+DHE-RSA:+AES-128-GCM:+AES-256-GCM:"
                "+CHACHA20-POLY1305:+AEAD:+SIGN-ALL:+COMP-ALL:+CTYPE-ALL:+GROUP-X25519:+GROUP-SECP256R1:"
                "+GROUP-SECP384R1:+GROUP-FFDHE2048:%NO_TICKETS")


def enter_own_network():
    """Sockets opened before stay in the network of the system."""
    if all(child_server.LIBC.unshare(flags) != 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET)):
        child_server.report("FORBIDDEN")
        sys.exit(1)
    with socket.socket() as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def command_on(port):
    words = [child_server.program("gnutls-serv"), "--quiet", "--http", "--port", str(port),
             "--x509certfile", os.environ["LINNET_LIVE_CERTIFICATE"], "--x509keyfile", os.environ["LINNET_LIVE_KEY"]]
    return words + (["--priority", INTERMEDIATE] if sys.argv[1] == "intermediate" else [])


async def pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def main(listener, port):
    async def relay(reader, writer):
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))
        server_writer.close()
        writer.close()
    server = await asyncio.start_server(relay, sock=listener)
    child_server.report(f"READY {listener.getsockname()[1]}")
    await server.serve_forever()


child_server.program("gnutls-serv")
own_listener = socket.create_server(("127.0.0.1", 0))
enter_own_network()
asyncio.run(main(own_listener, child_server.start(command_on, stdout=subprocess.DEVNULL)))
