#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Writes the first seeds of every target to the given folder, one file for each feature of a stream,
named after it. Every run writes the same files. The corpora grew from these."""
import base64
import pathlib
import struct
import sys

VECTORS = pathlib.Path(__file__).resolve().parent.parent / 'tests' / 'vectors' / 'certificates'

MASK = bytes([0x37, 0xFA, 0x21, 0x3D])
ACCEPT = b's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
UPGRADE = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
           b'Sec-WebSocket-Accept: ' + ACCEPT + b'\r\n')


def frame(opcode, payload=b'', fin=True, masked=False, announced=None):
    size = len(payload) if announced is None else announced
    first = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        header = first + bytes([bit | size])
    elif size < 65536:
        header = first + bytes([bit | 126]) + struct.pack('>H', size)
    else:
        header = first + bytes([bit | 127]) + struct.pack('>Q', size)
    if not masked:
        return header + payload
    return header + MASK + bytes(b ^ MASK[i % 4] for i, b in enumerate(payload))


def close(code, reason=b'', masked=False):
    return frame(8, struct.pack('>H', code) + reason, masked=masked)


def part(data):
    assert len(data) < 256
    return bytes([len(data)]) + data


def streams(masked):
    """Streams of frames, each with one scenario."""
    def f(opcode, payload=b'', **more):
        return frame(opcode, payload, masked=masked, **more)
    stories = {
        'hello': f(1, b'hello') + f(2, b'\0\1\2') + f(1) + f(2),
        'fragments': f(1, b'hel', fin=False) + f(9, b'?') + f(0, b'l', fin=False) + f(0, b'o'),
        'empty_fragments': f(2, fin=False) + f(0, fin=False) * 12 + f(0),
        'split_character': f(1, b'\xe2\x82', fin=False) + f(0, b'\xac'),
        'half_character': f(1, b'\xe2\x82'),
        'surrogate': f(1, b'\xed\xa0\x80'),
        'pings': f(9, b'one') + f(9, b'two') + f(10, b'three') + f(9, b'x' * 125),
        'medium': f(2, b'm' * 126) + f(1, b'n' * 300),
        'large': f(2, b'L' * 1200) * 3,
        'close': f(1, b'last') + close(1000, b'bye', masked) + f(1, b'after'),
        'close_empty': f(8),
        'close_one_byte': f(8, b'\3'),
        'close_1005': close(1005, b'', masked),
        'close_1012': close(1012, b'soon', masked),
        'close_4999': close(4999, '€'.encode() * 40, masked),
        'close_not_utf8': close(1000, b'\xff', masked),
        'wrong_mask': frame(1, b'hello', masked=not masked),
        'reserved_bit': bytes([0xC1, 0x80 if masked else 0]) + b'\0' * 8,
        'reserved_opcode': f(3),
        'fragmented_ping': f(9, b'x', fin=False),
        'long_ping': f(9, b'x' * 126),
        'not_minimal_16': bytes([0x82, (0x80 if masked else 0) | 126, 0, 5]) + b'\0' * 12,
        'not_minimal_64': bytes([0x82, (0x80 if masked else 0) | 127]) + b'\0' * 20,
        'top_bit': bytes([0x82, (0x80 if masked else 0) | 127, 0x80]) + b'\0' * 20,
        'length_125_in_16': bytes([0x82, (0x80 if masked else 0) | 126, 0, 125]) + b'\0' * 130,
        'length_65535_in_64': (bytes([0x82, (0x80 if masked else 0) | 127]) + b'\0' * 6 +
                               b'\xff\xff' + b'\0' * 20),
        'length_126': f(2, b'x' * 126),
        'announced_2_62': f(2, b'abc', announced=1 << 62),
        'announced_70000': f(2, b'abc', announced=70000),
        'no_start': f(0, b'x'),
        'inside': f(1, b'x', fin=False) + f(2, b'y'),
        'many': f(2, b'a') * 40,
    }
    return stories


def frame_seeds():
    for masked in (False, True):
        for name, stream in streams(masked).items():
            yield f'{name}_{int(masked)}', bytes([masked, 3, 0]) + stream[:40]
    for size in (20, 127):
        yield f'repeated_{size}', bytes([0, 0x86, size]) + bytes(range(1, 60))


UTF8_TEXTS = {
    'ascii': b'The quick brown fox jumps over the lazy dog',
    'all_sizes': 'aé€𝄞'.encode() * 3,
    'edges': b'\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf',
    'overlong_2': b'a\xc0\x80', 'overlong_3': b'a\xe0\x9f\xbf', 'overlong_4': b'a\xf0\x8f\xbf\xbf',
    'surrogate': b'a\xed\xa0\x80', 'too_large': b'a\xf4\x90\x80\x80', 'f5': b'\xf5\x80\x80\x80',
    'stray': b'abc\x80', 'half': b'abcdefgh\xf0\x9d\x84', 'after_ascii': b'x' * 32 + b'\xff',
}


def utf8_seeds():
    for name, text in UTF8_TEXTS.items():
        yield name, bytes([0x83, 7, 0, 0, 0, 0]) + text
        for kind in range(4):
            yield f'{name}_among_{kind}', bytes([0x86, 99, kind, 80, 3 - kind, 80]) + text


ANSWERS = {
    'upgrade': UPGRADE + b'\r\n',
    'upgrade_and_frames': UPGRADE + b'\r\n' + frame(1, b'hello'),
    'lists': b'HTTP/1.1 101 \r\nupgrade: h2c, WebSocket\r\nCONNECTION: keep-alive, Upgrade\r\n'
             b'sec-websocket-accept:\t' + ACCEPT + b' \r\n\r\n',
    'protocol': UPGRADE + b'Sec-WebSocket-Protocol: chat\r\n\r\n',
    'protocol_twice': UPGRADE + b'Sec-WebSocket-Protocol: chat\r\n' * 2 + b'\r\n',
    'protocol_other': UPGRADE + b'Sec-WebSocket-Protocol: other\r\n\r\n',
    'extension': UPGRADE + b'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
    'extension_empty': UPGRADE + b'Sec-WebSocket-Extensions:\r\n\r\n',
    'accept_twice': UPGRADE + b'Sec-WebSocket-Accept: ' + ACCEPT + b'\r\n\r\n',
    'accept_wrong': b'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                    b'Sec-WebSocket-Accept: AAAA\r\n\r\n',
    'accept_other': UPGRADE.replace(ACCEPT, ACCEPT.swapcase()) + b'\r\n',
    'accept_missing': b'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'upgrade_missing': b'HTTP/1.1 101 x\r\nConnection: Upgrade\r\n\r\n',
    'upgrade_repeated': UPGRADE + b'Upgrade:\r\n\r\n',
    'upgrade_list': UPGRADE.replace(b': websocket', b': ,websocket,') + b'\r\n',
    'connection_missing': b'HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n',
    'redirect': b'HTTP/1.1 301 Moved\r\nLocation: wss://example.com/\r\n\r\n<html>',
    'no_reason': b'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n',
    'old': b'HTTP/1.0 101 x\r\n\r\n', 'long_status': b'HTTP/1.1 1010\r\n\r\n',
    'not_http': b'SSH-2.0-OpenSSH_9.2\r\n', 'bare_line_feed': b'HTTP/1.1 101 x\nUpgrade: y\n\n',
    'folded': b'HTTP/1.1 101 x\r\nA: b\r\n c\r\n\r\n', 'no_colon': b'HTTP/1.1 101 x\r\nA\r\n\r\n',
    'space_before_colon': b'HTTP/1.1 101 x\r\nA : b\r\n\r\n', 'no_name': b'HTTP/1.1 101 x\r\n: b\r\n',
    'nul': b'HTTP/1.1 101 x\r\nA: \0\r\n\r\n', 'bare_return': b'HTTP/1.1 101 x\r\nA: b\rc\r\n\r\n',
    'many_fields': b'HTTP/1.1 200 OK\r\n' + b'A: b\r\n' * 20 + b'\r\n',
}


def http_seeds():
    for name, response in ANSWERS.items():
        yield name, bytes([0, 0, 5, 1 if 'protocol' in name else 0, 0]) + response
    yield 'small_limits', bytes([4, 3, 5, 0, 0]) + ANSWERS['many_fields']
    yield 'protocol_optional', bytes([0, 0, 5, 2, 1]) + ANSWERS['upgrade']
    yield 'protocol_required', bytes([0, 0, 5, 2, 0]) + ANSWERS['upgrade']


URLS = {
    'plain': b'ws://example.com', 'port': b'ws://example.com:8080/chat?room=1',
    'secure': b'WSS://Example.COM:443/', 'literal': b'ws://[::1]:9001/a',
    'mapped': b'ws://[::ffff:1.2.3.4]', 'userinfo': b'ws://us%41er:pa:ss@h/',
    'name_only': b'ws://user@h', 'query': b'ws://h?a=b/c?d', 'percent': b'ws://h/%41%zz',
    'fragment': b'ws://h/#f', 'space': b'ws://h/a b', 'no_host': b'ws:///x', 'port_zero': b'ws://h:0/',
    'port_zeros': b'ws://h:00080/', 'port_large': b'ws://h:65536/', 'port_empty': b'ws://h:/',
    'http': b'http://h/', 'no_scheme': b'h/', 'bad_literal': b'ws://[::1', 'bad_userinfo': b'ws://u^@h',
    'non_ascii': 'ws://ü/'.encode(), 'high_path': 'ws://h/ü'.encode(),
}
REQUESTS = {
    'protocols': b'ws://h/\nchat\n superchat ', 'protocol_twice': b'ws://h/\nchat\nchat',
    'not_token': b'ws://h/\na b', 'headers': b'ws://u:p@h/\nHost: other\nX-A: b\nCookie: c=d',
    'authorization': b'ws://u:p@h/\nAuthorization: Bearer x', 'hosts': b'ws://h/\nHost: a\nhost: b',
    'reserved': b'ws://h/\nSec-WebSocket-Key: x', 'upgrade': b'ws://h/\nUpgrade: x',
    'length': b'ws://h/\nContent-Length: 3', 'return': b'ws://h/\nA: b\rc', 'no_name': b'ws://h/\n: b',
    'high': b'ws://h/\nA: \xff', 'all': b'ws://u@[::1]:81/p?q\nchat\nX: y\nx2',
    'long_userinfo': b'ws://' + b'u' * 1100 + b'@h/\nchat',
}


def url_seeds():
    for name, url in URLS.items():
        yield name, b'\0' + url
    for name, request in REQUESTS.items():
        yield 'request_' + name, b'\1' + request


def session_head(role, limits=bytes(6), manners=bytes([0, 0, 1, 3, 0x83, 5]), late=0, allocations=0,
                 fills=0, actions=()):
    return (bytes([role]) + limits + manners + bytes([late, allocations, fills, len(actions)]) +
            b''.join(actions))


def session_seeds():
    put_text, put_binary, ping = bytes([0, 4, 9]), bytes([1, 6, 12]), bytes([2, 3, 6])
    say_close, say_nothing, shrink = bytes([3, 5, 0, 3, 0xE8]), bytes([4, 9, 0]), bytes([5, 2, 0])
    for masked in (False, True):
        role = int(masked)
        for name, stream in streams(masked).items():
            yield f'{name}_{role}', session_head(role) + stream
        hello = streams(masked)['hello']
        many = streams(masked)['many']
        large = streams(masked)['large']
        for name, head, stream in (
                ('puts', session_head(role, actions=(put_text, put_binary, ping, shrink)), hello),
                ('closes', session_head(role, actions=(put_text, say_close, put_text)), hello * 2),
                ('closes_silently', session_head(role, actions=(say_nothing, ping)), many),
                ('closes_then_pings', session_head(role, actions=(say_close, ping)),
                 streams(masked)['pings'] * 3),
                ('pings_then_close', session_head(role, manners=bytes([0, 0, 1, 3, 3, 3])),
                 frame(9, b'1', True, masked) * 2 + close(1000, b'', masked)),
                ('sum_too_large', session_head(role, limits=bytes([3, 0, 0, 0, 0, 0])),
                 frame(2, b'a' * 100, False, masked) + frame(0, b'b' * 100, True, masked)),
                ('full_and_cut', session_head(role, limits=bytes([6, 2, 0, 0, 0, 1]),
                                              manners=bytes([0x87, 0, 0x86, 3, 0x84, 5]), late=1),
                 (frame(2, b'c' * 700, True, masked) + frame(1, b'd' * 90, True, masked)) * 5),
                ('few_packets', session_head(role, limits=bytes([0, 2, 0, 1, 0, 1])), many),
                ('few_bytes', session_head(role, limits=bytes([5, 0, 5, 0, 0, 1])), large),
                ('exact_fit', session_head(role, limits=bytes([3, 1, 3, 1, 0, 1]), late=1), many),
                ('few_fragments', session_head(role, limits=bytes([0, 0, 0, 0, 3, 0])),
                 streams(masked)['empty_fragments']),
                ('poor', session_head(role, allocations=2, actions=(put_binary, put_binary)), large),
                ('no_entropy', session_head(role, fills=1, actions=(put_text, ping)), hello)):
            yield f'{name}_{role}', head + stream


# The actions of the program, as numbered in client.cpp.
POLL, READ, PUT, PUT_TEXT, CLOSE, CONNECT = b'\0', b'\2', b'\4', b'\5', b'\6', b'\x08'
DESTROY, PING, FLUSH, WAIT, ASK, LISTEN = b'\x09', b'\x0a', b'\x0b', b'\x0c\5', b'\x0e', b'\x0f'
SECOND, HALF_MINUTE, HOUR = b'\1\4', b'\1\5', b'\1\6'
NAME, NUMBER = b'\0\0', b'\1\0'  # the URL, and no protocols and headers

AWAIT_REQUEST, ACCEPT_PLAIN, ACCEPT_CHAT, AWAIT_CLOSE, END, RESET = (
    b'\x0e', b'\1', b'\2', b'\x0d', b'\x0a', b'\x0b')


def send(op, payload=b''):
    return bytes([op]) + part(payload)


def client_seed(script, server, results=b'', options=b''):
    return part(options) + part(script) + part(results) + server


def client_seeds():
    opened = AWAIT_REQUEST + ACCEPT_PLAIN
    hello = send(4, b'hello') + send(5, b'\1\2')
    close = b'\7\3\xe8' + part(b'bye')
    polls = POLL + b'\0' + POLL + b'\0\0' + POLL
    stories = {
        'opens': (NAME + polls, opened),
        'messages': (NUMBER + POLL * 4 + READ, opened + hello),
        'chat': (b'\0\1' + POLL * 4, AWAIT_REQUEST + ACCEPT_CHAT + hello),
        'they_close': (NAME + POLL * 6, opened + hello + close + END),
        'we_close': (NAME + POLL * 6 + CLOSE + POLL * 3, opened + AWAIT_CLOSE + close + END),
        'puts': (NAME + POLL * 4 + PUT + b'\0' + part(b'data') + PUT_TEXT + b'\3' + part(b'text') +
                 FLUSH + POLL, opened),
        'reset': (NAME + POLL * 4, opened + hello + RESET),
        'ends': (NAME + POLL * 4, opened + hello + END),
        'protocol_error': (NAME + POLL * 8, opened + b'\6\x83' + part(b'x') + END),
        'not_utf8': (NAME + POLL * 8, opened + send(4, b'\xff') + END),
        'refused': (NAME + POLL * 4, AWAIT_REQUEST + send(3, ANSWERS['redirect'])),
        'not_http': (NAME + POLL * 4, AWAIT_REQUEST + send(3, b'SSH-2.0')),
        'silent': (NAME + POLL * 3 + HALF_MINUTE + POLL, b''),
        'dead_link': (NAME + POLL * 4 + HALF_MINUTE + POLL + HALF_MINUTE + POLL, opened),
        'pong': (NAME + POLL * 4 + PING + POLL + SECOND + POLL, opened + b'\0\0\x0f'),
        'pinged': (NAME + POLL * 4 + WAIT + POLL, opened + send(8, b'?') + send(9, b'!')),
        'large': (NAME + POLL * 6 + READ, opened + b'\x0c\xff\x0c\xff\x0c\xff'),
        'destroys': (NAME + POLL + b'\1' + DESTROY + POLL, opened + hello),
        'reconnects': (NAME + POLL * 4 + CLOSE + CONNECT + NUMBER + POLL * 3, opened + opened),
        'listener_closes': (NAME + POLL + b'\2' + CLOSE + POLL + POLL * 3, opened + close),
        'asks': (NAME + POLL * 2 + ASK + b'\1' + LISTEN + POLL * 3 + ASK, opened + hello * 3),
        'hour': (NAME + POLL * 4 + HOUR + POLL * 2, opened + hello),
        'tls': (b'\4\0', b''), 'bad_literal': (b'\6\0', b''), 'fragment': (b'\7\0', b''),
        'user': (b'\3\5' + POLL * 4, opened), 'reserved': (b'\0\x0c', b''),
        'multiplayer': (b'\0\xff', b''), 'not_token': (b'\0\3', b''),
        'no_memory': (NAME + b'\x11\0' + POLL * 4, opened),
        'no_entropy': (NAME + POLL * 4 + b'\x12\0' + PING + CLOSE, opened),
    }
    for name, (script, server) in stories.items():
        yield name, client_seed(script, server)
    for name, results in (('bytewise', b'\0\0\0\0' + b'\1' * 200), ('many_addresses', b'\0\x13\xfe\xff'),
                          ('no_name', b'\xff'), ('unresolved', b'\0\xff'), ('no_address', b'\0\x14'),
                          ('pending', b'\0\0\0' + b'\xfe' * 9), ('refuses', b'\0\0\0\xff'),
                          ('half_sent', b'\0\0\0\0\x30\xfe\xfe\x30\xfe' * 3),
                          ('send_fails', b'\0\0\0\0\0\0\0\0\0\xff')):
        yield 'answers_' + name, client_seed(NAME + POLL * 8 + PUT + b'\3' + part(b'payload') + POLL,
                                             opened + hello + close + END, results)
    pending = b'\xfe' * 200
    for name, results, script in (
            ('connect_times_out', b'\0\0\0' + pending, HALF_MINUTE + POLL),
            ('resolve_times_out', b'\0' + pending, POLL + HALF_MINUTE + POLL),
            ('gives_up_connecting', b'\0\0\0' + pending, CLOSE + CONNECT + NAME + POLL),
            ('gives_up_resolving', b'\0' + pending, POLL + CLOSE + CONNECT + NAME + POLL),
            ('destroyed_connecting', b'\0\x05\0' + pending, POLL + DESTROY),
            ('destroyed_resolving', b'\0' + pending, POLL + DESTROY)):
        yield name, client_seed(NAME + POLL * 2 + script, opened, results)
    small = bytes([3, 3, 1, 3, 1, 2, 0, 1, 2, 1]) + bytes(9)
    yield 'small_limits', client_seed(NAME + POLL * 9 + READ, opened + hello * 4, b'', small)
    fast = bytes([0]) + bytes(9) + bytes([3] * 9)
    yield 'fast_timeouts', client_seed(NAME + POLL * 4 + SECOND + POLL, opened, b'', fast)


def wslay_seeds():
    for masked in (False, True):
        for name, stream in streams(masked).items():
            data = part(part(b'text') + part(b'\0\1') + part(b'ping') + b'\3\xe8' + part(b'bye'))
            yield f'{name}_{int(masked)}', bytes([masked, 0x84]) + data + stream


# ---- certificates ------------------------------------------------------------------------------

PEM, ITEMS, MENDED = 0, 1, 2  # the kind of input that certificate.cpp reads
# The trusted certificates, as numbered by `Trusted` there.
ROOT, ALL, OWN, GOOD, UNRELATED, INTERMEDIATE = range(6)
UNVERIFIED, PINNED, GOOD_KEY, ZERO_KEY, INTERMEDIATE_KEY = 8, 16, 32, 64, 128
KNOWN_BASE = 133  # 133 % 19 is 0: the first of `Known`
KNOWN_ROOT, KNOWN_INTERMEDIATE, KNOWN_GOOD = (KNOWN_BASE + i for i in range(3))


def certificate_seed(kind, content, trust=ROOT, time=0, memory=0, host=b'', numbers=(), cuts=0):
    return (bytes([kind, cuts, trust, time, memory]) + part(host) + part(bytes(numbers)) + content)


def der_of(pem):
    return base64.b64decode(b''.join(line for line in pem.splitlines() if b'-' not in line))


def item(tag, content):
    size = len(content)
    head = bytes([size]) if size < 128 else b'\x82' + struct.pack('>H', size)
    return bytes([tag]) + (head if size < 128 or size > 255 else b'\x81' + bytes([size])) + content


def items(content):
    """The complete items in it, and the content of the first."""
    found, first = [], None
    while content:
        count = content[1] & 0x7F if content[1] & 0x80 else 0
        size = int.from_bytes(content[2:2 + count], 'big') if count else content[1]
        first = content[2 + count:2 + count + size] if first is None else first
        found.append(content[:2 + count + size])
        content = content[2 + count + size:]
    return found, first


def reissued(der, issuer):
    """Replaces the name by the issuer's, which invalidates the signature."""
    (tbs, *rest), _ = items(items(der)[1])
    parts, _ = items(items(tbs)[1])
    issuer_parts, _ = items(items(items(issuer)[1])[1])
    parts[3] = issuer_parts[5]
    return item(0x30, item(0x30, b''.join(parts)) + b''.join(rest))


