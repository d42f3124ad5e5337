# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A proxy that damages TLS 1.2 in transit from a server: tls_proxy.py FAULT PORT. Prints "READY <port>".

It splits the server's stream into records. By default it damages the third record with application data,
which is the second message after the response to the upgrade. The second record of the handshake has the
certificates, the third the key exchange. The names are those in FAULTS.
"""
import contextlib
import socket
import struct
import sys
import threading

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
HEADER_SIZE = 5


class Ended(Exception):
    """The client receives nothing more."""


class Reset(Exception):
    """The connection is lost."""


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise Ended
        data += piece
    return data


def next_record(connection):
    header = receive(connection, HEADER_SIZE)
    kind, _version, size = struct.unpack(">BHH", header)
    return kind, header + receive(connection, size)


def flipped(record, offset):
    damaged = bytearray(record)
    damaged[offset] ^= 1
    return bytes(damaged)


def resized(record, size):
    return record[:3] + struct.pack(">H", size) + record[HEADER_SIZE:][:size]


def corrupt(client, record, _first):
    client.sendall(flipped(record, HEADER_SIZE + 8))


def corrupt_the_tag(client, record, _first):
    client.sendall(flipped(record, -1))


def duplicate(client, record, _first):
    client.sendall(record + record)


def replay_the_first(client, _record, first):
    client.sendall(first)


def drop(_client, _record, _first):
    pass


def truncate(client, record, _first):
    client.sendall(record[:-5])
    raise Ended


def truncate_the_header(client, record, _first):
    client.sendall(record[:3])
    raise Ended


def end_between_records(_client, _record, _first):
    raise Ended


def too_long(client, record, _first):
    client.sendall(resized(record, 20000) + bytes(20000))


def too_short(client, record, _first):
    client.sendall(resized(record, 10))


def too_short_by_a_byte(client, record, _first):
    client.sendall(resized(record, 23))


def too_short_finished(client, record, _first):
    client.sendall(record + b"\x16\x03\x03\x00\x0a" + bytes(10))


def plain_alert(client, _record, _first):
    client.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def reset(_client, _record, _first):
    raise Reset


def drip(client, record, _first):
    for byte in record:
        client.sendall(bytes([byte]))


# (kind of record, index within that kind): the fault.
FAULTS = {
    "none": {},
    "corrupt_the_certificates": {(HANDSHAKE, 2): corrupt_the_tag},
    "corrupt_the_key_exchange": {(HANDSHAKE, 3): corrupt_the_tag},
    "truncate_the_handshake": {(HANDSHAKE, 3): truncate},
    "reset_the_handshake": {(HANDSHAKE, 3): reset},
    "corrupt_the_first": {(APPLICATION_DATA, 1): corrupt},
    "corrupt": {(APPLICATION_DATA, 3): corrupt},
    "corrupt_the_tag": {(APPLICATION_DATA, 3): corrupt_the_tag},
    "duplicate": {(APPLICATION_DATA, 2): duplicate},
    "replay_the_first": {(APPLICATION_DATA, 3): replay_the_first},
    "drop": {(APPLICATION_DATA, 2): drop},
    "truncate": {(APPLICATION_DATA, 3): truncate},
    "truncate_the_header": {(APPLICATION_DATA, 3): truncate_the_header},
    "end_between_records": {(APPLICATION_DATA, 3): end_between_records},
    "too_long": {(APPLICATION_DATA, 3): too_long},
    "too_short": {(APPLICATION_DATA, 3): too_short},
    "too_short_by_a_byte": {(APPLICATION_DATA, 3): too_short_by_a_byte},
    "too_short_finished": {(CHANGE_CIPHER_SPEC, 1): too_short_finished},
    "plain_alert": {(APPLICATION_DATA, 3): plain_alert},
    "reset": {(APPLICATION_DATA, 3): reset},
    "drip": {(APPLICATION_DATA, count): drip for count in (1, 2, 3)},
    "drop_close_notify": {(ALERT, 1): drop},
    "corrupt_close_notify": {(ALERT, 1): corrupt},
}


def forward_from_client(client, server):
    with contextlib.suppress(OSError):
        while data := client.recv(65536):
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def forward_from_server(client, server, faults):
    counts = {}
    first = b""
    while True:
        kind, record = next_record(server)
        counts[kind] = counts.get(kind, 0) + 1
        if kind == APPLICATION_DATA and not first:
            first = record
        fault = faults.get((kind, counts[kind]))
        if fault:
            fault(client, record, first)
        else:
            client.sendall(record)


def reset_by(client, thread):
    """Makes closing the socket send a reset, which requires that no other thread reads from it."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.shutdown(socket.SHUT_RD)
    thread.join()


def serve(client, port, faults):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with socket.create_connection(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=forward_from_client, args=(client, server), daemon=True)
        thread.start()
        try:
            forward_from_server(client, server, faults)
        except Reset:
            return reset_by(client, thread)
        except (Ended, OSError):
            pass
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)
        thread.join()


def main():
    faults, port = FAULTS[sys.argv[1]], int(sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"READY {listener.getsockname()[1]}", flush=True)
    while True:
        client, _ = listener.accept()
        with client:
            serve(client, port, faults)


main()
