#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Checks the rules that README.md and src/README.md state, as far as a program can. Prints each
violation as "file:line: [rule] what is wrong; what to change".

RULES at the end lists each rule and the files it applies to; tidy_test.py violates each of them.
"""
import itertools
import pathlib
import re
import sys

from cpp_source import CLASS_KEYS, PAIRS, SPECIFIERS, Source

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUNCTION_LINES_MAX = 60
LINE_COLUMNS_MAX = 100

# ---- layers ----------------------------------------------------------------------------------
#
# Path prefix -> layer; the longest prefix wins. Layer -> the layers that it may include, in addition to itself
# and `words`. `outside` are the public headers about the platform; `api` are all other public headers.

WORDS = ('block', 'bytes', 'cause', 'error', 'limits', 'memory', 'phase', 'platform', 'public_key', 'signal', 'step',
         'strings', 'version', 'x509_certificate')
OUTSIDE = ('failure', 'openssl', 'system_clock', 'system_entropy', 'system_network', 'system_resolver', 'tls',
           'tls_chain')
PUBLIC_HEADERS = {
    'include/linnet/': 'api',
    **{f'include/linnet/{name}.hpp': 'words' for name in WORDS},
    **{f'include/linnet/{name}.hpp': 'outside' for name in OUTSIDE},
}
PROGRAMS = {'tests/': 'programs', 'bench/': 'programs', 'fuzz/': 'programs'}
PURE = {'base', 'codec', 'protocol', 'x509'}
PUBLIC = {'words', 'outside', 'api'}
FOLDERS = ('base', 'codec', 'protocol', 'x509', 'platform', 'net', 'resolver', 'tls', 'client', 'cli')
LAYER_OF = {
    **PUBLIC_HEADERS, **PROGRAMS, **{f'src/{folder}/': folder for folder in FOLDERS},
    'include/linnet/codec/': 'codec', 'include/linnet/protocol/': 'protocol',
    'src/resolver/none/': 'no resolver', 'src/tls/none/': 'no tls',
    'src/tls/bearssl/': 'bearssl', 'src/tls/openssl/': 'openssl',
}
BELOW_TLS = {'outside', 'base', 'codec', 'x509', 'platform'}
BELOW_CLIENT = BELOW_TLS | PUBLIC | {'protocol', 'net', 'resolver', 'tls'}
MAY_INCLUDE = {
    'words': set(),
    'outside': set(),
    'api': {'codec', 'protocol', 'outside'},
    'base': set(),
    'codec': {'base'},
    'protocol': {'base', 'codec'},
    'x509': {'base', 'codec'},
    'platform': {'outside', 'base', 'codec', 'x509'},
    'net': {'outside', 'base', 'codec', 'platform'},
    'resolver': {'outside', 'base', 'codec', 'platform'},
    'no resolver': {'outside', 'resolver'},
    'tls': BELOW_TLS,
    'no tls': BELOW_TLS | {'tls'},
    'bearssl': BELOW_TLS | {'tls'},
    'openssl': BELOW_TLS | {'tls'},
    'client': BELOW_CLIENT,
    'cli': BELOW_CLIENT | {'client', 'bearssl'},
}
# Folders that may include headers of an operating system.
OS_FOLDERS = ('src/platform/', 'src/cli/', 'tests/', 'bench/', 'fuzz/')
HOME_OF_OS = 'src/platform'
# Other files that may declare a C function: the first wraps a C header.
EXTERN_C = ('src/tls/bearssl/bearssl.hpp',)
# What is below src/ and include/ besides .cpp and .hpp.
OTHER_FILES = {'meson.build', 'README.md'}

# ---- what a file may include in angle brackets: path prefix -> headers, the longest counts -------

PURE_STD = set("""algorithm array bit cassert climits cstddef cstdint cstring initializer_list iterator limits new
    optional span string_view tuple type_traits utility""".split())
PUBLIC_STD = set("""array atomic cstddef cstdint initializer_list new span string_view type_traits""".split())
THREADS = {'atomic', 'cerrno', 'mutex'}
ANGLE_INCLUDES = {
    'include/': PUBLIC_STD,
    'src/': PURE_STD,
    'src/base/block.cpp': PURE_STD | {'cstdlib'},
    'src/base/kept_errno.hpp': {'cerrno'},
    'src/codec/kernels_x86.cpp': PURE_STD | {'immintrin.h'},
    'src/codec/kernels_neon.cpp': PURE_STD | {'arm_neon.h'},
    'src/client/one_thread.hpp': {'atomic', 'thread'},
    'src/resolver/system_resolver.cpp': PURE_STD | THREADS,
    'src/tls/bearssl/': PURE_STD | {'bearssl.h'},
    'src/tls/openssl/': PURE_STD | {f'openssl/{name}.h' for name in ('err', 'evp', 'rsa', 'ssl', 'x509')},
    'src/codec/calendar.cpp': PURE_STD | {'chrono'},
}
# Their macros conflict with other code, and they must be included in a fixed order.
WINDOWS_OS = 'src/platform/win32/windows_os.hpp'
WINDOWS_HEADERS = {  # header in lower case -> the files that may include it
    'windows.h': {WINDOWS_OS}, 'winsock2.h': {WINDOWS_OS}, 'winsock.h': set(),
    'ws2tcpip.h': {WINDOWS_OS, 'src/platform/sockaddr.hpp'},
}
OS_MACRO = re.compile(r'\b(' + '|'.join("""
    _WIN32 _WIN64 _MSC_VER __MINGW32__ __MINGW64__ __CYGWIN__ __linux __linux__ __gnu_linux__ __ANDROID__
    __APPLE__ TARGET_OS_\\w+ __unix __unix__ __FreeBSD__ __OpenBSD__ __NetBSD__ __EMSCRIPTEN__ __has_include