PEM_STORIES = (
    ('text_between', lambda a, b: b'good:\n' + a + b'\nits issuer -- not trusted\n' + b),
    ('windows_lines', lambda a, b: b'\xef\xbb\xbf' + (a + b).replace(b'\n', b'\r\n')),
    ('one_line', lambda a, b: a.replace(b'\n', b'')),
    ('key_first', lambda a, b: b'-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' + a),
    ('no_end', lambda a, b: a + b[:200]),
    ('begun_twice', lambda a, b: a[:100] + b),
    ('other_label', lambda a, b: a.replace(b'END CERTIFICATE', b'END X509 CRL') + b),
    ('not_base64', lambda a, b: a[:60] + b'!' + a[61:] + b),
    ('padding_missing', lambda a, b: a.replace(b'=', b'') + b),
    ('more_dashes', lambda a, b: b'---' + a + b'--' + b),
    ('a_comment', lambda a, b: a.replace(b'MII', b'# MII', 1)),
)


def certificate_seeds():
    pems = {path.stem: path.read_bytes() for path in sorted(VECTORS.glob('*.pem'))}
    ders = {name: der_of(pem) for name, pem in pems.items()}
    good, intermediate = pems['good'], pems['intermediate']
    for name, der in ders.items():
        yield name, certificate_seed(ITEMS, der)
        yield name + '_mended', certificate_seed(MENDED, der, cuts=3)
    yield 'pem', certificate_seed(PEM, good + intermediate, cuts=0x86)
    for name, story in PEM_STORIES:
        yield 'pem_' + name, certificate_seed(PEM, story(good, intermediate), memory=40, cuts=0x87)
    leaf = ders['good']
    for name, more in (
            ('other_host', {'host': b'bad.test'}), ('ip', {'host': b'127.0.0.1'}),
            ('ipv6', {'host': b'::1'}), ('final_dot', {'host': b'GOOD.test.'}),
            ('unverified', {'trust': UNRELATED + UNVERIFIED, 'host': b'x'}),
            ('pinned', {'trust': GOOD + PINNED}), ('pinned_ca', {'trust': ROOT + PINNED}),
            ('pinned_ca_unverified', {'trust': ROOT + PINNED + UNVERIFIED, 'host': b'x'}),
            ('pinned_other', {'trust': INTERMEDIATE + PINNED}), ('pinned_own', {'trust': OWN + PINNED}),
            ('pinned_none', {'trust': UNRELATED + PINNED}), ('unrelated', {'trust': UNRELATED}),
            ('in_bundle', {'trust': ALL}), ('key', {'trust': GOOD_KEY + ZERO_KEY}),
            ('key_of_issuer', {'trust': INTERMEDIATE_KEY}), ('key_other', {'trust': ZERO_KEY}),
            ('key_unverified', {'trust': UNRELATED + UNVERIFIED + GOOD_KEY}),
            ('no_time', {'time': 1}), ('begins', {'time': 2}), ('not_yet', {'time': 3}),
            ('ends', {'time': 4}), ('expired', {'time': 5}), ('before_1970', {'time': 6}),
            ('alone', {'numbers': (0,)}), ('nothing', {'numbers': (KNOWN_GOOD,)}),
            ('wrong_order', {'numbers': (0, KNOWN_ROOT, KNOWN_GOOD, KNOWN_INTERMEDIATE)}),
            ('many', {'numbers': (0,) + (KNOWN_INTERMEDIATE,) * 16}),
            ('no_memory', {'memory': 0}), ('little_memory', {'memory': 1})):
        yield 'chain_' + name, certificate_seed(ITEMS, leaf, **more)
    for number, names in enumerate((
            b'*.test/good.test', b'*.A.test/x.a.TEST', b'*.a.test/x.y.a.test', b'*/x', b'*.a.test/a.test',
            b'x*.a.test/xy.a.test', b'a.test/a.test.', b'a.test./a.test', b'a..test/a..test', b'/x')):
        yield f'names_{number}', certificate_seed(PEM, b'', host=names)
    yield 'wildcard_host', certificate_seed(ITEMS, ders['wildcard'], host=b'a.example.test')
    yield 'nothing', certificate_seed(PEM, b'')
    yield 'not_der', certificate_seed(ITEMS, b'0\x80\0\0')
    for index, name in ((10, 'intermediate_not_ca_ca'), (11, 'constrained_critical_ca')):
        yield 'issuer_' + name, certificate_seed(ITEMS, reissued(leaf, ders[name]),
                                                 numbers=(0, KNOWN_BASE + index))


