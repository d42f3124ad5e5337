#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""The rules of the house that a program can check. Prints each breach as file:line and what to do.

Layers (arrows point down only), README.md "The house":
    client -> tls, x509, protocol, net, codec, base     tls_* -> tls, x509, net, codec, base
    tls -> x509, net, codec, base
    protocol -> codec, base     x509 -> codec, base     net -> base
    codec -> base               base -> nothing
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUNCTION_LINES_MAX = 60
LINE_COLUMNS_MAX = 100

# Room -> rooms of src/ that it may include.
MAY_INCLUDE = {
    'base': {'base'},
    'codec': {'base', 'codec'},
    'protocol': {'base', 'codec', 'protocol'},
    'x509': {'base', 'codec', 'x509'},
    'net': {'base', 'net'},
    'resolver': {'base', 'net', 'resolver'},
    'resolver_none': {'resolver_none'},
    'tls': {'base', 'codec', 'x509', 'net', 'tls'},
    'tls_bearssl': {'base', 'codec', 'x509', 'net', 'tls', 'tls_bearssl'},
    'tls_openssl': {'base', 'codec', 'x509', 'net', 'tls', 'tls_openssl'},
    'tls_none': {'tls'},
    'client': {'base', 'codec', 'protocol', 'x509', 'net', 'tls', 'client'},
    'cli': {'base', 'codec', 'protocol', 'x509', 'net', 'tls', 'tls_bearssl', 'client', 'cli'},
}
# The pure rooms know bytes and numbers; nothing of the OS, of time, of threads.
PURE_ROOMS = {'base', 'codec', 'protocol', 'x509'}
PURE_STD = {'algorithm', 'array', 'bit', 'cassert', 'cstddef', 'cstdint', 'cstdlib', 'cstring',
            'initializer_list', 'new', 'optional', 'span', 'string_view', 'tuple', 'type_traits',
            'utility'}
PUBLIC_STD = {'array', 'atomic', 'cstddef', 'cstdint', 'initializer_list', 'new', 'span', 'string_view',
              'type_traits'}
# Public headers that talk of the outside world: the protocol needs only Entropy of them.
PURE_PUBLIC = {'bytes', 'cause', 'error', 'step', 'memory', 'block', 'signal', 'strings', 'limits',
               'phase', 'platform', 'version',
               'x509_certificate'}
# They have macros that are in the way of others, and an order.
WINDOWS_HEADERS = {'windows.h', 'winsock2.h'}
# Other headers have these by chance, and each year fewer.
ALGORITHM = re.compile(r'\bstd::(ranges::)?(' + '|'.join("""
    adjacent_find all_of any_of binary_search clamp copy copy_backward copy_if copy_n count count_if equal
    equal_range fill fill_n find find_end find_first_of find_if find_if_not for_each for_each_n generate
    generate_n includes is_permutation is_sorted lexicographical_compare lower_bound max max_element merge
    min min_element minmax mismatch move_backward next_permutation none_of nth_element partial_sort
    partition remove remove_copy remove_if replace replace_if reverse rotate sample search shuffle sort
    stable_partition stable_sort swap_ranges transform unique upper_bound
""".split()) + r')(<[\w: ]+>)?\(')

breaches = []


def breach(path, line, what):
    breaches.append(f'{path.relative_to(ROOT)}:{line}: {what}')


def sources():
    for folder in ('include', 'src', 'tests', 'bench', 'fuzz'):
        for pattern in ('*.hpp', '*.cpp'):
            yield from sorted((ROOT / folder).rglob(pattern))


