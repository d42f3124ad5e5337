#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Tests the command `linnet` as a person uses it: through pipes, in a pseudo-terminal and in tmux, with
its own echo server and with a server that the test controls byte by byte.

    cli_test.py PATH_OF_LINNET [unittest arguments]     or LINNET=PATH cli_test.py

Nothing here sleeps: every wait is for output, a frame or an end, and has a deadline."""
import base64
import fcntl
import hashlib
import os
import pty
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

LINNET = os.environ.get('LINNET', '')
DEADLINE_S = 30
MIB = 1 << 20
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
USAGE, REQUEST, RESOLVE, CONNECT, TLS, UPGRADE, JOIN, OPEN, CLOSING, TIMEOUT = range(1, 11)


# ---- the program -------------------------------------------------------------------------------

def wait_readable(fd, deadline):
    ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
    if not ready:
        raise AssertionError('nothing came within the deadline')


class Stream:
    """The output read from a descriptor."""

    def __init__(self, fd):
        self.fd = fd
        self.data = b''
        self.ended = False

    def read(self, deadline):
        wait_readable(self.fd, deadline)
        try:
            piece = os.read(self.fd, 1 << 16)
        except OSError:  # a pseudo-terminal without users
            piece = b''
        self.data += piece
        self.ended = not piece

    def until(self, wanted):
        """Waits for the regular expression `wanted`; returns its match."""
        pattern = re.compile(wanted, re.S)
        deadline = time.monotonic() + DEADLINE_S
        while True:
            match = pattern.search(self.data)
            if match:
                return match
            if self.ended:
                raise AssertionError(f'{wanted!r} is not in {self.data!r}, which has ended')
            self.read(deadline)

    def rest(self):
        deadline = time.monotonic() + DEADLINE_S
        pieces = [self.data]
        while not self.ended:
            self.data = b''
            self.read(deadline)
            pieces.append(self.data)
        self.data = b''.join(pieces)
        return self.data


class Linnet:
    """The program with pipes. `stdin`: the whole input, or None to use `send` and `end_input`."""

    def __init__(self, *arguments, stdin=None, stdout=subprocess.PIPE, **options):
        given = subprocess.PIPE
        if stdin is not None:
            given = tempfile.TemporaryFile()
            given.write(stdin)
            given.seek(0)
        self.process = subprocess.Popen([LINNET, *arguments], stdin=given, stdout=stdout,
                                        stderr=subprocess.PIPE, bufsize=0, **options)
        if stdin is not None:
            given.close()
        self.out = Stream(self.process.stdout.fileno()) if self.process.stdout else None
        self.err = Stream(self.process.stderr.fileno())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                pipe.close()

    def send(self, data):
        os.write(self.process.stdin.fileno(), data)

    def end_input(self):
        self.process.stdin.close()

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self):
        """Waits for its end; returns status, standard output and standard error."""
        out = self.out.rest() if self.out else b''
        err = self.err.rest().decode()
        return self.process.wait(DEADLINE_S), out, err


def run(*arguments, stdin=b'', **options):
    with Linnet(*arguments, stdin=stdin, **options) as linnet:
        return linnet.finish()


class Serve(Linnet):
    """linnet serve, listening."""

    def __init__(self, *arguments):
        super().__init__('serve', *(arguments or ('0',)))
        found = self.out.until(rb'^listening on (wss?://127\.0\.0\.1:(\d+)/)\n')
        self.url, self.port = found.group(1).decode(), int(found.group(2))


# ---- a server controlled by the test -----------------------------------------------------------

class Peer:
    """The server's end of a connection."""

    def __init__(self, sock):
        self.sock = sock
        self.data = bytearray()
        self.request = b''

    def receive_more(self):
        piece = self.sock.recv(1 << 20)
        if not piece:
            raise AssertionError('the client ended the stream')
        self.data += piece

    def receive(self, size):
        while len(self.data) < size:
            self.receive_more()
        taken, self.data = bytes(self.data[:size]), self.data[size:]
        return taken

    def response(self, extra=''):
        """Reads the request; returns the response that accepts it."""
        while b'\r\n\r\n' not in self.data:
            self.receive_more()
        head, self.data = self.data.split(b'\r\n\r\n', 1)
        self.request = bytes(head)
        key = re.search(rb'Sec-WebSocket-Key: (\S+)', self.request).group(1)
        digest = hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest()
        return (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n'
                b'Connection: Upgrade\r\nSec-WebSocket-Accept: ' + base64.b64encode(digest) +
                b'\r\n' + extra.encode() + b'\r\n')

    def accept(self, extra=''):
        self.send(self.response(extra))
        return self

    def send(self, data):
        self.sock.sendall(data)

    def frame(self):
        """The next frame: opcode and payload."""
        first, second = self.receive(2)
        size = second & 0x7F
        if size == 126:
            size, = struct.unpack('>H', self.receive(2))
        elif size == 127:
            size, = struct.unpack('>Q', self.receive(8))
        key = int.from_bytes(self.receive(4), 'big')
        payload = self.receive(size)
        mask = (key.to_bytes(4, 'big') * (size // 4 + 1))[:size]
        plain = int.from_bytes(payload, 'big') ^ int.from_bytes(mask, 'big')
        return first & 0x0F, plain.to_bytes(size, 'big')

    def message(self):
        """The next frame that is not a ping; answers pings."""
        while True:
            opcode, payload = self.frame()
            if opcode != PING:
                return opcode, payload
            self.send(frame(PONG, payload))

    def messages(self):
        """All frames up to and including the close frame."""
        all_of_them = []
        while True:
            opcode, payload = self.message()
            if opcode == CLOSE:
                return all_of_them, payload
            all_of_them.append(payload)

    def leave(self, payload=b'\x03\xe8'):
        """The close frame, and the end of the stream."""
        self.send(frame(CLOSE, payload))
        self.end()

    def end(self):
        self.sock.close()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.sock.close()


def frame(opcode, payload=b'', fin=True):
    size = len(payload)
    length = (bytes([size]) if size < 126 else
              b'\x7e' + struct.pack('>H', size) if size < 65536 else
              b'\x7f' + struct.pack('>Q', size))
    return bytes([opcode | (0x80 if fin else 0)]) + length + payload


def close_frame(code, reason=b''):
    return frame(CLOSE, struct.pack('>H', code) + reason)


class Listener:
    def __init__(self):
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.sock.settimeout(DEADLINE_S)
        self.url = f'ws://127.0.0.1:{self.sock.getsockname()[1]}/'
        self.peers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()
        for peer in self.peers:
            peer.sock.close()

    def peer(self):
        sock, _ = self.sock.accept()
        sock.settimeout(DEADLINE_S)
        self.peers.append(Peer(sock))
        return self.peers[-1]


class Case(unittest.TestCase):
    maxDiff = None

    def entered(self, manager):
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def talk(self, *arguments, **options):
        """A client, and the server's end of its connection before the handshake."""
        listener = self.entered(Listener())
        linnet = self.entered(Linnet(*arguments, listener.url, **options))
        return linnet, listener.peer()

    def ends(self, linnet, status, *expected):
        got, out, err = linnet.finish()
        for wanted in expected:
            self.assertRegex(err, wanted)
        self.assertEqual(got, status, err)
        return out, err


# ---- messages ----------------------------------------------------------------------------------

class Messages(Case):
    def test_lines_are_sent_as_text_messages_and_received_messages_are_printed(self):
        lines = 'hello\n\nGrüße, 世界\nwithout a line feed'.encode()
        server = self.entered(Serve())
        for option in (['-w', '0.3'], ['-w0.3'], ['--wait=0.3'], ['--wait', '0.3']):
            status, out, err = run(*option, server.url, stdin=lines)
            self.assertEqual((status, out), (0, lines + b'\n'), err)
            self.assertIn('connected to 127.0.0.1 port', err)
            self.assertIn('this side closed the connection and the server agreed', err)

    def test_an_empty_line_is_an_empty_message_and_a_line_end_is_not_a_message(self):
        linnet, peer = self.talk(stdin=b'a\n\n\nb\r\n')
        self.assertEqual(peer.accept().messages()[0], [b'a', b'', b'', b'b\r'])

    def test_nothing_is_lost_when_the_input_ends_before_the_connection_opens(self):
        lines = [b'%d' % i for i in range(1000)]
        linnet, peer = self.talk(stdin=b'\n'.join(lines))
        peer.accept()
        messages, close = peer.messages()
        self.assertEqual(messages, lines)
        self.assertEqual(close, struct.pack('>H', 1000))
        peer.leave()
        self.ends(linnet, 0)

    def test_more_lines_than_the_send_queue_fits_reach_a_server_that_does_not_reply(self):
        lines = [b'%d' % i for i in range(20000)]
        linnet, peer = self.talk('-q', stdin=b'\n'.join(lines))
        self.assertEqual(peer.accept().messages()[0], lines)
        peer.leave()
        self.ends(linnet, 0)

    def test_without_input_it_closes(self):
        linnet, peer = self.talk(stdin=b'')
        self.assertEqual(peer.accept().messages(), ([], struct.pack('>H', 1000)))
        peer.leave()
        self.ends(linnet, 0)

    def test_replies_to_piped_input_are_printed(self):
        # On a busy machine a second of silence may end it before the replies: it then prints a message.
        for _ in range(10):
            linnet, peer = self.talk('-q', stdin=b'1\n2\n3\n4\n5\n')
            peer.accept()
            questions = [peer.frame() for _ in range(5)]
            opcode, payload = peer.frame()
            for question in questions:
                peer.send(frame(*question))
            if opcode == PING:
                peer.send(frame(PONG, payload))
                self.assertEqual(peer.frame()[0], CLOSE)
            peer.leave()
            status, out, err = linnet.finish()
            if 'discarded' not in err:
                break
        self.assertEqual((status, out, err), (0, b'1\n2\n3\n4\n5\n', ''))

    def test_the_end_of_input_sends_a_ping_and_its_pong_closes(self):
        lines = [b'%d' % i for i in range(5000)]
        linnet, peer = self.talk('-q', stdin=b'\n'.join(lines))
        peer.accept()
        for line in lines:
            self.assertEqual(peer.frame(), (TEXT, line))
        opcode, payload = peer.frame()
        self.assertEqual(opcode, PING)
        peer.send(frame(TEXT, b'answer') + frame(PONG, payload))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        self.ends(linnet, 0)

    def test_a_pong_of_an_earlier_ping_does_not_close(self):
        linnet, peer = self.talk('--ping=0.05')
        opcode, early = peer.accept().frame()
        self.assertEqual(opcode, PING)
        begin = time.monotonic()
        linnet.end_input()
        peer.send(frame(PONG, early))
        while opcode == PING:
            opcode, _ = peer.frame()
        self.assertEqual(opcode, CLOSE)
        self.assertGreaterEqual(time.monotonic() - begin, 0.99, 'not by the silence')

    def test_an_unsolicited_pong_does_not_close(self):
        for payload in (b'', b'beat', b'\0\0\0\0\0\0\0\1'):
            # If the machine pauses for a second, the silence ends it: retries.
            outputs = (self.output_after_foreign_pongs(payload) for _ in range(5))
            self.assertIn(b'answer\n', outputs)

    def output_after_foreign_pongs(self, payload):
        linnet, peer = self.talk(stdin=b'question\n')
        # In one write with the response, hence before the ping, whose payload it might otherwise match.
        peer.send(peer.response() + frame(PONG, payload))
        self.assertEqual(peer.frame(), (TEXT, b'question'))
        opcode, ping = peer.frame()
        self.assertEqual(opcode, PING)
        peer.send(frame(PONG, b'beat') + frame(PONG, b'') + frame(TEXT, b'answer'))
        peer.send(frame(PONG, ping))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        return self.ends(linnet, 0)[0]

    def test_a_second_of_silence_closes_without_a_pong(self):
        linnet, peer = self.talk()
        peer.accept()
        linnet.err.until(b'connected')
        begin = time.monotonic()
        linnet.end_input()
        self.assertEqual(peer.frame()[0], PING)
        self.assertEqual(peer.frame()[0], CLOSE)
        self.assertGreaterEqual(time.monotonic() - begin, 0.99)
        peer.leave()
        self.ends(linnet, 0)

    def test_data_received_after_closing_is_reported(self):
        for late, text in ((b'late', '8 bytes'), (b'', None)):
            linnet, peer = self.talk('-q', stdin=b'')
            peer.accept().messages()
            peer.send(frame(TEXT, late) * 2 + close_frame(1000))
            peer.end()
            out, err = self.ends(linnet, 0)
            self.assertEqual(out, b'')
            self.assertEqual(err, text and f'linnet: discarded {text} of messages that arrived '
                                           'after this side had closed (see --wait)\n' or '')

    def test_lines_are_sent_as_they_are_typed(self):
        linnet, peer = self.talk()
        peer.accept()
        for line in (b'one', b'two'):
            linnet.send(line + b'\nnot yet whole')
            self.assertEqual(peer.frame(), (TEXT, line))
            linnet.send(b'\n')
            self.assertEqual(peer.frame(), (TEXT, b'not yet whole'))
            peer.send(frame(TEXT, line[:1], fin=False) + frame(0, line[1:]))
            linnet.out.until(line + b'\n')

    def test_binary_sends_all_of_the_input_as_one_message_and_prints_raw_into_a_pipe(self):
        data = bytes(range(256)) * 300
        server = self.entered(Serve())
        for option in ('-b', '--binary'):
            status, out, err = run(option, '-1', server.url, stdin=data)
            self.assertEqual((status, out == data), (0, True), err)

    def test_an_empty_binary_input_is_an_empty_message(self):
        linnet, peer = self.talk('-b', stdin=b'')
        self.assertEqual(peer.accept().frame(), (BINARY, b''))

    def test_received_binary_is_a_hex_dump(self):
        linnet, peer = self.talk()
        peer.accept().send(frame(BINARY, bytes(range(0x38, 0x49)) + b'\0') + frame(BINARY))
        linnet.out.until(b'00000000\n$')
        self.assertEqual(linnet.out.data.decode(), (
            '00000000  38 39 3a 3b 3c 3d 3e 3f  40 41 42 43 44 45 46 47  |89:;<=>?@ABCDEFG|\n'
            '00000010  48 00                                             |H.|\n'
            '00000012\n'
            '00000000\n'))

    def test_raw_prints_received_binary_unchanged(self):
        data = bytes(range(256))
        linnet, peer = self.talk('--raw')
        peer.accept().send(frame(BINARY, data) + frame(TEXT, b'text') + close_frame(1000))
        out, _ = self.ends(linnet, 0)
        self.assertEqual(out, data + b'text\n')

    def test_one_message_prints_one_and_closes(self):
        for option in ('-1', '--one-message'):
            linnet, peer = self.talk(option, stdin=b'question\n')
            self.assertEqual(peer.accept().frame(), (TEXT, b'question'))
            peer.send(frame(TEXT, b'answer') + frame(TEXT, b'more'))
            self.assertEqual(peer.messages(), ([], struct.pack('>H', 1000)))
            peer.leave()
            out, _ = self.ends(linnet, 0)
            self.assertEqual(out, b'answer\n')

    def test_one_message_that_does_not_arrive_is_reported(self):
        linnet, peer = self.talk('-1', stdin=b'')
        peer.accept().send(close_frame(1000))
        self.ends(linnet, CLOSING, 'no message arrived')

    def test_one_message_ends_if_all_of_its_input_was_refused(self):
        for options, stdin, why in ((('-b', '-1'), b'x' * (16 * MIB + 1), 'longer than 16 MiB'),
                                    (('-1',), b'x' * (16 * MIB + 1), 'longer than 16 MiB'),
                                    (('-1',), b'bad \xff\n', 'not UTF-8')):
            linnet, peer = self.talk(*options, stdin=stdin)
            self.assertEqual(peer.accept().messages()[0], [])
            peer.leave()
            out, _ = self.ends(linnet, USAGE, why, 'no message arrived')
            self.assertEqual(out, b'')

    def test_one_message_ends_if_its_input_cannot_be_read(self):
        folder = os.open('/', os.O_RDONLY)
        self.addCleanup(os.close, folder)
        listener = self.entered(Listener())
        with subprocess.Popen([LINNET, '-1', listener.url], stdin=folder, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            peer = listener.peer().accept()
            self.assertEqual(peer.messages()[0], [])
            peer.leave()
            out, err = process.communicate(timeout=DEADLINE_S)
            self.assertEqual((process.returncode, out), (USAGE, b''))
        self.assertIn(b'standard input cannot be read', err)
        self.assertIn(b'no message arrived', err)

    def test_one_message_waits_for_the_reply_to_the_part_that_was_sent(self):
        linnet, peer = self.talk('-1', stdin=b'bad \xff\ngood\n')
        self.assertEqual(peer.accept().frame(), (TEXT, b'good'))
        linnet.err.until(b'line 1 was not sent')
        peer.send(frame(TEXT, b'answer'))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        out, _ = self.ends(linnet, USAGE)
        self.assertEqual(out, b'answer\n')

    def test_one_message_that_does_not_arrive_within_the_silence_is_reported(self):
        linnet, peer = self.talk('-1', '-w', '0.2', stdin=b'question\n')
        self.assertEqual(peer.accept().frame(), (TEXT, b'question'))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        self.ends(linnet, CLOSING, 'no message arrived')

    def test_wait_ends_after_a_silence(self):
        linnet, peer = self.talk('--wait=0.4', stdin=b'q\n')
        self.assertEqual(peer.accept().frame(), (TEXT, b'q'))
        for reply in (b'1', b'2', b'3'):
            peer.send(frame(TEXT, reply))
            linnet.out.until(reply)
        begin = time.monotonic()
        self.assertEqual(peer.frame()[0], CLOSE)
        self.assertGreater(time.monotonic() - begin, 0.3)

    def test_a_line_that_is_not_utf_8_is_reported_and_the_others_are_sent(self):
        linnet, peer = self.talk(stdin=b'good\n\xff\xfe\nalso good\n')
        self.assertEqual(peer.accept().messages()[0], [b'good', b'also good'])
        peer.leave()
        self.ends(linnet, USAGE, 'line 2 was not sent: it is not UTF-8')

    def test_a_line_that_is_too_long_is_reported_and_the_others_are_sent(self):
        size = 16 * MIB
        for tail, sent in ((b'\n', []), (b'\n\nlast', [b'', b'last'])):
            linnet, peer = self.talk(stdin=b'a\n' + b'x' * (size + 1) + tail)
            self.assertEqual(peer.accept().messages()[0], [b'a'] + sent)
            peer.leave()
            self.ends(linnet, USAGE, 'line 2 was not sent: it is longer than 16 MiB')

    def test_the_longest_line_is_sent(self):
        data = b'x' * (16 * MIB)
        linnet, peer = self.talk('-q', stdin=data)
        messages, _ = peer.accept().messages()
        self.assertEqual([len(each) for each in messages], [len(data)])

    def test_a_binary_input_that_is_too_long_is_reported(self):
        linnet, peer = self.talk('-b', stdin=b'x' * (16 * MIB + 1))
        self.assertEqual(peer.accept().messages()[0], [])
        peer.leave()
        self.ends(linnet, USAGE, 'standard input was not sent: it is longer than 16 MiB')

    def test_input_that_cannot_be_read_is_reported(self):
        folder = os.open('/', os.O_RDONLY)
        self.addCleanup(os.close, folder)
        server = self.entered(Serve())
        done = subprocess.run([LINNET, server.url], stdin=folder, capture_output=True,
                              timeout=DEADLINE_S)
        self.assertIn(b'standard input cannot be read: Is a directory', done.stderr)
        self.assertEqual(done.returncode, USAGE)

    def without(self, descriptor, *arguments, **options):
        """`linnet` with the standard stream of this number closed from the start, run to its end."""
        redirected = {0: '<&-', 1: '>&-', 2: '2>&-'}[descriptor]
        done = subprocess.run(['sh', '-c', f'"$0" "$@" {redirected}', LINNET, *arguments],
                              capture_output=True, timeout=DEADLINE_S, **options)
        return done.returncode, done.stdout, done.stderr.decode()

    NOT_WRITTEN = 'linnet: standard output cannot be written: Bad file descriptor\n'

    def test_closed_standard_input_is_the_end_of_input(self):
        server = self.entered(Serve())
        status, out, err = self.without(0, server.url)
        self.assertEqual((status, out), (0, b''), err)
        self.assertIn('this side closed the connection and the server agreed', err)
        status, out, err = self.without(0, '-1', '--wait', '0.2', server.url)
        self.assertEqual((status, out), (CLOSING, b''), err)

    def test_closed_standard_output_is_an_error_at_the_first_write(self):
        server = self.entered(Serve())
        for arguments in (['-q', '-1', server.url], ['-q', server.url]):
            with self.subTest(arguments=arguments):
                status, _, err = self.without(1, *arguments, input=b'hello\n')
                self.assertEqual((status, err), (USAGE, self.NOT_WRITTEN))
        room = self.entered(Serve('0', '--multiplayer'))
        joined = self.entered(Linnet('join', room.url, stdout=None, preexec_fn=lambda: os.close(1)))
        joined.err.until(b'joined')
        other = self.entered(Linnet('join', '--target', '0', room.url))
        other.send(b'hello\n')
        self.ends(joined, USAGE, self.NOT_WRITTEN)

    def test_closed_standard_output_is_an_error_for_commands_that_only_print(self):
        secure = self.entered(Serve('0', '--tls'))
        for arguments in (['--help'], ['--version'], ['serve', '0'], ['serve', '--tls', '0'],
                          ['serve', '--multiplayer', '0'], ['certificate', secure.url]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.without(1, *arguments), (USAGE, b'', self.NOT_WRITTEN))
        with open(os.devnull) as read_only:
            done = subprocess.run([LINNET, '--version'], stdout=read_only, stderr=subprocess.PIPE,
                                  timeout=DEADLINE_S)
        self.assertEqual((done.returncode, done.stderr.decode()), (USAGE, self.NOT_WRITTEN))

    def test_closed_standard_error_is_not_a_socket(self):
        server = self.entered(Serve())
        self.assertEqual(self.without(2, '--trace', '-1', server.url, input=b'hello\n'),
                         (0, b'hello\n', ''))
        self.assertEqual(self.without(2, 'nonsense://'), (REQUEST, b'', ''))

    def test_closed_standard_streams_do_no_harm(self):
        server = self.entered(Serve())
        done = subprocess.run(['sh', '-c', f'"$0" {server.url} <&- >&- 2>&-', LINNET],
                              timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 0)


class BackPressure(Case):
    def test_input_waits_for_a_server_that_does_not_read(self):
        linnet, peer = self.talk('-q')
        peer.accept()
        line = b'y' * (MIB - 1) + b'\n'
        fd = linnet.process.stdin.fileno()
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
        taken, rest, last = 0, b'', time.monotonic()
        # Until nothing has been accepted for a second: its queue and the TCP buffers are then full.
        while select.select([], [fd], [], 1)[1]:
            rest = rest or line
            size = os.write(fd, rest)
            taken, rest = taken + size, rest[size:]
            self.assertLess(taken, 100 * MIB)
        self.assertGreater(taken, 16 * MIB)
        os.set_blocking(fd, True)
        count = -(-taken // len(line))
        received = 0
        # The rest of the last line is written to the pipe as soon as the server reads.
        while received < count:
            if rest and select.select([], [fd], [], 0)[1]:
                size = os.write(fd, rest[:4096])
                rest = rest[size:]
            elif rest and not select.select([peer.sock], [], [], 0)[0] and not peer.data:
                select.select([peer.sock], [fd], [], DEADLINE_S)
                continue
            if rest and received == count - 1:
                continue
            self.assertEqual(peer.frame(), (TEXT, line[:-1]))
            received += 1
        linnet.end_input()
        self.assertEqual(peer.message()[0], CLOSE)
        peer.leave()
        self.ends(linnet, 0)

    def test_the_end_of_input_waits_for_a_slow_reader_of_the_output(self):
        linnet, peer = self.talk('-q', stdin=b'question\n')
        line = b'z' * (MIB // 2)
        peer.send(peer.response() + frame(TEXT, line) * 4)
        self.assertEqual(peer.frame(), (TEXT, b'question'))
        opcode, ping = peer.frame()
        self.assertEqual(opcode, PING)
        # Longer than the silence that would end it: standard output is blocked.
        self.assertFalse(select.select([peer.sock], [], [], 1.5)[0], 'it has closed')
        deadline = time.monotonic() + DEADLINE_S
        printed = 0
        while printed < 4 * (len(line) + 1):
            wait_readable(linnet.out.fd, deadline)
            printed += len(os.read(linnet.out.fd, MIB))
        peer.send(frame(PONG, ping))
        self.assertEqual(peer.message()[0], CLOSE)
        peer.leave()
        self.ends(linnet, 0)

    def test_a_slow_reader_of_the_output_loses_nothing(self):
        linnet, peer = self.talk('-q')
        peer.accept()
        peer.sock.setblocking(False)
        line = b'z' * (MIB // 4)
        data = frame(TEXT, line)
        sent, rest = 0, b''
        while select.select([], [peer.sock], [], 1)[1]:
            rest = rest or data
            size = peer.sock.send(rest)
            sent, rest = sent + size, rest[size:]
            self.assertLess(sent, 100 * MIB)
        self.assertGreater(sent, 16 * MIB)
        # Standard output is now read; the rest follows.
        rest += close_frame(1000)
        while rest:
            readable, writable, _ = select.select([linnet.out.fd], [peer.sock], [], DEADLINE_S)
            if writable:
                rest = rest[peer.sock.send(rest):]
            if readable:
                linnet.out.data += os.read(linnet.out.fd, 1 << 20)
        peer.sock.settimeout(DEADLINE_S)
        out, _ = self.ends(linnet, 0)
        self.assertEqual(out, (line + b'\n') * (-(-sent // len(data))))

    def test_a_reader_that_exits_ends_it_quietly(self):
        linnet, peer = self.talk()
        peer.accept().send(frame(TEXT, b'first'))
        linnet.out.until(b'first')
        linnet.process.stdout.close()
        linnet.out = None
        self.assertEqual(peer.frame(), (CLOSE, struct.pack('>H', 1000)))
        peer.leave()
        _, err = self.ends(linnet, 0)
        self.assertNotIn('ended', err)

    def socket_with_linnet(self, **options):
        """The program with a socket as standard output, as under inetd and Node's child_process."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        with theirs:
            linnet, peer = self.talk(stdout=theirs, **options)
        return linnet, peer, ours

    def test_a_reader_at_a_socket_that_exits_ends_it_quietly(self):
        linnet, peer, ours = self.socket_with_linnet()
        peer.accept().send(frame(TEXT, b'first'))
        self.assertEqual(ours.recv(100), b'first\n')
        ours.close()
        self.assertEqual(peer.frame(), (CLOSE, struct.pack('>H', 1000)))
        peer.leave()
        _, err = self.ends(linnet, 0)
        self.assertNotIn('ended', err)

    def test_a_socket_as_input_and_output_ends_with_its_other_end(self):
        ours, theirs = socket.socketpair()
        listener = self.entered(Listener())
        with theirs:
            process = subprocess.Popen([LINNET, '-q', listener.url], stdin=theirs, stdout=theirs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        peer = listener.peer().accept()
        ours.sendall(b'question\n')
        self.assertEqual(peer.frame(), (TEXT, b'question'))
        peer.send(frame(TEXT, b'answer'))
        self.assertEqual(ours.recv(100), b'answer\n')
        ours.shutdown(socket.SHUT_WR)  # the end of its input, and not of its output
        self.assertEqual(peer.frame()[0], PING)
        ours.close()
        self.assertEqual(peer.messages()[0], [])
        peer.leave()
        self.assertEqual(process.wait(DEADLINE_S), 0)

    def test_a_reader_that_exits_before_the_connection_opens_ends_it_quietly(self):
        linnet, peer = self.talk()
        linnet.process.stdout.close()
        linnet.out = None
        _, err = self.ends(linnet, 0)
        self.assertEqual(err, '')

    def test_a_full_disk_is_reported(self):
        with open('/dev/full', 'wb') as full:
            linnet, peer = self.talk(stdout=full)
        peer.accept().send(frame(TEXT, b'first'))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        self.ends(linnet, USAGE, 'standard output cannot be written: No space left on device')


# ---- options -----------------------------------------------------------------------------------

class Options(Case):
    def test_protocol(self):
        for options in (['-p', 'chat', '-p', 'superchat'], ['-pchat', '--protocol=superchat'],
                        ['--protocol', 'chat', '--protocol', 'superchat']):
            linnet, peer = self.talk(*options, stdin=b'')
            peer.accept('Sec-WebSocket-Protocol: superchat\r\n')
            self.assertIn(b'Sec-WebSocket-Protocol: chat, superchat\r\n', peer.request + b'\r\n')
            peer.messages()
            peer.leave()
            self.ends(linnet, 0, 'sub-protocol superchat')

    def test_header(self):
        linnet, peer = self.talk('-H', 'X-One: 1', '--header=X-Two: 2: 3', '-HCookie: a=b')
        peer.accept()
        for line in (b'X-One: 1', b'X-Two: 2: 3', b'Cookie: a=b'):
            self.assertIn(line, peer.request.split(b'\r\n'))

    def test_close_sends_the_code_and_the_reason(self):
        for given, payload in (('4001:good bye', struct.pack('>H', 4001) + b'good bye'),
                               ('1001', struct.pack('>H', 1001)), ('0', b'')):
            linnet, peer = self.talk('--close', given, stdin=b'last words\n')
            self.assertEqual(peer.accept().messages(), ([b'last words'], payload))
            peer.leave(payload)
            self.ends(linnet, 0)

    def test_ping_is_sent_repeatedly_and_the_round_trip_is_reported(self):
        linnet, peer = self.talk('--ping=0.05')
        peer.accept()
        for count in (1, 2, 3):
            opcode, payload = peer.frame()
            self.assertEqual(opcode, PING)
            peer.send(frame(PONG, payload))
            linnet.err.until(rb'(pong after \d+\.\d{3} ms\n.*?){%d}' % count)

    def test_timeout_bounds_the_run_in_every_phase(self):
        def upgrading(peer):
            pass

        def conversing(peer):
            peer.accept()

        def closing(peer):
            peer.accept().messages()

        for stage, go_on, stdin in (('connecting', upgrading, b''), ('open', conversing, None),
                                    ('closing', closing, b'')):
            linnet, peer = self.talk('--timeout', '0.5', stdin=stdin)
            go_on(peer)
            self.ends(linnet, TIMEOUT, f'longer than --timeout; it was still {stage}')

    def test_timeout_that_is_not_reached_changes_nothing(self):
        server = self.entered(Serve())
        status, out, err = run('--timeout=20', '-1', server.url, stdin=b'x\n')
        self.assertEqual((status, out), (0, b'x\n'), err)

    def test_trace_prints_every_frame_in_both_directions(self):
        linnet, peer = self.talk('--trace', '-H', 'Authorization: Basic c2VjcmV0', '-H',
                                 'Cookie: id=secret', '-H', 'X-Open: shown')
        peer.accept('Set-Cookie: id=secret\r\n')
        linnet.send(b'hello\n')
        self.assertEqual(peer.frame(), (TEXT, b'hello'))
        peer.send(frame(TEXT, b'Gr\xc3', fin=False) + frame(PING, b'are you there') +
                  frame(0, b'\xbc\xc3\x9fe') + frame(BINARY, b'\x00\xff' * 70) +
                  close_frame(1001, b'going'))
        self.assertEqual(peer.messages(), ([b'are you there'], b'\x03\xe9going'))
        peer.end()
        out, err = self.ends(linnet, 0)
        self.assertNotRegex(err, 'secret|c2VjcmV0')
        at = r'^ *\d+\.\d{3} ms  '
        for line in (at + r'-- connecting to 127\.0\.0\.1 port \d+$',
                     at + r'-- connected to 127\.0\.0\.1 port \d+$',
                     at + r'-> @0 +GET / HTTP/1\.1$',
                     at + r'-> @\d+ +Authorization: \(not shown\)$',
                     at + r'-> @\d+ +Cookie: \(not shown\)$',
                     at + r'-> @\d+ +X-Open: shown$',
                     at + r'<- @0 +HTTP/1\.1 101 Switching Protocols$',
                     at + r'<- @\d+ +Set-Cookie: \(not shown\)$',
                     at + r'-> @\d+ +text, 5 bytes, masked [0-9a-f]{8}: "hello"$',
                     at + r'<- @\d+ +text, more follows, 3 bytes: 4772c3$',
                     at + r'<- @\d+ +ping, 13 bytes: "are you there"$',
                     at + r'<- @\d+ +continuation, 4 bytes: bcc39f65$',
                     at + r'<- @\d+ +binary, 140 bytes: (00ff){32}\.\.\.$',
                     at + r'<- @\d+ +close, 7 bytes: 1001 "going"$',
                     at + r'-> @\d+ +pong, 13 bytes, masked [0-9a-f]{8}: "are you there"$',
                     at + r'-> @\d+ +close, 7 bytes, masked [0-9a-f]{8}: 1001 "going"$',
                     at + r'-- closed$'):
            self.assertRegex(err, re.compile(line, re.M))

    def test_trace_hides_the_secrets_of_urls(self):
        linnet, peer = self.talk('--trace', '-H', 'Referer: https://me:secret@a.example/?secret')
        peer.response()
        peer.send(b'HTTP/1.1 302 Found\r\nLocation: https://me:secret@login.example/x?t=secret\r\n'
                  b'Content-Location: https:/\\me:secret@a.example/\r\nSet-Cookie2: id=secret\r\n'
                  b'Refresh: 5; url=https://me:secret@b.example/?secret\r\n\r\n')
        peer.end()
        _, err = self.ends(linnet, UPGRADE, 'Referer: "https://a.example/"',
                           ' Location: "https://login.example/x"',
                           r'Content-Location: \(not shown\)', r'Set-Cookie2: \(not shown\)',
                           'Refresh: "5; url=https://b.example/"')
        self.assertNotIn('secret', err)

    def test_errors_name_options_and_no_members_of_the_library(self):
        url = 'ws://127.0.0.1:1/'
        for arguments, wanted in (([url + 'x' * 9000], 'the URL is longer than 8 KiB'),
                                  (['-H', 'x', url], 'given with --header is not'),
                                  (['-p', 'a b', url], 'given with --protocol is not'),
                                  (['-H', 'a:' + 'x' * 20000, url], 'larger than 16 KiB')):
            status, _, err = run(*arguments)
            self.assertEqual(status, REQUEST, err)
            self.assertIn(wanted, err)
            self.assertNotIn('::', err)

    def test_wrong_use_does_not_quote_a_password(self):
        status, _, err = run('ws://me:secret@a/', 'ws://me:secret@b/?secret')
        self.assertEqual(status, USAGE)
        self.assertIn('expected one URL but got 2', err)
        self.assertNotIn('secret', err)

    def test_stats(self):
        server = self.entered(Serve())
        status, _, err = run('--stats', '-w', '0.3', '--ping', '0.05', server.url,
                             stdin='äöü\n1\n'.encode())
        self.assertEqual(status, 0, err)
        self.assertRegex(err, r'sent 2 messages, 7 bytes of payload, \d+ bytes in total\n')
        self.assertRegex(err, r'received 2 messages, 7 bytes of payload, \d+ bytes in total\n')
        self.assertRegex(err, r'received 0 pings, \d+ pongs, last round trip \d+\.\d{3} ms\n')
        self.assertRegex(err, r'time spent: resolve \d+ ms, connect \d+ ms, tls \d+ ms, upgrade \d+ ms, '
                              r'join \d+ ms, open \d+ ms, closing \d+ ms\n')

    def test_quiet_prints_only_errors(self):
        server = self.entered(Serve())
        for option in ('-q', '--quiet'):
            self.assertEqual(run(option, '-1', server.url, stdin=b'x\n'), (0, b'x\n', ''))
        status, out, err = run('-q', server.url + 'refuse')
        self.assertEqual((status, out), (UPGRADE, b''))
        self.assertIn('this path is always refused', err)

    def test_two_dashes_end_the_options(self):
        server = self.entered(Serve())
        status, out, err = run('-q1', '--', server.url, stdin=b'x\n')
        self.assertEqual((status, out), (0, b'x\n'), err)

    def test_help_fits_on_one_screen_and_names_every_option(self):
        for arguments in (['-h'], ['--help'], ['serve', '--help']):
            status, out, err = run(*arguments)
            self.assertEqual((status, err), (0, ''))
            lines = out.decode().splitlines()
            self.assertLessEqual(len(lines), 23)  # and the prompt
            self.assertLessEqual(max(map(len, lines)), 80)
        for option in ('protocol header binary raw wait one-message close ping timeout trace stats '
                       'quiet help version once tls cacert pin insecure multiplayer target').split():
            self.assertIn('--' + option, out.decode())

    def test_version(self):
        status, out, err = run('--version')
        self.assertEqual((status, err), (0, ''))
        self.assertRegex(out, rb'^linnet \d+\.\d+\.\d+\n$')

    def test_wrong_use_is_reported(self):
        for arguments, why in (([], 'no URL given'), (['--nonsense', 'ws://x/'],
                                                         'unknown option --nonsense'),
                               (['serve', '70000'], "'70000' is not a port")):
            status, out, err = run(*arguments)
            self.assertEqual((status, out), (USAGE, b''))
            self.assertIn(why, err)
            self.assertIn('linnet --help', err)


# ---- wss:// ------------------------------------------------------------------------------------

class Secure(Case):
    """`linnet serve --tls` creates a new certificate at each start."""

    def setUp(self):
        super().setUp()
        self.server = self.entered(Serve('0', '--tls'))
        self.key_pin = self.server.out.until(rb'--pin ([0-9a-f]{64})\n').group(1).decode()
        self.folder = self.entered(tempfile.TemporaryDirectory())
        self.certificate = os.path.join(self.folder, 'server.pem')
        with open(self.certificate, 'w') as file:
            file.write(ssl.get_server_certificate(('127.0.0.1', self.server.port)))

    def talks(self, *options):
        status, out, err = run('-q1', *options, self.server.url, stdin=b'hello\n')
        self.assertEqual((status, out, err), (0, b'hello\n', ''))

    def does_not_talk(self, status, why, *options):
        got, out, err = run('-q1', *options, self.server.url, stdin=b'hello\n')
        self.assertEqual((got, out), (status, b''))
        self.assertIn(why, err)

    def test_the_url_of_the_server_is_secure(self):
        self.assertRegex(self.server.url, r'^wss://127\.0\.0\.1:\d+/$')

    def test_a_server_without_a_trusted_certificate_is_refused(self):
        # Both have the same name, but not the same key.
        self.does_not_talk(TLS, 'the trusted root is not a CA', '--cacert',
                           self.other_certificate())

    def test_a_pinned_certificate_is_enough(self):
        self.talks('--pin', self.certificate)

    def test_a_trusted_root_is_enough(self):
        self.talks('--cacert', self.certificate)

    def test_a_pinned_key_is_enough_without_verification(self):
        self.talks('--insecure', '--pin', self.key_pin)
        colons = ':'.join(re.findall('..', self.key_pin.upper()))
        self.talks('--insecure', '--pin', colons)

    def test_without_verification_any_server_is_accepted(self):
        self.talks('--insecure')

    def test_a_wrong_pin_is_reported_even_without_verification(self):
        wrong = '0' * 64
        self.does_not_talk(TLS, f'is {self.key_pin} instead of {wrong}', '--insecure', '--pin',
                           wrong)
        self.does_not_talk(TLS, 'does not match --pin', '--insecure', '--pin',
                           self.other_certificate())

    def other_certificate(self):
        other = self.entered(Serve('0', '--tls'))
        path = os.path.join(self.folder, 'other.pem')
        with open(path, 'w') as file:
            file.write(ssl.get_server_certificate(('127.0.0.1', other.port)))
        return path

    def test_unusable_files_are_reported(self):
        empty = os.path.join(self.folder, 'empty')
        open(empty, 'w').close()
        for option in ('--cacert', '--pin'):
            self.does_not_talk(USAGE, 'cannot be read', option, '/nowhere')
            self.does_not_talk(USAGE, 'or none', option, empty)

    def test_certificate_shows_the_chain_and_the_pins(self):
        status, out, err = run('certificate', self.server.url)
        self.assertEqual((status, err), (0, ''))
        self.assertIn(f'--pin       {self.key_pin}\n', out.decode())
        with open(self.certificate) as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        self.assertIn(f'sha256      {hashlib.sha256(der).hexdigest()}\n', out.decode())
        self.assertIn('names       localhost, 127.0.0.1, ::1\n', out.decode())
        self.assertIn('subject     CN=linnet serve\n', out.decode())
        self.assertRegex(out.decode(), r'not trusted: .*(to a trusted root|no CA bundle)')
        status, out, err = run('certificate', '--pin', self.certificate, self.server.url)
        self.assertEqual((status, err), (0, ''))
        self.assertTrue(out.endswith(b'\ntrusted\n'))

    def test_certificate_reports_why_none_was_received(self):
        plain = self.entered(Serve())
        status, out, err = run('certificate', plain.url.replace('ws://', 'wss://'))
        self.assertEqual((status, out), (TLS, b''))
        self.assertIn('does not use TLS on this port', err)

    def test_the_trace_shows_the_decrypted_data(self):
        status, out, err = run('-1', '--trace', '--insecure', self.server.url, stdin=b'hello\n')
        self.assertEqual((status, out), (0, b'hello\n'))
        self.assertIn('-- TLS handshake', err)
        self.assertRegex(err, r'-> @0 +GET / HTTP/1\.1')
        self.assertRegex(err, r'<- @\d+ +text, 5 bytes: "hello"')

    def test_large_messages_are_sent_in_both_directions(self):
        line = b'x' * (8 * MIB) + b'\n'
        status, out, err = run('-q1', '--insecure', self.server.url, stdin=line)
        self.assertEqual((status, err), (0, ''))
        self.assertTrue(out == line)


# ---- rooms -------------------------------------------------------------------------------------

class Rooms(Case):
    """`linnet join` in a room of `linnet serve --multiplayer`."""

    def setUp(self):
        super().setUp()
        self.server = self.entered(Serve('0', '--multiplayer'))

    def join(self, *options):
        """A peer in the room, and its id."""
        linnet = self.entered(Linnet('join', *options, self.server.url))
        peer = linnet.err.until(rb'joined 127\.0\.0\.1 port \d+ as peer (\d+)\n').group(1)
        self.server.out.until(b'peer ' + peer + rb' joined\n')
        return linnet, peer

    def test_lines_are_sent_to_the_server(self):
        linnet, peer = self.join()
        linnet.send('grüß dich\n'.encode())
        self.server.out.until(peer + ': "grüß dich"\n'.encode())

    def test_lines_are_sent_to_the_target(self):
        ann, ann_id = self.join('--target', '0')
        bob, bob_id = self.join('--target=' + ann_id.decode())
        cy, cy_id = self.join('--target', '-' + bob_id.decode())
        for linnet in (ann, bob, cy):
            linnet.send(b'hello\n')
        ann.out.until(bob_id + b': "hello"\n')
        ann.out.until(cy_id + b': "hello"\n')
        cy.out.until(ann_id + b': "hello"\n')
        bob.out.until(ann_id + b': "hello"\n')
        for linnet, count in ((ann, 2), (bob, 1), (cy, 1)):
            linnet.end_input()
            status, out, _ = linnet.finish()
            self.assertEqual((status, out.count(b'\n')), (0, count))

    def test_the_end_of_input_waits_until_the_room_has_received_it(self):
        linnet, peer = self.join('--trace')
        linnet.send(b'last words\n')
        linnet.end_input()
        self.server.out.until(peer + b': "last words"\n')
        status, _, err = linnet.finish()
        self.assertEqual(status, 0)
        self.assertRegex(err, r'(?s)-> @\d+ +binary.*-> @\d+ +ping.*-> @\d+ +close')

    def test_joining_and_leaving_peers_are_reported(self):
        ann, ann_id = self.join()
        bob, bob_id = self.join()
        ann.err.until(b'peer ' + bob_id + rb' joined\n')
        bob.err.until(b'peer ' + ann_id + rb' joined\n')
        bob.end_input()
        self.assertEqual(bob.finish()[0], 0)
        ann.err.until(b'peer ' + bob_id + rb' left\n')
        self.server.out.until(b'peer ' + bob_id + rb' left\n')

    def test_the_server_leaving_ends_it(self):
        linnet, _ = self.join()
        self.server.signal(signal.SIGINT)
        status, _, err = linnet.finish()
        self.assertEqual(status, 0)
        self.assertIn('the server closed the connection', err)

    def test_a_server_without_a_room_is_reported(self):
        listener = self.entered(Listener())
        with Linnet('join', listener.url, stdin=None) as linnet:
            peer = listener.peer()
            peer.accept().send(frame(BINARY, b'1234'))
            self.assertEqual(peer.frame()[0], CLOSE)
            peer.send(close_frame(1008))
            status, out, err = linnet.finish()
        self.assertEqual((status, out), (JOIN, b''))
        self.assertIn("uses Godot 4's multiplayer", err)

    def test_wrong_targets_are_reported(self):
        for target in ('', 'x', '-', '99999999999', '1.5'):
            status, _, err = run('join', '--target', target, self.server.url)
            self.assertEqual(status, USAGE)
            self.assertIn('is not a peer', err)


# ---- what goes wrong, and when -----------------------------------------------------------------

class Endings(Case):
    def one_message(self, err):
        """All output after the beginning is one explanation."""
        lines = [line for line in err.splitlines() if 'linnet: connected to' not in line]
        self.assertEqual(len(lines), 1, err)
        return lines[0]

    def test_the_status_identifies_the_phase(self):
        with socket.socket() as bound:  # and not listening
            bound.bind(('127.0.0.1', 0))
            server = self.entered(Serve())
            for url, status, why in (
                    ('http://127.0.0.1/', REQUEST, 'does not begin with ws://'),
                    ('ws://-.-/', RESOLVE, 'does not resolve'),
                    (f'ws://127.0.0.1:{bound.getsockname()[1]}/', CONNECT, 'Connection refused'),
                    (server.url.replace('ws', 'wss'), TLS, 'does not use TLS'),
                    (server.url + 'refuse', UPGRADE, 'HTTP 404 "Not Found"')):
                got, out, err = run(url, stdin=b'lost\n')
                self.assertEqual((got, out), (status, b''), err)
                self.assertIn(why, self.one_message(err))
        for option, why in (('-Hnonsense', "'Name: value'"), ('-pa b', 'token')):
            got, _, err = run(option, 'ws://127.0.0.1:1/')
            self.assertEqual(got, REQUEST)
            self.assertIn(why, err)

    def test_the_server_may_end_at_any_moment(self):
        def request(peer):
            peer.response()

        def half_the_answer(peer):
            peer.send(peer.response()[:50])

        def opened(peer):
            peer.accept()

        def half_a_header(peer):
            peer.accept().send(frame(TEXT, b'x' * 200)[:3])

        def half_a_message(peer):
            peer.accept().send(frame(TEXT, b'x' * 200)[:100])

        def between_fragments(peer):
            peer.accept().send(frame(TEXT, b'x', fin=False))

        for moment, status in ((request, UPGRADE), (half_the_answer, UPGRADE), (opened, OPEN),
                               (half_a_header, OPEN), (half_a_message, OPEN),
                               (between_fragments, OPEN)):
            for end in (Peer.end, Peer.reset):
                with self.subTest(moment=moment.__name__, end=end.__name__):
                    linnet, peer = self.talk()
                    moment(peer)
                    if status == OPEN:
                        linnet.err.until(rb'connected to')
                    end(peer)
                    out, err = self.ends(linnet, status)
                    self.assertEqual(out, b'')
                    self.assertRegex(self.one_message(err), r'Could not connect to|ended: ')

    def test_the_server_may_end_instead_of_answering_the_close_frame(self):
        for end in (Peer.end, Peer.reset):
            linnet, peer = self.talk(stdin=b'')
            peer.accept().messages()
            end(peer)
            _, err = self.ends(linnet, CLOSING)
            self.one_message(err)

    def test_a_killed_server_is_reported(self):
        server = self.entered(Serve())
        linnet = self.entered(Linnet(server.url))
        linnet.err.until(b'connected')
        server.signal(signal.SIGKILL)
        self.ends(linnet, OPEN, 'the stream ended before|connection was lost')

    def test_messages_received_before_the_end_are_printed(self):
        linnet, peer = self.talk()
        peer.accept().send(frame(TEXT, b'first') + frame(TEXT, b'second'))
        peer.end()
        out, _ = self.ends(linnet, OPEN)
        self.assertEqual(out, b'first\nsecond\n')

    def test_a_protocol_error_is_reported(self):
        linnet, peer = self.talk()
        peer.accept().send(frame(TEXT, b'\xff'))
        self.assertEqual(peer.frame()[1][:2], struct.pack('>H', 1007))
        peer.end()
        self.ends(linnet, OPEN, 'a text message is not UTF-8')

    def test_the_close_code_of_the_server_decides(self):
        for payload, status in ((struct.pack('>H', 1000), 0), (struct.pack('>H', 1001), 0),
                                (b'', 0), (struct.pack('>H', 1008) + b'no', CLOSING),
                                (struct.pack('>H', 4000), CLOSING)):
            linnet, peer = self.talk('-q')
            peer.accept().send(frame(CLOSE, payload))
            self.assertEqual(peer.frame(), (CLOSE, payload))
            peer.end()
            _, err = self.ends(linnet, status)
            self.assertEqual(bool(err), status != 0)

    def test_unsent_input_when_the_server_closes_is_reported(self):
        linnet, peer = self.talk(stdin=b'y' * (9 * MIB) + b'\n' + b'z' * (9 * MIB) + b'\n')
        # The second line does not fit after the first, which is not read yet.
        peer.accept()
        linnet.err.until(b'connected')
        self.assertEqual(peer.receive(1), b'\x81')
        peer.data[:0] = b'\x81'
        peer.send(close_frame(1000))
        self.assertEqual(len(peer.messages()[0]), 1)
        peer.end()
        self.ends(linnet, CLOSING, 'the server closed before all input was sent')


class Signals(Case):
    def test_the_first_signal_closes_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            linnet, peer = self.talk()
            peer.accept()
            linnet.err.until(b'connected')
            linnet.signal(number)
            self.assertEqual(peer.frame(), (CLOSE, struct.pack('>H', 1000)))
            peer.leave()
            self.ends(linnet, 0, 'this side closed the connection and the server agreed')

    def test_a_signal_before_the_one_message_is_a_failure(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for end in (Peer.leave, Peer.end):
                linnet, peer = self.talk('-q1', stdin=b'question\n')
                self.assertEqual(peer.accept().frame(), (TEXT, b'question'))
                linnet.signal(number)
                self.assertEqual(peer.frame()[0], CLOSE)
                end(peer)
                out, _ = self.ends(linnet, 128 + number,
                                   'ended by a signal before a message arrived')
                self.assertEqual(out, b'')

    def test_a_signal_after_the_one_message_changes_nothing(self):
        linnet, peer = self.talk('-q1', stdin=b'')
        peer.accept().send(frame(TEXT, b'answer'))
        self.assertEqual(peer.frame()[0], CLOSE)
        linnet.out.until(b'answer\n')
        peer.leave()
        self.ends(linnet, 0)

    def standard_input_of(self, linnet):
        with open(f'/proc/{linnet.process.pid}/fdinfo/0', encoding='ascii') as file:
            return file.read()

    def test_a_signal_before_all_input_is_sent_is_a_failure(self):
        stdin = (b'y' * (9 * MIB) + b'\n') * 2
        linnet, peer = self.talk('-q', stdin=stdin)
        # The second line does not fit after the first, which is not read yet.
        peer.accept()
        deadline = time.monotonic() + DEADLINE_S
        while f'pos:\t{len(stdin)}\n' not in self.standard_input_of(linnet):
            self.assertLess(time.monotonic(), deadline)
            select.select([], [], [], 0.01)
        linnet.signal(signal.SIGTERM)
        self.assertEqual(len(peer.messages()[0]), 1)
        peer.leave()
        self.ends(linnet, 128 + signal.SIGTERM, 'ended by a signal before all input was sent')

    def test_the_same_signal_to_process_and_group_is_one(self):
        linnet, peer = self.talk()
        peer.accept()
        linnet.err.until(b'connected')
        linnet.signal(signal.SIGTERM)
        linnet.signal(signal.SIGTERM)
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.leave()
        self.ends(linnet, 0)

    def test_a_second_signal_ends_at_once(self):
        linnet, peer = self.talk()
        peer.accept()
        linnet.err.until(b'connected')
        linnet.signal(signal.SIGINT)
        self.assertEqual(peer.frame()[0], CLOSE)
        deadline = time.monotonic() + DEADLINE_S
        while linnet.process.poll() is None and time.monotonic() < deadline:
            linnet.signal(signal.SIGINT)
            select.select([linnet.err.fd], [], [], 0.02)
        self.ends(linnet, 128 + signal.SIGINT, 'ended at once by a second signal')

    def test_a_signal_while_connecting_gives_up(self):
        linnet, peer = self.talk()
        peer.response()
        linnet.signal(signal.SIGTERM)
        self.ends(linnet, 128 + signal.SIGTERM, 'ended by a signal while connecting')

    def test_a_signal_while_closing_does_not_wait_for_the_server(self):
        linnet, peer = self.talk(stdin=b'')
        peer.accept().messages()
        linnet.signal(signal.SIGINT)
        self.ends(linnet, 128 + signal.SIGINT, 'ended by a signal while closing')

    def test_a_signal_while_the_output_is_not_read_ends_it(self):
        linnet, peer = self.talk()
        peer.accept().send(frame(BINARY, b'x' * MIB) + close_frame(1000))
        self.assertEqual(peer.frame()[0], CLOSE)
        peer.end()
        wait_readable(linnet.out.fd, time.monotonic() + DEADLINE_S)
        deadline = time.monotonic() + DEADLINE_S
        while linnet.process.poll() is None and time.monotonic() < deadline:
            linnet.signal(signal.SIGINT)
            select.select([linnet.err.fd], [], [], 0.02)
        self.ends(linnet, 128 + signal.SIGINT, 'ended (by a|at once)')

    def test_an_ignored_signal_stays_ignored(self):
        linnet, peer = self.talk(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        peer.accept()
        linnet.err.until(b'connected')
        linnet.signal(signal.SIGHUP)
        linnet.send(b'still here\n')
        self.assertEqual(peer.frame(), (TEXT, b'still here'))

    # A name server that never replies: only the resolver's thread waits.
    def preload(self):
        compiler = os.environ.get('CXX', 'c++').split()[0]
        folder = tempfile.mkdtemp(prefix='linnet-cli-')
        self.addCleanup(shutil.rmtree, folder)
        source, library = folder + '/slow.c', folder + '/slow.so'
        with open(source, 'w', encoding='utf-8') as file:
            file.write('#include <unistd.h>\n'
                       'int getaddrinfo(const char *a, const char *b, const void *c, void *d) {\n'
                       '    (void)a; (void)b; (void)c; (void)d;\n'
                       '    if (write(2, "resolving\\n", 10) < 0) return 1;\n'
                       '    for (;;) pause();\n'
                       '}\n')
        subprocess.run([compiler, '-x', 'c', '-shared', '-fPIC', source, '-o', library], check=True)
        asan = os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'
        return {**os.environ, 'LD_PRELOAD': library, 'ASAN_OPTIONS': asan.lstrip(':')}

    def test_a_resolver_that_never_finishes_can_be_ended(self):
        environment = self.preload()
        with Linnet('ws://host.example/', env=environment) as linnet:
            linnet.err.until(b'resolving')
            linnet.signal(signal.SIGINT)
            self.ends(linnet, 128 + signal.SIGINT, 'ended by a signal while connecting')
        with Linnet('--timeout=0.3', 'ws://host.example/', env=environment) as linnet:
            self.ends(linnet, TIMEOUT, 'longer than --timeout; it was still connecting')


# ---- serve -------------------------------------------------------------------------------------

class Serving(Case):
    def test_once_ends_after_the_first_connection(self):
        for arguments in (('0', '--once'), ('--once', '0')):
            server = self.entered(Serve(*arguments))
            self.assertEqual(run('-q1', server.url, stdin=b'x\n'), (0, b'x\n', ''))
            status, out, err = server.finish()
            self.assertEqual((status, err), (0, ''))
            self.assertEqual(out.decode(), f'listening on {server.url}\n')

    def test_without_once_it_continues(self):
        server = self.entered(Serve())
        for _ in range(3):
            self.assertEqual(run('-q1', server.url, stdin=b'x\n'), (0, b'x\n', ''))

    def test_it_listens_on_the_given_port(self):
        with socket.socket() as bound:
            bound.bind(('127.0.0.1', 0))
            port = bound.getsockname()[1]
        server = self.entered(Serve(str(port)))
        self.assertEqual(server.url, f'ws://127.0.0.1:{port}/')

    def test_a_port_in_use_is_reported(self):
        with Listener() as listener:
            port = str(listener.sock.getsockname()[1])
            status, out, err = run('serve', port)
            self.assertEqual((status, out), (USAGE, b''))
            self.assertIn(f'cannot listen on 127.0.0.1 port {port}: Address already in use', err)

    def test_a_signal_ends_it_and_closes_its_clients(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            server = self.entered(Serve())
            clients = [self.entered(Linnet(server.url)) for _ in range(20)]
            for client in clients:
                client.err.until(b'connected')
            server.signal(number)
            for client in clients:
                self.ends(client, 0, 'close frame has code 1001 and reason "the server is shutting down"')
            self.ends(server, 0)

    def test_a_signal_ends_it_even_if_a_client_does_not_reply(self):
        server = self.entered(Serve())
        port = int(server.url.rstrip('/').rsplit(':', 1)[1])
        with socket.create_connection(('127.0.0.1', port)) as half_a_client:
            half_a_client.sendall(b'GET / HTTP/1.1\r\n')
            client = self.entered(Linnet(server.url))
            client.err.until(b'connected')
            client.signal(signal.SIGSTOP)
            server.signal(signal.SIGTERM)
            self.ends(server, 0)


class Floods(Case):
    """Case 70: a flood of small messages to each server."""

    COUNT = 20000
    LINES = b''.join(b'%d\n' % i for i in range(COUNT))

    def flood(self, linnet):
        """Sends all lines, and leaves the input open, so that nothing ends it before its replies arrive."""
        writer = threading.Thread(target=linnet.send, args=(self.LINES,))
        writer.start()
        self.addCleanup(writer.join)
        return linnet

    def test_every_line_of_a_flood_is_echoed(self):
        for options in ((), ('--tls',)):
            server = self.entered(Serve('0', *options))
            linnet = self.flood(self.entered(Linnet('-q', '--insecure', server.url)))
            linnet.out.until(b'\n%d\n$' % (self.COUNT - 1))
            self.assertTrue(linnet.out.data == self.LINES)
            linnet.end_input()
            self.ends(linnet, 0)

    def test_every_line_of_a_flood_reaches_the_room(self):
        server = self.entered(Serve('0', '--multiplayer'))
        reader = self.entered(Linnet('join', server.url))
        reader.err.until(b'joined')
        sender = self.flood(self.entered(Linnet('join', '--target=0', server.url)))
        for stream in (server.out, reader.out):
            stream.until(b'"%d"\n$' % (self.COUNT - 1))
            received = re.findall(rb'\d+: "(\d+)"\n', stream.data)
            self.assertTrue(received == self.LINES.split())
        for linnet in (sender, reader):
            linnet.end_input()
            self.ends(linnet, 0)

    NODE = """
        const WebSocket = require('ws'), [url, count] = process.argv.slice(1);
        const socket = new WebSocket(url);
        let received = 0;
        socket.on('open', () => { for (let i = 0; i < count; ++i) socket.send(String(i)); });
        socket.on('message', data => {
            if (String(data) !== String(received)) process.exit(2);
            if (++received == count) socket.close();
        });
        socket.on('close', code => { console.log(received, code); });
    """

    def test_every_message_of_a_flood_by_node_is_echoed(self):
        environment = {**os.environ, 'NODE_PATH': '/usr/share/nodejs'}
        if not shutil.which('node') or subprocess.run(
                ['node', '-e', 'require("ws")'], env=environment, capture_output=True,
                timeout=DEADLINE_S, check=False).returncode != 0:
            self.skipTest("node's ws is not installed: apt-get install node-ws")
        server = self.entered(Serve())
        for count in (1000, 5000):
            done = subprocess.run(['node', '-e', self.NODE, '--', server.url, str(count)],
                                  env=environment, capture_output=True, timeout=2 * DEADLINE_S,
                                  check=False)
            self.assertEqual(done.stdout, b'%d 1005\n' % count, done.stderr)


# ---- terminals ---------------------------------------------------------------------------------

class Terminal:
    """The program in a new pseudo-terminal, which is its controlling terminal."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        self.attributes = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [LINNET, *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.slave = slave
        self.screen = Stream(self.master)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.slave)
        os.close(self.master)

    def type(self, keys):
        os.write(self.master, keys)


class InATerminal(Case):
    def talk(self, *arguments):
        listener = self.entered(Listener())
        terminal = self.entered(Terminal(*arguments, listener.url))
        return terminal, listener.peer().accept()

    def ends(self, terminal, status, expected):
        self.assertEqual(terminal.process.wait(DEADLINE_S), status)
        terminal.screen.until(expected)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.attributes)
        self.assertTrue(os.get_blocking(terminal.slave))

    def test_typing_and_ctrl_d(self):
        terminal, peer = self.talk()
        terminal.screen.until(b'Ctrl-D closes\r\n')
        terminal.type('Grüße\n'.encode())
        self.assertEqual(peer.frame(), (TEXT, 'Grüße'.encode()))
        peer.send(frame(TEXT, b'answer'))
        terminal.screen.until(b'answer\r\n')
        terminal.type(b'half a line\x04')  # which passes the line to the program
        terminal.type(b'\x04')
        self.assertEqual(peer.messages(), ([b'half a line'], struct.pack('>H', 1000)))
        peer.leave()
        self.ends(terminal, 0, b'this side closed')

    def test_ctrl_c_closes_cleanly(self):
        terminal, peer = self.talk()
        terminal.screen.until(b'connected')
        terminal.type(b'\x03')
        self.assertEqual(peer.frame(), (CLOSE, struct.pack('>H', 1000)))
        peer.leave()
        self.ends(terminal, 0, b'this side closed')

    def test_ctrl_c_twice_ends_at_once(self):
        terminal, peer = self.talk()
        terminal.screen.until(b'connected')
        terminal.type(b'\x03')
        self.assertEqual(peer.frame()[0], CLOSE)
        deadline = time.monotonic() + DEADLINE_S
        while terminal.process.poll() is None and time.monotonic() < deadline:
            terminal.type(b'\x03')
            select.select([], [], [terminal.master], 0.02)
        self.ends(terminal, 128 + signal.SIGINT, b'ended at once by a second signal')

    def test_a_killed_server_causes_a_message(self):
        for end in (Peer.end, Peer.reset):
            terminal, peer = self.talk()
            terminal.screen.until(b'connected')
            end(peer)
            self.ends(terminal, OPEN, b'ended: ')

    def test_a_server_cannot_control_the_terminal(self):
        terminal, peer = self.talk()
        peer.send(frame(TEXT, 'red \x1b[31m bell \x07 c1 \u009b2J\ttab\nline\r'.encode()))
        terminal.screen.until(rb'red \\x1b\[31m bell \\x07 c1 \\xc2\\x9b2J\ttab\r\nline\\x0d\r\n')
        self.assertNotIn(b'\x1b', terminal.screen.data)

    def test_raw_lets_a_server_control_the_terminal(self):
        terminal, peer = self.talk('--raw')
        peer.send(frame(TEXT, b'red \x1b[31m') + frame(BINARY, b'\x01\x02'))
        terminal.screen.until(rb'red \x1b\[31m\r\n\x01\x02')

    def test_binary_is_a_hex_dump_even_with_binary_input(self):
        terminal, peer = self.talk('--binary')
        peer.send(frame(BINARY, b'ab'))
        terminal.screen.until(rb'00000000  61 62 +\|ab\|\r\n00000002\r\n')

    def test_a_terminal_that_disappears_closes_cleanly(self):
        terminal, peer = self.talk()
        terminal.screen.until(b'connected')
        os.close(terminal.slave)
        os.close(terminal.master)
        terminal.slave, terminal.master = (os.open('/dev/null', os.O_RDWR) for _ in range(2))
        self.assertEqual(peer.frame(), (CLOSE, struct.pack('>H', 1000)))
        peer.leave()
        self.assertEqual(terminal.process.wait(DEADLINE_S), 0)


def tmux_is_there():
    if shutil.which('tmux'):
        return True
    if os.environ.get('CI'):
        raise AssertionError('tmux is not installed, and with CI set nothing may be left out')
    return False


class InTmux(Case):
    """A shell in a terminal of 80 columns and 24 lines, with simulated typing and a visible screen."""

    def setUp(self):
        if not tmux_is_there():
            self.skipTest('tmux is not installed: apt-get install tmux')
        self.folder = tempfile.mkdtemp(prefix='linnet-tmux-')
        self.addCleanup(shutil.rmtree, self.folder)
        fifo = self.folder + '/screen'
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        keep_open = os.open(fifo, os.O_WRONLY)
        self.addCleanup(os.close, keep_open)
        self.addCleanup(os.close, reader)
        self.typed = Stream(reader)
        environment = {**os.environ, 'LINNET': LINNET, 'PS1': '$ ', 'TMUX': '', 'LC_ALL': 'C.UTF-8'}
        environment.pop('TMUX')
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', 'exec sh',
                  env=environment)
        self.addCleanup(self.tmux, 'kill-server')
        self.tmux('pipe-pane', f'cat > {fifo}')
        self.type('stty -a | cksum > before; echo rea""dy; clear')
        self.typed.until(b'ready\r\n')

    def tmux(self, *arguments, **options):
        return subprocess.run(['tmux', '-S', self.folder + '/socket', *arguments], check=True,
                              stdout=subprocess.PIPE, cwd=self.folder, timeout=DEADLINE_S,
                              **options).stdout.decode()

    def type(self, line):
        self.tmux('send-keys', '-l', line)
        self.tmux('send-keys', 'Enter')

    def screen(self):
        return self.tmux('capture-pane', '-p')

    def after(self):
        """The status of the last command, and whether the terminal settings are unchanged."""
        self.type('echo status=$?; stty -a | cksum | cmp - before && echo same""')
        self.typed.until(rb'same\r\n')
        return int(self.typed.until(rb'status=(\d+)\r\n').group(1))

    def test_the_whole_help_is_on_the_screen_beside_the_prompt(self):
        self.type('clear; "$LINNET" --help; printf "en""d"')
        self.typed.until(rb'128\+N signal N\.\r\nend')
        lines = self.screen().splitlines()
        self.assertEqual(lines[0][:18], 'linnet [OPTION...]')
        self.assertRegex(self.screen(), r'signal N\.\nend')

    def test_a_conversation_that_ctrl_d_ends(self):
        server = self.entered(Serve())
        self.type(f'"$LINNET" {server.url}')
        self.typed.until(rb'Ctrl-D closes\r\n')
        self.type('hello, world')
        # Once as typed, once as echoed.
        self.typed.until(rb'hello, world\r\nhello, world\r\n')
        self.assertIn('hello, world\nhello, world\n', self.screen())
        self.tmux('send-keys', 'C-d')
        self.typed.until(rb'this side closed')
        self.assertEqual(self.after(), 0)

    def test_a_conversation_that_ctrl_c_ends(self):
        server = self.entered(Serve())
        self.type(f'"$LINNET" {server.url}')
        self.typed.until(rb'Ctrl-D closes\r\n')
        self.tmux('send-keys', 'C-c')
        self.typed.until(rb'this side closed')
        self.assertEqual(self.after(), 0)

    def test_a_killed_server(self):
        server = self.entered(Serve())
        self.type(f'"$LINNET" {server.url}')
        self.typed.until(rb'Ctrl-D closes\r\n')
        server.signal(signal.SIGKILL)
        self.typed.until(rb'ended: ')
        self.assertEqual(self.after(), OPEN)


def setUpModule():
    """Resets signals that the caller ignores (nohup, a background job), since children inherit that."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == '__main__':
    if len(sys.argv) > 1 and not LINNET and not sys.argv[1].startswith('-'):
        LINNET = sys.argv.pop(1)
    LINNET = os.path.abspath(LINNET) if LINNET else sys.exit(__doc__)
    unittest.main(verbosity=2 if os.environ.get('VERBOSE') else 1)