# ---- names ---------------------------------------------------------------------------------------

NAMES, CONSTRAINTS, SIGNATURE, POLICIES, NOT_MENDED = 0, 1, 2, 3, 128
UTF8, PRINTABLE, TELETEX, IA5, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
COMMON_NAME, ORGANIZATION = b'\x55\x04\x03', b'\x55\x04\x0a'
EMAIL = b'\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01'
MAIL_NAME, DNS_NAME, URI_NAME, DIRECTORY_NAME, IP_NAME = 0x81, 0x82, 0x86, 0xA4, 0x87


def attribute(text, tag=UTF8, kind=COMMON_NAME):
    return item(0x30, item(6, kind) + item(tag, text))


def name_of(*parts):
    return item(0x30, b''.join(item(0x31, one) for one in parts))


def constraints(permitted=(), excluded=()):
    return item(0x30, b''.join(
        item(tag, b''.join(item(0x30, base) for base in bases))
        for tag, bases in ((0xA0, permitted), (0xA1, excluded)) if bases))


def dns(text):
    return item(DNS_NAME, text)


def names_seed(kind, first=b'', second=b'', number=7):
    return bytes([kind, number]) + part(first) + second


STRINGS = {
    'case': (attribute(b'Good Test'), attribute(b'gOOD  tEST ', PRINTABLE)),
    'bmp': (attribute('gr\u00fc\u00df'.encode()), attribute('gr\u00fc\u00df'.encode('utf-16-be'), BMP)),
    'universal': (attribute('\U00012345 a'.encode()),
                  attribute('\U00012345  A'.encode('utf-32-be'), UNIVERSAL)),
    'surrogate': (attribute(b'\xd8\0', BMP), attribute(b'\xd8\0', BMP)),
    'teletex': (attribute(b'a', TELETEX), attribute(b'A', TELETEX)), 'ia5': (attribute(b'A', IA5), attribute(b'a')),
    'not_printable': (attribute(b'a@b', PRINTABLE), attribute(b'a@b')), 'spaces': (attribute(b'  '), attribute(b'')),
    'type': (attribute(b'a'), attribute(b'a', kind=ORGANIZATION)),
    'two': (attribute(b'a') + attribute(b'b'), attribute(b'B') + attribute(b'A')),
    'twice': (attribute(b'a') * 2, attribute(b'a') + attribute(b'b')),
    'nine': (attribute(b'a') * 9, attribute(b'A') * 9),
}
GOOD_NAME = name_of(attribute(b'Good', kind=ORGANIZATION), attribute(b'a'))
CONSTRAINED = {
    'dns': ((dns(b'good.test'),), (dns(b'bad.good.test'),)), 'dotted': ((dns(b'.good.test'),), ()),
    'all': ((dns(b''),), ()), 'none': ((), (dns(b''),)), 'dot': ((dns(b'.'),), ()), 'final_dot': ((dns(b'a.'),), ()),
    'below_wildcard': ((), (dns(b'x.GOOD.test'),)), 'several': ((dns(b'a.test'), dns(b'good.test')), ()),
    'ip': ((item(IP_NAME, b'\x0a\0\0\0\xff\0\0\0'),), (item(IP_NAME, b'\x0a\1\0\0\xff\xff\0\0'),)),
    'ipv6': ((item(IP_NAME, bytes(16) + b'\xff' * 15 + b'\xfe'),), ()),
    'mask': ((item(IP_NAME, b'\x0a\0\0\0\xff\0\xff\0'),), ()),
    'directory': ((item(DIRECTORY_NAME, name_of(attribute(b'good', PRINTABLE, ORGANIZATION))),), ()),
    'directory_all': ((), (item(DIRECTORY_NAME, name_of()),)), 'mail': ((item(MAIL_NAME, b'good.test'),), ()),
    'uri': ((), (item(URI_NAME, b'.test'),)), 'minimum': ((dns(b'test') + b'\x80\1\1',), ()), 'empty': ((), ()),
}
CONSTRAINED_NAMES = {
    'inside': GOOD_NAME + dns(b'good.test') + dns(b'A.good.test') + item(IP_NAME, b'\x0a\2\0\1'),
    'outside': GOOD_NAME + dns(b'xgood.test') + item(IP_NAME, b'\x0b\0\0\1'),
    'wildcard': dns(b'*.good.test') + item(IP_NAME, bytes(16)), 'mail': name_of(attribute(b'a@good.test', IA5, EMAIL)),
    'others': GOOD_NAME + item(MAIL_NAME, b'a@good.test') + item(URI_NAME, b'http://a.test') +
              item(DIRECTORY_NAME, GOOD_NAME),
    'odd': name_of() + dns(b'a..test') + item(IP_NAME, b'12345'),
}
SIGNATURES = {
    'good': b'\2\1\1\2\2\0\x80', 'zero': b'\2\1\0\2\1\1', 'negative': b'\2\1\x80\2\1\1', 'padded': b'\2\2\0\1\2\1\1',
    'one': b'\2\1\1', 'three': b'\2\1\1' * 3, 'empty': b'\2\0\2\1\1', 'long': b'\2\x81\1\1\2\1\1',
}
# Of each certificate: the number of policies in the high bits; 1 self-issued, 2 mappings, 4 and 8 a limit follows.
POLICY_PATHS = {
    'none': (1, 0, 0, 4, 0), 'shared': (1, 0x10, 1, 0x10, 1, 4, 0), 'other': (1, 0x10, 1, 0x10, 2, 4, 0),
    'any': (1, 0x10, 1, 0x10, 0, 4, 0), 'inhibited': (1, 0x10, 0, 0x10, 1, 12, 0, 0),
    'exempt': (2, 0x10, 1, 0x10, 0, 0x11, 0, 12, 0, 1), 'self_issued': (2, 0x10, 1, 0x11, 0, 0x10, 1, 12, 2, 1), 'mapped': (1, 0x10, 1, 0x12, 1, 4, 0),
    'leaf': (1, 4, 0, 0, 0), 'several': (2, 0x30, 1, 2, 0, 0x20, 2, 3, 0x10, 2, 4, 1),
}