def blank_comments_and_strings(text):
    """The same text with comments and literals blanked, so that braces can be counted."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
    return pattern.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)


def check_head(path, lines):
    if not lines[0].endswith('SPDX-License-Identifier: MIT'):
        breach(path, 1, 'begin with "// SPDX-License-Identifier: MIT"')
    if len(lines) < 2 or not lines[1].endswith('Copyright the linnet authors'):
        breach(path, 2, 'go on with "// Copyright the linnet authors"')


def check_lines(path, lines):
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            breach(path, number, f'longer than {LINE_COLUMNS_MAX} columns')
        if line != line.rstrip():
            breach(path, number, 'blanks at the end')
        if re.search(r'\b(TODO|FIXME|XXX|HACK)\b', line):
            breach(path, number, 'do it now, or write an issue')


def check_includes(path, lines):
    parts = path.relative_to(ROOT).parts
    room = parts[1] if parts[0] == 'src' else parts[0]
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quote, name = match.groups()
        if room == 'include':
            if quote == '<' and name not in PUBLIC_STD:
                breach(path, number, f'a public header does not include <{name}>')
            if quote == '"' and not name.startswith('linnet/'):
                breach(path, number, 'a public header includes only public headers')
        if name in WINDOWS_HEADERS and path.name != 'windows_os.hpp':
            breach(path, number, f'include "platform/win32/windows_os.hpp" instead of <{name}>')
        if room in MAY_INCLUDE:
            check_include_of_room(path, number, room, quote, name)


def check_algorithms(path, lines):
    if '#include <algorithm>' in lines:
        return
    for number, line in enumerate(lines, 1):
        if match := ALGORITHM.search(line.split('//')[0]):
            breach(path, number, f'include <algorithm>, which has {match[0][:-1]}')
            return


def check_include_of_room(path, number, room, quote, name):
    if quote == '<':
        if (path.stem, name) in {('kernels_x86', 'immintrin.h'), ('kernels_neon', 'arm_neon.h'),
                                 ('kept_errno', 'cerrno')}:
            return
        if room in PURE_ROOMS and name not in PURE_STD:
            breach(path, number, f'<{name}> has no place in a pure room ({room})')
        return
    target = name.split('/')[0]
    if target == 'linnet':
        pure = name.startswith('linnet/protocol/') or name.split('/')[1][:-4] in PURE_PUBLIC
        if room in PURE_ROOMS and not pure:
            breach(path, number, f'{room} does not know {name}')
    elif target not in MAY_INCLUDE[room]:
        breach(path, number, f'{room} may not include {target}')


FUNCTION = re.compile(r'^[A-Za-z].*\)[^;]*\{\s*$')


def check_functions(path, text):
    """Functions begin in column 0 and end with a brace there: clang-format sees to it."""
    start = None
    for number, line in enumerate(text.split('\n'), 1):
        if start is None and FUNCTION.match(line):
            start = number
        if start is not None:
            if re.match(r'\s*#\s*(if|ifdef|ifndef|else|elif)\b', line):
                breach(path, number, 'an #ifdef chooses files, not lines within a function')
            if line.startswith('}'):
                length = number - start + 1
                if length > FUNCTION_LINES_MAX:
                    breach(path, start, f'a function of {length} lines; {FUNCTION_LINES_MAX} at most')
                start = None


def check_state_is_written_once(path, text):
    """`state_` of an attempt is written by `Life::enter` alone."""
    if path.parent.name != 'client':
        return
    inside = False
    for number, line in enumerate(text.split('\n'), 1):
        if re.match(r'^\S.*\benter\(Event', line):
            inside = True
        if re.search(r'(?<![\w.>])state_ = ', line) and not inside:
            if not re.match(r'\s+State state_ = State::idle;', line):
                breach(path, number, 'only enter() writes state_')
        if line.startswith('}'):
            inside = False


def check_text(path, text):
    code = blank_comments_and_strings(text)
    for number, line in enumerate(code.split('\n'), 1):
        if path.parts[-2] != 'base' and re.search(r'\b(malloc|calloc|realloc|free)\(', line):
            if 'src' in path.relative_to(ROOT).parts[:1] and 'cli' not in path.parts:
                breach(path, number, 'memory comes from Block alone')
        if re.search(r'\b(throw|dynamic_cast|typeid|goto|thread_local)\b', line):
            if path.relative_to(ROOT).parts[0] in ('src', 'include'):
                breach(path, number, 'not in this library')
    check_functions(path, code)
    check_state_is_written_once(path, code)


def check_every_source_has_its_test():
    tests = {p.stem[:-5] for p in (ROOT / 'tests').glob('*_test.cpp')}
    covered_elsewhere = {
        # The OS itself: exercised by the live tests and by system_resolver_test.
        'clock_posix', 'clock_win32', 'entropy_posix', 'entropy_win32', 'process_posix',
        'process_win32', 'socket_posix', 'socket_win32', 'system_roots_posix', 'system_roots_win32', 'thread_posix', 'thread_win32',
        # One contract, whatever the CPU: kernels_test.
        'kernels_neon', 'kernels_plain', 'kernels_x86',
        # Parts of a client: conversation_test, multiplayer_test, websocket_client_test.
        'attempt', 'core', 'life', 'link', 'opening', 'texts',
        # X509Certificate's way to files: x509_certificate_test.
        'certificate_file',
        # Of the engine: bearssl_engine_test.
        'cause', 'engine', 'stream', 'verifier',
    }
    for room in ('base', 'codec', 'protocol', 'x509', 'net', 'resolver', 'tls', 'tls_bearssl',
                 'client'):
        for source in sorted((ROOT / 'src' / room).glob('*.cpp')):
            if source.stem not in tests | covered_elsewhere:
                breach(source, 1, f'has no tests/{source.stem}_test.cpp')


def main():
    for path in sources():
        text = path.read_text(encoding='utf-8')
        lines = text.split('\n')
        check_head(path, lines)
        check_lines(path, lines)
        check_includes(path, lines)
        check_algorithms(path, lines)
        check_text(path, text)
    check_every_source_has_its_test()
    for line in breaches:
        print(line)
    print(f'tidy: {len(breaches)} breaches')
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main())
