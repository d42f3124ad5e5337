#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Checks the rules that README.md and src/README.md state, as far as a program can. Prints each
violation as "file:line: [rule] what is wrong; what to change".

RULES at the end lists each rule and the files it applies to; tidy_test.py violates each of them.
"""
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

WORDS = ('block', 'bytes', 'cause', 'error', 'limits', 'memory', 'phase', 'platform', 'signal', 'step', 'strings',
         'version', 'x509_certificate')
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
    'src/tls/openssl/': PURE_STD | {f'openssl/{name}.h' for name in ('err', 'ssl', 'x509', 'x509_vfy')},
    'src/codec/calendar.cpp': PURE_STD | {'chrono'},
}
# Their macros conflict with other code, and they must be included in a fixed order.
WINDOWS_HEADERS = {'windows.h', 'winsock2.h'}
OS_MACRO = re.compile(r'\b(_WIN32|_WIN64|__linux__|__APPLE__|__unix__|__FreeBSD__|__ANDROID__)\b')

# ---- memory ------------------------------------------------------------------------------------

ALLOCATORS = set("""malloc calloc realloc free aligned_alloc posix_memalign strdup strndup alloca""".split())
OWNERS = set("""allocator any basic_string deque format forward_list function list
    make_shared make_unique map multimap multiset ostringstream pmr promise queue set shared_ptr stack string
    stringstream to_string unique_ptr unordered_map unordered_multimap unordered_multiset unordered_set vector
    wstring""".split())
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
    'src/tls/bearssl/engine.cpp', 'src/tls/openssl/context.cpp', 'src/tls/openssl/verifier.cpp',
}

# ---- the rest ----------------------------------------------------------------------------------

FOREIGN_WORDS = {
    'throw': 'there are no exceptions: return an Error or a Step', 'try': 'there are no exceptions',
    'catch': 'there are no exceptions', 'dynamic_cast': 'there is no RTTI: use a virtual function',
    'typeid': 'there is no RTTI', 'goto': 'return early, or make a function',
    'thread_local': 'keep it in the object it belongs to',
}
# Constants that are not constexpr: tables of functions for a C library, which need no code at startup.
C_TABLES = {'src/tls/bearssl/verifier.hpp', 'src/tls/bearssl/verifier.cpp'}
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
# Sources without a test of the same name, by the end of their path without .cpp, and the tests that cover them:
TESTED_ELSEWHERE = {
    'the OS itself: tests/live, system_calls, system_resolver, system_roots': (
        'posix/*', 'win32/*'),
    'kernels_test: one contract for every CPU': ('kernels_neon', 'kernels_plain', 'kernels_x86'),
    'conversation_test, multiplayer_test, websocket_client_test': (
        'client/attempt', 'client/core', 'client/life', 'client/link', 'client/opening', 'client/texts'),
    'x509_certificate_test': ('tls/certificate_file',),
    'bearssl_engine_test, tls_test': ('bearssl/*', 'openssl/*', 'tls/engine_base'),
    'embedding_test': ('none/*',),
}


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
        if quote == '<':
            continue
        path = f'include/{name}' if name.startswith('linnet/') else f'src/{name}'
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


def os_headers(source, tree):
    if source.path.startswith(OS_FOLDERS):
        return
    allowed = longest_prefix(ANGLE_INCLUDES, source.path)
    for line, quote, name in source.includes():
        if quote == '<' and name not in allowed:
            yield line, f'<{name}> is not for this folder; use what {home_of_os(tree)} offers, or write it plainly'


def home_of_os(tree):
    return OS_FOLDERS[0].rstrip('/')


def windows_headers(source, _tree):
    for line, _, name in source.includes():
        if name in WINDOWS_HEADERS and not source.path.endswith('/windows_os.hpp'):
            yield line, f'<{name}> with all its macros; include windows_os.hpp instead'


def os_macros(source, tree):
    if source.path.startswith(OS_FOLDERS):
        return
    for each in source.directives:
        if match := OS_MACRO.search(each.rest):
            yield each.line, f'{match[0]} chooses by the OS; do that in {home_of_os(tree)}'


def conditions_in_functions(source, _tree):
    conditions = [each.line for each in source.directives
                  if each.name in ('if', 'ifdef', 'ifndef', 'elif', 'else')]
    for function in source.functions if conditions else ():
        begin, end = source.lines[function.begin], source.lines[function.end]
        for line in conditions:
            if begin < line < end:
                yield line, 'an #if within a function; it chooses whole functions or files'


def function_length(source, _tree):
    for function in source.functions:
        begin, end = source.lines[function.begin], source.lines[function.end]
        if end - begin + 1 > FUNCTION_LINES_MAX:
            yield begin, (f'a function of {end - begin + 1} lines; divide it, '
                          f'{FUNCTION_LINES_MAX} at most')


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


def is_read(source, i):
    tokens = source.tokens
    if tokens[i - 1] == 'return' and tokens[i + 1] == ';':
        function = function_at(source, i)
        return not {'&', '*', 'auto'} & set(tokens[function.begin:function.body])
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
    for line, token in source.macro_tokens:
        if token in ALLOCATORS | {'new', 'delete'}:
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
    if token in ALLOCATORS:
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
        if tokens[i - 1:i] == ['using'] and tokens[i + 1] == 'std' and 'literals' not in tokens[i + 3]:
            yield source.lines[i], 'using namespace std hides what takes memory; write std:: out'
        elif tokens[i + 2:i + 4] == ['=', 'std']:
            yield source.lines[i], 'another name for std hides what takes memory; write std:: out'


def foreign_words(source, _tree):
    for line, token in [*zip(source.lines, source.tokens), *source.macro_tokens]:
        if token in FOREIGN_WORDS:
            yield line, f'{token}; {FOREIGN_WORDS[token]}'


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
            if source.tokens[i] != 'static':
                continue
            end = next(n for n in range(i, function.end) if source.tokens[n] in (';', '{'))
            words = source.top_level(i, end)
            if source.tokens[i - 1] != 'constexpr' and 'constexpr' not in words and '()' not in words:
                yield source.lines[i], 'a static variable of a function; make it constexpr, or a field'


def is_constant(words):
    return 'constexpr' in words or ('constinit' in words and 'const' in words)


def is_variable(source, begin, end, words):
    if NO_VARIABLES & {words[0], source.tokens[begin]} or 'template' in words:
        return False
    first = next((each for each in words if each not in SPECIFIERS), '')
    if first in CLASS_KEYS | {'enum'}:  # a type alone, unless a name follows
        return words[-1] != '{}' and ('{}' in words or '=' in words)
    before_value = words[:words.index('=')] if '=' in words else words
    if '()' not in before_value:
        return True
    # int (*pointer)(int); and Foo foo(1); but not a function.
    after_bracket = source.tokens[source.tokens.index('(', begin, end) + 1]
    return after_bracket[0].isdigit() or after_bracket in ('*', '""', "''")


def tests(tree):
    tested = {path.rsplit('/', 1)[1][:-len('_test.cpp')] for path in tree.sources
              if path.startswith('tests/') and path.endswith('_test.cpp')}
    elsewhere = [ending for endings in TESTED_ELSEWHERE.values() for ending in endings]
    for path in tree.sources:
        if not is_library(path) or not path.endswith('.cpp') or path[:-4].rsplit('/', 1)[1] in tested:
            continue
        folder = path.rsplit('/', 1)[0]
        if not any(folder.endswith(each[:-2]) if each.endswith('/*') else path[:-4].endswith(each)
                   for each in elsewhere):
            name = path[:-4].rsplit('/', 1)[1]
            yield path, 1, f'no test; write tests/{name}_test.cpp, or name its test in TESTED_ELSEWHERE'


def pairs(tree):
    """The source of include/linnet/codec/url.hpp is src/codec/url.cpp, if it has one."""
    for path in tree.sources:
        match = re.fullmatch(r'include/linnet/(\w+)/(\w+)\.hpp', path)
        if not match or f'src/{match[1]}/{match[2]}.cpp' in tree.sources:
            continue
        for other in tree.sources:
            if re.fullmatch(rf'src/\w+/{match[2]}\.cpp', other) and is_library(other):
                yield other, 1, f'the source of {path}; move it to src/{match[1]}'


def any_file(_path):
    return True


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
    (head, any_file),
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


def real_tree():
    paths = [ROOT / 'dev', ROOT / '.ci/run', ROOT / 'meson.build', ROOT / 'meson_options.txt']
    for folder in FOLDERS:
        paths += [path for path in sorted((ROOT / folder).rglob('*')) if path.name.endswith(KINDS)]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding='utf-8') for path in paths}


def main():
    violations = check(real_tree())
    for each in violations:
        print(each)
    print(f'tidy: {len(violations)} violations')
    return 1 if violations else 0


if __name__ == '__main__':
    sys.exit(main())