def names_seeds():
    for name, (first, second) in STRINGS.items():
        yield 'string_' + name, names_seed(NAMES, name_of(first), name_of(second))
    longer = name_of(attribute(b'Good', kind=ORGANIZATION), attribute(b'a'), attribute(b'b'))
    for name, (first, second) in {'prefix': (longer, GOOD_NAME), 'empty': (name_of(), GOOD_NAME),
                                  'malformed': (GOOD_NAME, b'0\2\x31\0')}.items():
        yield 'name_' + name, names_seed(NAMES, first, second)
    for name, (permitted, excluded) in CONSTRAINED.items():
        for of, names in CONSTRAINED_NAMES.items():
            yield f'{name}_{of}', names_seed(CONSTRAINTS, constraints(permitted, excluded), names)
    for name, numbers in SIGNATURES.items():
        yield 'signature_' + name, names_seed(SIGNATURE | NOT_MENDED, second=item(0x30, numbers))
    yield 'signature_trailing', names_seed(SIGNATURE | NOT_MENDED, second=item(0x30, SIGNATURES['good']) + b'\0')
    for name, path in POLICY_PATHS.items():
        yield 'policy_' + name, bytes([POLICIES, 0, *path])


# ---- paths ---------------------------------------------------------------------------------------

PIN, NO_VERIFY, WRONG_KEY_PIN = 1, 2, 4
FLIP_CA, NO_BASIC_CONSTRAINTS, KEY_USAGE, WRONG_KEY_USAGE, PURPOSE, OLD, KEY_IDS = 1, 2, 4, 12, 16, 64, 128
EXPIRED, FUTURE, AT_THIS_SECOND, REVERSED = 1, 2, 3, 5
WRONG_SIGNATURE, CHANGED_AFTERWARDS, TRAILING_BYTE = 1, 2, 3
RSA, P384, ED25519, P521 = 4, 5, 6, 7