""".split()) + r')\b')

# ---- memory ------------------------------------------------------------------------------------

ALLOCATORS = set("""malloc calloc realloc free aligned_alloc posix_memalign strdup strndup alloca
    mmap reallocarray valloc""".split())
OWNERS = set("""allocate_shared allocator any basic_string deque format forward_list function inplace_merge list
    make_shared make_unique make_unique_for_overwrite map multimap multiset ostringstream pmr promise queue set
    shared_ptr stable_partition stable_sort stack string stringstream to_string u16string u32string u8string
    unique_ptr unordered_map unordered_multimap unordered_multiset unordered_set vector wstring""".split())
# File -> the functions it may use, and why:
TAKES_MEMORY = {
    # it is Block.
    'src/base/block.cpp': {'malloc', 'free'},
    # a lookup outlives the client that requested it, and the client's memory.
    'src/resolver/system_resolver.cpp': {'new', 'delete'},
    'src/platform/posix/thread.cpp': {'new', 'delete'},
    'src/platform/win32/thread.cpp': {'new', 'delete'},
}
# Files that construct an object in a block.
CONSTRUCTS_IN_PLACE = {
    'include/linnet/signal.hpp', 'src/client/websocket_client.cpp',
    'src/tls/bearssl/engine.cpp', 'src/tls/chain.cpp', 'src/tls/openssl/context.cpp',
}

# ---- the rest ----------------------------------------------------------------------------------

FOREIGN_WORDS = {
    'throw': 'there are no exceptions: return an Error or a Step', 'try': 'there are no exceptions',
    'catch': 'there are no exceptions', 'dynamic_cast': 'there is no RTTI: use a virtual function',
    'typeid': 'there is no RTTI', 'goto': 'return early, or make a function',
    'thread_local': 'keep it in the object it belongs to',
    'rethrow_exception': 'there are no exceptions', 'setjmp': 'return early', 'longjmp': 'return early',
    '##': 'pasted tokens hide words from these rules: write them out',
    **{each: 'a digraph: write the bracket or #' for each in ('<%', '%>', '<:', ':>', '%:')},
}
# Constants that are not constexpr: tables of functions for a C library, which need no code at startup.
C_TABLES = {'src/tls/bearssl/verifier.hpp', 'src/tls/bearssl/verifier.cpp'}
VALUE_BEGINS = {'*', '&', '+', '-', '!', '~', '()', '""', "''", 'true', 'false', 'nullptr', 'sizeof', 'this'}
VALUE_OPERATORS = {'.', '->', '+', '-', '/', '%', '|', '^', '==', '?'}
# Types in lower case; other words in lower case are variables.
TYPE_NAME = re.compile(r'\w+_t|auto|bool|char|double|float|int|long|short|signed|unsigned|void')
NO_VARIABLES = {'concept', 'friend', 'namespace', 'static_assert', 'typedef', 'using'}
STATE_READERS = {'after', 'facts_of', 'is_alive', 'is_connecting', 'is_conversing', 'is_established', 'is_in', 'text'}
# One word for one thing: what comments do not say, and what they say instead.
BETTER_WORDS = {
    'tells?|told': '"reports", "returns" or "prints"', 'nobody': '"none" or "nothing"',
    'whoever': '"if anyone", or name the caller', 'in front of': '"before"', 'so (often|many|much)': '"n times"',
    'breach(es)?': '"protocol error" or "violation"', 'verdicts?': '"result"', 'judge[sd]?': '"check"',
    'lends?|lent': '"borrowed"', 'hears?|heard': '"receives"', 'goodbye': '"close frame"',
    'also if': '"even if"',
}
WORDS_TO_AVOID = re.compile(rf'\b(?:{"|".join(BETTER_WORDS)})\b', re.I)
# Other headers include these only incidentally.
ALGORITHM = re.compile(r'\bstd::(ranges::)?(' + '|'.join("""
    adjacent_find all_of any_of binary_search clamp copy copy_backward copy_if copy_n count count_if equal
    equal_range fill fill_n find find_end find_first_of find_if find_if_not for_each for_each_n generate
    generate_n includes is_permutation is_sorted lexicographical_compare lower_bound max max_element merge
    min min_element minmax mismatch move_backward next_permutation none_of nth_element partial_sort
    partition remove remove_copy remove_if replace replace_if reverse rotate sample search shuffle sort
    stable_partition stable_sort swap_ranges transform unique upper_bound
