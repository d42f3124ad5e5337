# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A server that misbehaves where TLS is expected: raw_tls_server.py MISDEED. Prints "READY <port>".

Each connection is handled in the same way. The names are those in MISDEEDS.
"""
import contextlib
import itertools
import socket
import struct
import sys

ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
TLS_1_2 = 0x0303
WARNING, FATAL = 1, 2


def record(kind, payload, version=TLS_1_2, size=None):
    return struct.pack(">BHH", kind, version, len(payload) if size is None else size) + payload


def alert(number, level=FATAL):
    return record(ALERT, bytes([level, number]))


def handshake(kind, body):
    return struct.pack(">B", kind) + len(body).to_bytes(3, "big") + body


def server_hello(version=TLS_1_2, suite=0xC02B):
    renegotiation_info = bytes.fromhex("ff01000100")
    body = struct.pack(">H", version) + bytes(range(32)) + b"\0" + struct.pack(">HB", suite, 0)
    body += struct.pack(">H", len(renegotiation_info)) + renegotiation_info
    return record(HANDSHAKE, handshake(2, body))


def huge_certificate():
    certificate = b"\x30\x83\x0f\xff\x00" + bytes(0xFFF00)
    entry = len(certificate).to_bytes(3, "big") + certificate
    message = handshake(11, len(entry).to_bytes(3, "big") + entry)
    pieces = (message[i:i + 16384] for i in range(0, len(message), 16384))
    return server_hello() + b"".join(record(HANDSHAKE, piece) for piece in pieces)


def send(*words):
    def misdeed(connection):
        for each in words:
            connection.sendall(each)
    return misdeed


def say_for_ever(word):
    def misdeed(connection):
        for _ in itertools.count():
            connection.sendall(word * 1000)
    return misdeed


def say_and_wait(word):
    def misdeed(connection):
        connection.sendall(word)
        connection.recv(1)
    return misdeed


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


MISDEEDS = {
    "http": send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    "ssh": send(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "smtp": send(b"220 mail.test ESMTP\r\n"),
    "nul_bytes": send(bytes(100)),
    "sslv2": send(b"\x80\x2e\x04\x00\x01\x00\x02" + bytes(41)),
    "unknown_record_type": send(record(99, b"what is this")),
    "end_at_once": None,
    "end_after_hello": send(),
    "end_within_a_record": send(server_hello()[:20]),
    "reset_after_hello": reset,
    "close_notify": send(alert(0, WARNING)),
    "silent": say_and_wait(b""),
    "half_a_record_and_silence": say_and_wait(server_hello()[:20]),
    "alert_40": send(alert(40)),
    "alert_42": send(alert(42)),
    "alert_70": send(alert(70)),
    "alert_112": send(alert(112)),
    "alert_255": send(alert(255)),
    "application_data_first": send(record(APPLICATION_DATA, b"hello")),
    "too_long_record": send(record(HANDSHAKE, bytes(20000))),
    "garbage_handshake": send(record(HANDSHAKE, handshake(20, b"hello"))),
    "old_server_hello": send(server_hello(version=0x0302, suite=0xC009)),
    "empty_records": say_for_ever(record(HANDSHAKE, b"")),
    "warnings": say_for_ever(alert(112, WARNING)),
    "huge_certificate": send(huge_certificate()),
}


def serve(connection, misdeed):
    if misdeed is None:
        return
    connection.recv(65536)  # the ClientHello
    misdeed(connection)
    if misdeed is not reset:
        # The output must arrive: unread input would cause a reset.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def main():
    misdeed = MISDEEDS[sys.argv[1]]
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"READY {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            serve(connection, misdeed)


main()