def made(index=0, subject=None, issuer=None, form=0, key=None, signer=None, digest=0, flags=0, limit=0, dates=0,
         san=0, mode=0, place=0, extensions=b'', changes=b''):
    """A certificate; names and keys have numbers, which follow from the index by default."""
    def relative(number, base):
        return 0 if number is None else (number - base) % 8
    return bytes([relative(subject, index) | relative(issuer, index + 1) << 3 | form << 6,
                  relative(key, index) | relative(signer, index + 1) << 3 | digest << 6,
                  flags, limit | dates << 3 | san << 6, mode, place]) + part(extensions) + part(changes)


def path_seed(*certificates, flags=0, time=0, pinned=0, host=0, roots=(), shown=()):
    return (bytes([flags, time, pinned, host]) + part(bytes(roots)) + part(bytes(shown)) +
            bytes([len(certificates)]) + b''.join(certificates))


def chain(*others, **special):
    """A good chain of four, of which `others` (index, arguments) are made differently."""
    different = dict(others)
    return path_seed(*(made(i, **different.get(i, {})) for i in range(4)), **special)


def extension(kind, value, critical=False):
    return item(0x30, item(6, b'\x55\x1d' + bytes([kind])) + (b'\1\1\xff' if critical else b'') + item(4, value))


def policies(*kinds):
    return extension(32, item(0x30, b''.join(item(0x30, item(6, kind)) for kind in kinds)))