""".split()) + r')(<[\w: ]+>)?\(')
# Sources below src/ without a test of the same name (a folder ends in a slash), and the tests that cover them:
TESTED_ELSEWHERE = {
    'the OS itself: tests/live, system_calls, system_resolver, system_roots': (
        'platform/posix/', 'platform/win32/'),
    'kernels_test: one contract for every CPU': (
        'codec/kernels_neon.cpp', 'codec/kernels_plain.cpp', 'codec/kernels_x86.cpp'),
    'conversation_test, multiplayer_test, websocket_client_test': tuple(
        f'client/{name}.cpp' for name in ('attempt', 'core', 'life', 'link', 'opening', 'texts')),
    'x509_certificate_test': ('tls/certificate_file.cpp',),
    'path_matrix_test, chain_test': (
        'tls/chain_failure.cpp', 'tls/path_policy.cpp', 'tls/path_search.cpp', 'tls/root_collector.cpp',
        'x509/ecdsa_signature.cpp', 'x509/name_constraints.cpp', 'x509/name_match.cpp'),
    'bearssl_engine_test, tls_test': (
        'base/wipe.cpp','tls/bearssl/', 'tls/openssl/', 'tls/engine_base.cpp'),
    'embedding_test': ('platform/none/', 'resolver/none/', 'tls/none/'),
}
TESTS = {'TEST', 'TEST_F', 'TEST_P'}
# Folders of include/linnet, with their sources in the folders of src of the same name.
PUBLIC_FOLDERS = {'codec', 'protocol'}
# Compiled as a source, so that `#pragma once` is a warning there.
PRECOMPILED = 'tests/testkit/precompiled.hpp'


class Tree:
    """Path -> Source, relative to the root, with slashes."""

    def __init__(self, texts):
        self.sources = {path: Source(path, text) for path, text in texts.items()}

    def layer_of(self, path):
        return longest_prefix(LAYER_OF, path)


def longest_prefix(table, path):
    """The value for `path` in a table of prefixes, or None."""
    found = max((each for each in table if path.startswith(each)), key=len, default=None)
    return table[found] if found else None


def is_library(path):
    return path.startswith(('include/', 'src/')) and not path.startswith('src/cli/')


# ---- rules: each yields (line, message) for a source, or (path, line, message) for a tree ----------

def head(source, _tree):
    lines = [line for line in source.text_lines[:3] if not line.startswith('#!')]
    if not lines or not lines[0].endswith('SPDX-License-Identifier: MIT'):
        yield 1, 'no licence; begin with "SPDX-License-Identifier: MIT" in a comment'
    elif len(lines) < 2 or not lines[1].endswith('Copyright the linnet authors'):
        yield 2, 'no owner; go on with "Copyright the linnet authors" in a comment'
    elif source.path.endswith('.hpp') and source.path != PRECOMPILED and not any(
            (each.name, each.rest) == ('pragma', 'once') for each in source.directives):
        yield 1, 'a header that can be included twice; write #pragma once'


def file_kinds(source, _tree):
    name = source.path.rsplit('/', 1)[-1]
    if not is_cpp(name) and name not in OTHER_FILES:
        yield 1, f'{name} is of a kind that no rule reads; name it .cpp or .hpp'


def line_length(source, _tree):
    for number, line in enumerate(source.text_lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            yield number, f'{len(line)} columns; break it, {LINE_COLUMNS_MAX} at most'


def blanks(source, _tree):
    for number, line in enumerate(source.text_lines, 1):
        if line != line.rstrip():
            yield number, 'blanks at the end of the line; delete them'


def promises(source, _tree):
    for number, line in enumerate(source.text_lines, 1):
        if match := re.search(r'\b(TODO|FIXME|XXX|HACK)\b', line):
            yield number, f'{match[0]}; do it now, or write an issue'


def words(source, _tree):
    for number, line in enumerate(source.text_lines, 1):
        if match := WORDS_TO_AVOID.search(line.partition('//')[2]):
            found = match[0].lower()
            better = next(right for wrong, right in BETTER_WORDS.items() if re.fullmatch(wrong, found))
            yield number, f'"{match[0]}" in a comment; write {better}'


def brackets(source, _tree):
    if source.unmatched is not None:
        yield (source.lines[source.unmatched],
               f'"{source.tokens[source.unmatched]}" has no partner; let no #if divide a pair of brackets')


def layers(source, tree):
    layer = tree.layer_of(source.path)
    if layer is None:
        yield 1, 'in no layer; give its folder a row in the layers of tests/tidy.py'
    if layer in (None, 'programs'):
        return
    allowed = MAY_INCLUDE[layer] | {layer, 'words'}
    for line, quote, name in source.includes():
        path = f'include/{name}' if name.startswith('linnet/') else f'src/{name}'
        if {'.', '..'} & set(re.split(r'[/\\]', name)):
            yield line, f'{name} may be in any folder; write its path below src or include'
            continue
        if quote == '<' and path not in tree.sources:
            continue
        target = tree.layer_of(path)
        if source.path.startswith('include/') and not name.startswith('linnet/'):
            yield line, f'a public header includes {name}; include public headers alone'
        elif target not in allowed:
            yield line, (f'layer {layer} includes {name} of {target or "no layer"}; '
                         f'it may include {", ".join(sorted(allowed))}')


def include_form(source, _tree):
    for each in source.directives:
        if each.name.startswith(('include', 'import')) and (
                each.name != 'include' or not re.match(r'[<"]', each.rest)):
            yield each.line, f'#{each.name} {each.rest}; include a file by its name'


def os_headers(source, _tree):
    if source.path.startswith(OS_FOLDERS):
        return
    allowed = longest_prefix(ANGLE_INCLUDES, source.path)
    for line, quote, name in source.includes():
        if quote == '<' and name not in allowed:
            yield line, f'<{name}> is not for this folder; use what {HOME_OF_OS} offers, or write it plainly'
    tokens = source.tokens
    for i, token in enumerate(tokens):
        if token == 'extern' and tokens[i + 1] == '""' and source.path not in EXTERN_C:
            yield source.lines[i], f'extern "C" declares a function of the OS; use what {HOME_OF_OS} offers'


def windows_headers(source, _tree):
    for line, _, name in source.includes():
        files = WINDOWS_HEADERS.get(name.rsplit('/', 1)[-1].lower())
        if files is not None and source.path not in files:
            yield line, f'<{name}> with all its macros; include windows_os.hpp instead'


def os_macros(source, _tree):
    if source.path.startswith(OS_FOLDERS):
        return
    for line, text in [*zip(source.lines, source.tokens), *((each.line, each.rest) for each in source.directives)]:
        if match := OS_MACRO.search(text):
            yield line, f'{match[0]} chooses by the OS; do that in {HOME_OF_OS}'


def conditions_in_functions(source, _tree):
    conditions = [each.line for each in source.directives
                  if each.name in ('if', 'ifdef', 'ifndef', 'elif', 'elifdef', 'elifndef', 'else')]
    for function in source.functions if conditions else ():
        begin, end = source.lines[function.begin], source.lines[function.end]
        for line in conditions:
            if begin < line < end:
                yield line, 'an #if within a function; it chooses whole functions or files'


def function_length(source, _tree):
    extents = [(source.lines[each.begin], source.lines[each.end], 'function') for each in source.functions]
    extents += [(each.line, each.last, 'macro') for each in source.directives if each.name == 'define']
    for begin, end, kind in extents:
        if end - begin + 1 > FUNCTION_LINES_MAX:
            yield begin, f'a {kind} of {end - begin + 1} lines; divide it, {FUNCTION_LINES_MAX} at most'


def algorithm_header(source, _tree):
    if any(name == 'algorithm' for _, _, name in source.includes()):
        return
    for number, line in enumerate(source.text_lines, 1):
        if match := ALGORITHM.search(line.split('//')[0]):
            yield number, f'{match[0][:-1]} without its header; include <algorithm>'
            return


def state(source, _tree):
    """`state_` is read in a few forms; every other form might write it."""
    tokens = source.tokens
    for i, token in enumerate(tokens):
        if token == 'state_' and not is_read(source, i):
            function = function_at(source, i)
            if function is None and tokens[i - 1:i + 4] == ['State', 'state_', '=', 'State', '::']:
                continue
            if function is None or tokens[function.begin:function.body][:5] != [
                    'void', 'Life', '::', 'enter', '(']:
                yield source.lines[i], 'state_ may be written here; call Life::enter, or read state()'
    for line, token in source.macro_tokens:
        if token == 'state_':
            yield line, 'state_ in a macro may be written anywhere; read state()'


def is_read(source, i):
    tokens = source.tokens
    if tokens[i - 1] == 'return' and tokens[i + 1] == ';':  # State state() const { return state_; }
        function = function_at(source, i)
        head = [each for each in source.top_level(function.begin, function.body) if each not in SPECIFIERS]
        return head[0] == 'State' and head[1].isidentifier() and function.end - function.body == 4
    if tokens[i - 1] in ('==', '!=') or tokens[i + 1] in ('==', '!='):
        return tokens[i - 1] not in ('++', '--', '&')
    return tokens[i - 1] == '(' and tokens[i - 2] in STATE_READERS and tokens[i + 1] in (',', ')')


def function_at(source, i):
    return next((each for each in source.functions if each.begin <= i <= each.end), None)


def memory(source, _tree):
    allowed = TAKES_MEMORY.get(source.path, set())
    tokens = source.tokens
    for i, token in enumerate(tokens):
        if token == 'new':
            taken = new_of(source, i, allowed)
        elif token == 'delete':
            taken = None if tokens[i - 1] == '=' or token in allowed else 'delete'
        else:
            taken = owner_at(tokens, i, allowed)
        if taken:
            yield source.lines[i], f'{taken} takes memory of its own; take it from a Block'
    in_macros = [token for _, token in source.macro_tokens]
    for i, (line, token) in enumerate(source.macro_tokens):
        if token in ('new', 'delete') or owner_at(in_macros, i, set()):
            yield line, f'{token} in a macro takes memory of its own; take it from a Block'


def new_of(source, i, allowed):
    """What is wrong with this `new`, or None."""
    tokens = source.tokens
    if tokens[i - 1] == 'operator' or tokens[i + 1] != '(':
        return 'new'
    if tokens[i + 2:i + 5] == ['std', '::', 'nothrow']:
        return None if 'new' in allowed else 'new'
    if not re.match(r'\w|::', tokens[source.partners[i + 1] + 1]):  # new (Type)
        return 'new'
    return None if source.path in CONSTRUCTS_IN_PLACE else 'new, in a file that constructs nothing in place,'


def owner_at(tokens, i, allowed):
    token = tokens[i]
    if token.removeprefix('__builtin_') in ALLOCATORS:
        is_member = tokens[i - 1] in ('.', '->')
        return None if token in allowed or is_member else token
    if token in OWNERS and tokens[i - 1] == '::' and tokens[i - 2] in ('std', 'pmr', 'ranges'):
        return f'std::{token}'
    return None


def namespaces(source, _tree):
    tokens = source.tokens
    for i, token in enumerate(tokens):
        if token != 'namespace':
            continue
        after = [each for each in tokens[i + 1:i + 7] if each != '::']
        if tokens[i - 1:i] == ['using'] and after[0] == 'std' and 'literals' not in after[1]:
            yield source.lines[i], 'using namespace std hides what takes memory; write std:: out'
        elif after[1:3] == ['=', 'std']:
            yield source.lines[i], 'another name for std hides what takes memory; write std:: out'


def foreign_words(source, _tree):
    for line, token in [*zip(source.lines, source.tokens), *source.macro_tokens]:
        if token in FOREIGN_WORDS:
            yield line, f'{token}; {FOREIGN_WORDS[token]}'
    for i, token in enumerate(source.tokens):
        if token == 'value' and source.tokens[i - 1] in ('.', '->') and source.tokens[i + 1:i + 3] == ['(', ')']:
            yield source.lines[i], 'value() of an optional throws; test it, and write *'


def globals_(source, _tree):
    """Variables of namespaces and classes, and static ones of functions, must be compile-time constants."""
    if source.path in C_TABLES:
        return
    for each in source.declarations:
        words = source.top_level(each.begin, each.end)
        if each.scope == 'class' and 'static' not in words:
            continue
        if is_variable(source, each.begin, each.end, words) and not is_constant(words):
            yield source.lines[each.begin], f'a variable of a {each.scope}; make it constexpr, or a field'
    for function in source.functions:
        for i in range(function.body, function.end):
            if source.tokens[i] == 'static' and is_static_variable(source, i):
                yield source.lines[i], 'a static variable of a function; make it constexpr, or a field'


def is_static_variable(source, i):
    """Whether `static` in a function begins a variable, neither constant nor a function of a local class."""
    begin = end = i
    while source.tokens[begin - 1] in SPECIFIERS:
        begin -= 1
    while source.tokens[end] not in (';', '{', '='):
        end = source.partners.get(end, end) + 1
    is_function = source.tokens[end] == '{' and source.tokens[end - 1] in (')', 'const', 'noexcept')
    return not is_function and not is_constant(source.top_level(begin, end))


def is_constant(words):
    return 'constexpr' in words or ('constinit' in words and 'const' in words)


def is_variable(source, begin, end, words):
    if not words or NO_VARIABLES & {words[0], source.tokens[begin]} or 'template' in words:
        return False
    key = next((n for n, each in enumerate(words) if each not in SPECIFIERS), 0)
    if words[key] in CLASS_KEYS | {'enum'} and '()' not in words:
        return key > 0 or not is_type_alone(words[key + 1:])
    before_value = words[:words.index('=')] if '=' in words else words
    if '()' not in before_value:
        return True
    opening = next(i for i, each in source.top_level_numbered(begin, end) if each == '()')
    return begins_with_value(source.top_level(opening + 1, source.partners[opening]))


def begins_with_value(words):
    """Whether the parentheses of int (*pointer)(int) or Foo foo(seed), and not those of a function."""
    first = [*itertools.takewhile(lambda each: each not in (',', '='), words)]
    if not first:
        return False
    if first[0][0].isdigit() or first[0] in VALUE_BEGINS or VALUE_OPERATORS & set(first):
        return True
    if len(first) == 1:
        return first[0].islower() and not TYPE_NAME.fullmatch(first[0])
    return first[-1] in ('()', '{}') and first[-2].isidentifier()


def is_type_alone(words):
    """Whether no name of a variable is in a declaration, after its `struct` or `enum`."""
    if '=' in words or ('{}' in words and words[-1] != '{}'):
        return False
    head = [each for each in itertools.takewhile(lambda each: each not in (':', '{}', '[]'), words)
            if each not in CLASS_KEYS | {'final'}]
    return len(head) < 2 or not head[-1].isidentifier() or not (head[-2].isidentifier() or head[-2] in '*&>')


def tests(tree):
    tested = {path.rsplit('/', 1)[1][:-len('_test.cpp')] for path, source in tree.sources.items()
              if path.startswith('tests/') and path.endswith('_test.cpp') and not TESTS.isdisjoint(source.tokens)}
    elsewhere = tuple(f'src/{each}' for row in TESTED_ELSEWHERE.values() for each in row)
    for path in sorted(tree.sources):
        if not is_library(path) or not path.endswith('.cpp') or path.startswith(elsewhere):
            continue
        name = path[:-4].rsplit('/', 1)[1]
        if name not in tested:
            yield path, 1, f'no test of its own; write tests/{name}_test.cpp, or name its test in TESTED_ELSEWHERE'
        tested.discard(name)  # a test covers one source


def pairs(tree):
    """The source of include/linnet/codec/url.hpp and of src/codec/url.hpp is src/codec/url.cpp, if it has one."""
    sources = [path for path in tree.sources if path.endswith('.cpp') and is_library(path)]
    for path in tree.sources:
        match = re.fullmatch(r'(include/linnet|src)/(.+)/(\w+)\.hpp', path)
        if not match or not is_library(path):
            continue
        root, folder, name = match.groups()
        if root != 'src' and folder not in PUBLIC_FOLDERS:
            yield path, 1, f'include/linnet/{folder} is not for public headers; move it to include/linnet'
        home = f'src/{folder}/{name}.cpp'
        for other in sources if home not in tree.sources else ():
            is_of_system = folder == 'platform' and other.startswith('src/platform/')
            if other.endswith(f'/{name}.cpp') and not is_of_system and f'{other[:-4]}.hpp' not in tree.sources:
                yield other, 1, f'the source of {path}; move it to src/{folder}'


def any_file(_path):
    return True


def has_licence(path):
    return not path.endswith('.md')


def is_below_src(path):
    return path.startswith(('include/', 'src/'))


def is_cpp(path):
    return path.endswith(('.hpp', '.cpp'))


def in_layers(path):
    return is_cpp(path) and path.startswith(('include/', 'src/', 'tests/', 'bench/', 'fuzz/'))


def is_cpp_of_library(path):
    return is_cpp(path) and is_library(path)


def is_client(path):
    return is_cpp(path) and path.startswith('src/client/')


# Rule, and the files it applies to.
RULES = (
    (head, has_licence),
    (file_kinds, is_below_src),
    (line_length, is_cpp),
    (blanks, any_file),
    (promises, is_cpp),
    (words, is_cpp),
    (brackets, is_cpp),
    (layers, in_layers),
    (include_form, is_cpp),
    (os_headers, in_layers),
    (windows_headers, is_cpp),
    (os_macros, is_cpp_of_library),
    (conditions_in_functions, is_cpp),
    (function_length, is_cpp),
    (algorithm_header, is_cpp),
    (state, is_client),
    (memory, is_cpp_of_library),
    (namespaces, is_cpp_of_library),
    (foreign_words, is_cpp_of_library),
    (globals_, is_cpp_of_library),
)
TREE_RULES = (tests, pairs)


def check(texts):
    """Returns the violations in a tree (path -> text) as lines."""
    tree = Tree(texts)
    found = []
    for path, source in tree.sources.items():
        for rule, applies in RULES:
            if applies(path):
                found += [(path, line, rule, what) for line, what in rule(source, tree)]
    for rule in TREE_RULES:
        found += [(path, line, rule, what) for path, line, what in rule(tree)]
    return [f'{path}:{line}: [{rule.__name__.rstrip("_")}] {what}' for path, line, rule, what in found]


FOLDERS = ('include', 'src', 'tests', 'bench', 'fuzz')
KINDS = ('.hpp', '.cpp', '.py', '.sh', '.js', 'meson.build')
ALL_KINDS = ('include', 'src')  # folders without any other kind


def real_tree():
    paths = [ROOT / 'dev', ROOT / '.ci/run', ROOT / 'meson.build', ROOT / 'meson_options.txt']
    for folder in FOLDERS:
        paths += [path for path in sorted((ROOT / folder).rglob('*')) if path.is_file() and (
            path.name.endswith(KINDS) or folder in ALL_KINDS)]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding='utf-8', errors='replace') for path in paths}


def main():
    violations = check(real_tree())
    for each in violations:
        print(each)
    print(f'tidy: {len(violations)} violations')
    return 1 if violations else 0


if __name__ == '__main__':
    sys.exit(main())
