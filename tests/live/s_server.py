# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A WebSocket server whose TLS is `openssl s_server`: s_server.py default|intermediate [OPTION ...]

Prints "READY <port>". The OPTIONs are those of s_server; LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY are those of
the server. This script speaks WebSocket over the standard input and output of s_server, which takes a line
that begins with certain letters as a command, such as a KeyUpdate.

Every message is echoed, except texts that are commands.
"""
import base64
import hashlib
import os
import re
import socket
import subprocess
import sys

import child_server

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
REQUEST = re.compile(rb"GET [^\r\n]* HTTP/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n")
KEY = re.compile(rb"\r\nsec-websocket-key: *([^\r\n]+)\r\n", re.IGNORECASE)
END = "-----END CERTIFICATE-----\n"
TEXT, CLOSE = 1, 8
END_OF_CONNECTION = b"q"
KEY_UPDATES = {b"update": b"k\n", b"update both": b"K\n"}


def command(configuration, options, log):
    chain = os.environ["LINNET_LIVE_CERTIFICATE"]
    rest = child_server.home() / "rest.pem"
    with open(chain, encoding="utf-8") as certificates:
        rest.write_text(certificates.read().partition(END)[2], encoding="utf-8")
    words = [child_server.program("openssl"), "s_server", "-accept", "127.0.0.1:0", "-msg", "-msgfile", log,
             "-cert", chain, "-cert_chain", str(rest), "-key", os.environ["LINNET_LIVE_KEY"]]
    if configuration == "intermediate":
        lists = child_server.intermediate()
        words += ["-no_tls1", "-no_tls1_1", "-no_ticket", "-groups", lists["curves"], "-cipher", lists["ciphers"],
                  "-ciphersuites", lists["ciphersuites"]]
    return words + options


def count_of(log, direction, message):
    with open(log, encoding="utf-8") as lines:
        return sum(line.startswith(direction) and line.rstrip().endswith(" " + message) for line in lines)


class Server:
    """s_server, and the connection it has, if any."""

    def __init__(self, configuration, options):
        self.log = str(child_server.home() / "messages")
        # Each read from a socket of this type returns one packet: no command is read together with data.
        own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.input = own
        self.process = subprocess.Popen(command(configuration, options, self.log), stdin=other,
                                        stdout=subprocess.PIPE, bufsize=0,
                                        preexec_fn=child_server.die_with_parent)
        other.close()
        self.received = b""

    def receive(self):
        piece = self.process.stdout.read(65536)
        if not piece:
            sys.exit("s_server has ended")
        self.received += piece

    def take(self, size):
        while len(self.received) < size:
            self.receive()
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def take_match(self, pattern):
        while not (match := pattern.search(self.received)):
            self.receive()
        self.received = self.received[match.end():]
        return match

    def take_frame(self):
        """A frame of a client; returns opcode and payload. Before it, s_server may print ASCII text of its own."""
        self.take_match(re.compile(rb"^[\x00-\x7f]*(?=[\x80-\xff])"))
        first, second = self.take(2)
        size = second & 127
        if size > 125:
            size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
        mask = self.take(4)
        return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.take(size)))

    def send(self, opcode, payload):
        self.input.send(bytes([0x80 | opcode, len(payload)]) + payload)

    def answer(self, opcode, payload):
        if payload in KEY_UPDATES:
            self.input.send(KEY_UPDATES[payload])
        if payload.startswith(b"count "):
            message = payload[len(b"count "):].decode()
            sent, received = (count_of(self.log, direction, message) for direction in (">>>", "<<<"))
            payload = f"sent {sent}, received {received}".encode()
        self.send(opcode, payload)

    def converse(self):
        request = self.take_match(REQUEST).group()
        digest = hashlib.sha1(KEY.search(request).group(1) + GUID).digest()
        self.input.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")
        opcode = TEXT
        while opcode != CLOSE:
            opcode, payload = self.take_frame()
            self.answer(opcode, payload)
        self.input.send(END_OF_CONNECTION)


def main():
    server = Server(sys.argv[1], sys.argv[2:])
    port = server.take_match(re.compile(rb"ACCEPT 127\.0\.0\.1:(\d+)\n")).group(1).decode()
    child_server.report(f"READY {port}")
    while True:
        server.converse()


main()