def path_seeds():
    for count in range(1, 10):
        yield f'length_{count}', path_seed(*(made(i) for i in range(count)))
    kinds = {'no_ca': {'flags': FLIP_CA}, 'no_constraints': {'flags': NO_BASIC_CONSTRAINTS},
             'usage': {'flags': KEY_USAGE}, 'wrong_usage': {'flags': WRONG_KEY_USAGE},
             'for_servers': {'flags': PURPOSE}, 'for_mail': {'flags': PURPOSE * 2}, 'for_any': {'flags': PURPOSE * 3},
             'old': {'flags': OLD}, 'expired': {'dates': EXPIRED}, 'future': {'dates': FUTURE},
             'this_second': {'dates': AT_THIS_SECOND}, 'reversed': {'dates': REVERSED},
             'wrong_signature': {'mode': WRONG_SIGNATURE, 'place': 200}, 'trailing': {'mode': TRAILING_BYTE},
             'changed': {'mode': CHANGED_AFTERWARDS, 'place': 180}, 'sha512': {'digest': 2}, 'other_form': {'form': 1},
             'bmp': {'form': 2}, 'no_issuer': {'form': 3}, 'limit_0': {'limit': 1}, 'limit_1': {'limit': 2},
             'key_ids': {'flags': KEY_IDS}, 'mail': {'san': 2}, 'wildcard': {'san': 1}, 'no_names': {'san': 3},
             'critical': {'extensions': extension(99, b'', True)}, 'twice': {'extensions': extension(19, b'0\0')},
             'inserted': {'changes': b'\0\x30\1\0'}, 'erased': {'changes': b'\0\x28\2\4'},
             'repeated': {'changes': b'\0\x60\3\x20'}, 'set': {'changes': b'\0\x90\0\x55'}}
    for name, kind in kinds.items():
        for index in (0, 1, 2, 3):
            yield f'{name}_{index}', chain((index, kind))
    for name in ('dns', 'dotted', 'all', 'none', 'below_wildcard', 'ip', 'directory_all', 'mail', 'minimum'):
        value = extension(30, constraints(*CONSTRAINED[name]), True)
        for index in (1, 3):
            yield f'constraints_{name}_{index}', chain((index, {'extensions': value}), (0, {'san': 1}), host=1)
    one, other, any_policy = b'\x2a\1', b'\x2a\2', b'\x55\x1d\x20\0'
    required = {'extensions': extension(36, item(0x30, b'\x80\1\0'))}
    for name, (leaf, ca) in {'shared': (one, one), 'other': (one, other), 'any': (one, any_policy)}.items():
        yield 'policies_' + name, chain((0, {'extensions': policies(leaf)}), (1, {'extensions': policies(ca)}),
                                        (2, {'extensions': policies(one)}), (3, required))
    for name, key in (('rsa', RSA), ('p384', P384), ('ed25519', ED25519), ('p521', P521)):
        yield name, chain((0, {'signer': key}), (1, {'key': key}))
        yield name + '_root', chain((2, {'signer': key}), (3, {'key': key}))
        yield name + '_leaf', chain((0, {'key': key}))
        yield name + '_wrong', chain((0, {'signer': key, 'mode': 1, 'place': 99}), (1, {'key': key}))
    for name, special in (
            ('pin_leaf', {'flags': PIN, 'roots': (0,)}), ('pin_ca', {'flags': PIN, 'roots': (2,)}),
            ('pin_root', {'flags': PIN}), ('pin_other', {'flags': PIN, 'roots': (KNOWN_ROOT,)}),
            ('unverified', {'flags': NO_VERIFY}), ('unverified_pin', {'flags': NO_VERIFY | PIN}),
            ('key_pin', {'pinned': 3}), ('key_pin_root', {'pinned': 4}), ('key_pin_wrong', {'flags': WRONG_KEY_PIN}),
            ('later', {'time': 1}), ('earlier', {'time': 2}), ('no_time', {'time': 4}), ('host', {'host': 3}),
            ('order', {'shown': (0, 2, 1)}), ('with_root', {'shown': (0, 3, 2, 1)}), ('missing', {'shown': (0, 2)}),
            ('repeated', {'shown': (0, 1, 1, 2, 0, 2)}), ('too_many', {'shown': (0,) * 18}), ('none', {'roots': (KNOWN_ROOT,)}),
            ('partial', {'roots': (2,)}), ('all_roots', {'roots': (3, 2, 1)}), ('strays', {'shown': (0, KNOWN_ROOT, 1, KNOWN_GOOD, 2)})):
        yield 'chain_' + name, chain(**special)
    for number in range(19):
        yield f'known_{number}', path_seed(roots=(KNOWN_ROOT,), shown=(KNOWN_BASE + number, KNOWN_INTERMEDIATE))
    # Two CAs of one name, certified by each other and by two roots.
    cross = [made(0), made(1), made(2, subject=1, key=1, issuer=4, signer=4), made(3, issuer=1, signer=1, subject=2, key=2),
             made(4), made(5, subject=2, key=2)]
    for name, roots in (('one', (5,)), ('other', (4,)), ('both', (4, 5)), ('none', (KNOWN_ROOT,))):
        yield 'cross_' + name, path_seed(*cross, roots=roots, shown=(0, 1, 2, 3))
    yield 'loop', path_seed(made(0), made(1), made(2, issuer=1, signer=1), roots=(KNOWN_ROOT,), shown=(0, 1, 2))
    yield 'self_issued', path_seed(made(0), made(1, subject=1, issuer=1), made(2, subject=1, limit=1), made(3), shown=(0, 1, 2))
    outside = {'extensions': extension(30, constraints(*CONSTRAINED['dotted']), True)}
    for name, issuer in (('self_issued', 1), ('issued', 2)):
        yield 'outside_' + name, path_seed(
            made(0, san=1), made(1, subject=1, issuer=issuer, san=2), made(2, subject=issuer, **outside), made(3), host=1)
    same = [made(i, subject=1, issuer=1, key=i % 4, signer=(i + 1) % 4, mode=i % 2) for i in range(1, 12)]
    yield 'same_names', path_seed(made(0), *same, roots=(11, 10), shown=tuple(range(12)))
    wrong = [made(i, subject=1, issuer=1, key=P384, signer=0) for i in range(1, 12)]
    yield 'wrong_signatures', path_seed(made(0, signer=1), *wrong, roots=(11, 10, 9), shown=tuple(range(12)))


