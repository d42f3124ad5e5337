# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A plain socket server for responses that no WebSocket library sends. Prints "READY <port>".

The path of the request selects the response. After it the server ends its stream, except after
silence: then it waits until the client has disconnected.
"""
import socket

ANSWERS = {
    "/silent": b"",
    "/302": b"HTTP/1.1 302 Found\r\n"
            b"Location: ws://127.0.0.1:1/elsewhere?secret\r\n"
            b"Content-Length: 0\r\n\r\n",
    "/401": b"HTTP/1.1 401 Unauthorized\r\n"
            b'WWW-Authenticate: Basic realm="live"\r\n'
            b"Content-Length: 12\r\n\r\n"
            b"who are you?",
    "/not-http": b"SSH-2.0-live\r\n",
    "/http-1.0": b"HTTP/1.0 200 OK\r\n\r\n",
    "/early-hints-401": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                        b"HTTP/1.1 401 Unauthorized\r\n\r\n",
    "/half": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso",
    "/nothing": b"",
    "/wrong-accept": b"HTTP/1.1 101 Switching Protocols\r\n"
                     b"Upgrade: websocket\r\n"
                     b"Connection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
}


def request_of(connection):
    request = b""
    while b"\r\n\r\n" not in request:
        received = connection.recv(4096)
        if not received:
            break
        request += received
    return request.decode("latin-1")


def serve(connection):
    words = request_of(connection).split(" ", 2)
    path = words[1] if len(words) > 1 else "/nothing"
    connection.sendall(ANSWERS.get(path, b""))
    if path == "/silent":
        connection.recv(1)


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"READY {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except ConnectionError:
                pass  # the client may drop a refused connection


main()