# ---- TLS ---------------------------------------------------------------------------------------

SERVER, RAW = 0, 1
FLIP, REMOVE, REPEAT, INSERT, CUT_OFF = range(5)
BY_SERVER, BY_CLIENT, BY_BOTH, CUT = range(4)


def change(offset, kind, size=1, value=1):
    return struct.pack('>HBBB', offset, kind, size - 1, value)


def tls_seed(who=SERVER, trust=0, allocations=0, fills=0, cuts=(0, 0), sizes=(20, 30), piece=99,
             closing=BY_SERVER, steps=0, changes=b'', rest=b''):
    return (bytes([who, trust, allocations, fills, *cuts, *sizes, piece, closing, steps]) +
            part(changes) + rest)


def record(kind, content, version=0x0303):
    return struct.pack('>BHH', kind, version, len(content)) + content


def handshake(kind, content):
    return record(22, bytes([kind]) + len(content).to_bytes(3, 'big') + content)


def server_hello(version=0x0303, suite=0xC02B, extensions=b''):
    return handshake(2, struct.pack('>H', version) + bytes(range(32)) + b'\0' +
                     struct.pack('>HB', suite, 0) + struct.pack('>H', len(extensions)) + extensions)


ALERTS = {'close_notify': (1, 0), 'handshake_failure': (2, 40), 'protocol_version': (2, 70),
          'unknown': (2, 255), 'user_canceled': (1, 90)}


def tls_seeds():
    for trust in range(8):
        yield f'trust_{trust}', tls_seed(trust=trust)
    for name, closing in (('server', BY_SERVER), ('client', BY_CLIENT), ('both', BY_BOTH), ('cut', CUT)):
        yield f'closed_by_{name}', tls_seed(closing=closing, sizes=(200, 210), piece=127, cuts=(0x8E, 5))
    yield 'silent', tls_seed(sizes=(0, 0))
    yield 'bytewise', tls_seed(sizes=(3, 4), piece=0, cuts=(1, 1))
    yield 'large', tls_seed(sizes=(255, 255), piece=255, cuts=(0x8F, 0x8F))
    for n in range(1, 4):
        yield f'allocations_{n}', tls_seed(allocations=n)
    yield 'no_entropy', tls_seed(fills=1)
    for steps in (1, 4, 9, 16):
        yield f'abandoned_{steps}', tls_seed(steps=steps, cuts=(77, 50))
    for offset in (0, 1, 3, 5, 9, 11, 45, 60, 90, 110, 150, 400, 500, 560, 600, 700, 720, 760, 800):
        for name, kind in (('flip', FLIP), ('remove', REMOVE), ('repeat', REPEAT), ('cut', CUT_OFF)):
            yield f'{name}_{offset}', tls_seed(changes=change(offset, kind, 1 + offset % 7))
    for name, alert in ALERTS.items():
        data = record(21, bytes(alert))
        yield f'raw_alert_{name}', tls_seed(RAW, rest=data)
        for offset in (0, 90, 700):
            yield f'alert_{name}_{offset}', tls_seed(changes=change(offset, INSERT, len(data)), rest=data)
    hello = server_hello()
    for name, raw in (
            ('http', ANSWERS['no_reason']), ('nothing', b''), ('hello', hello),
            ('old', server_hello(0x0302)), ('new', server_hello(0x0304)),
            ('suite', server_hello(suite=0x002F)), ('ssl2', b'\x80\x2e\x01\0\2'),
            ('certificate', hello + handshake(11, b'\0\0\6\0\0\3\1\2\3')),
            ('no_certificate', hello + handshake(11, b'\0\0\0')),
            ('many_certificates', hello + handshake(11, b'\0\0\x50' + b'\0\0\1\0' * 20)),
            ('done', hello + handshake(14, b'')), ('request', handshake(0, b'') * 3),
            ('data', record(23, b'hello')), ('long', record(22, b'')[:3] + b'\xff\xff' + b'x' * 99),
            ('empty_records', record(22, b'') * 9), ('changes', record(20, b'\1'))):
        yield 'raw_' + name, tls_seed(RAW, rest=raw, trust=2)


def packet(kind, source, target, body=b''):
    return bytes([kind]) + struct.pack('<ii', source, target) + body


def system(kind, subject, source=1):
    return packet(kind, source, 0, struct.pack('<i', subject))


def room_seeds():
    payload, add, gone, own = range(4)
    welcome = [system(own, 100), system(add, 1)]
    peers = [system(add, peer) for peer in (7, 9, 2147483647, 2)]
    rooms = {
        'welcome': welcome, 'peers': welcome + peers,
        'leave': welcome + peers + [system(gone, 9), system(gone, 9), system(add, 9)],
        'packets': welcome + peers + [packet(payload, 7, 0, b'hi'), packet(payload, 1, 100),
                                      packet(payload, 5, 0, b'stranger')],
        'godot4': [b'\x78\x1a\x33\x03'], 'late_godot4': [b'x', b'1234'], 'short': [b'', b'12345678'],
        'types': [bytes([kind]) + bytes(12) for kind in (4, 127, 255)],
        'spoofed': welcome + [system(add, 8, 7), system(own, 5, 0), system(gone, 7, 7)],
        'ids': [system(own, 0)], 'negative': [system(own, -5)], 'first_peers': peers + welcome,
        'twice': welcome + welcome + peers + peers, 'ourselves': welcome + [system(add, 100)],
        'longer': [system(own, 100) + b'more', system(add, 1) + b'more'],
    }
    for name, messages in rooms.items():
        for limit, failing in ((8, 0), (2, 0), (8, 1)):
            yield f'{name}_{limit}_{failing}', bytes([limit, failing]) + b''.join(
                bytes([len(message)]) + message for message in messages)
    many = welcome + [system(add, peer) for peer in range(2, 60)]
    yield 'many', bytes([255, 2]) + b''.join(bytes([len(each)]) + each for each in many)


TARGETS = {'frame': frame_seeds, 'utf8': utf8_seeds, 'http': http_seeds, 'url': url_seeds,
           'session': session_seeds, 'client': client_seeds, 'wslay': wslay_seeds,
           'certificate': certificate_seeds, 'names': names_seeds, 'path': path_seeds, 'room': room_seeds, 'tls': tls_seeds}


def main():
    root = pathlib.Path(sys.argv[1])
    for target, seeds in TARGETS.items():
        folder = root / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds():
            (folder / name).write_bytes(data)


if __name__ == '__main__':
    main()
