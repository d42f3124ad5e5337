#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Breaks each rule of tidy.py in a small tree, and sees that rule reported, at that line, and no other."""
import time
import unittest

import tidy
from cpp_source import Source

ONCE = '#pragma once\n'
HEAD = '// SPDX-License-Identifier: MIT\n// Copyright the linnet authors\n'
MARK = '@@'  # marks the line that is to be reported, and is removed

LONG = '    step();\n' * 59

# Rule, file, text. Each has one violation.
VIOLATIONS = (
    ('function_length', 'src/net/a.cpp', f'@@void step() {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp',
     f'@@void wrapped(int first,\n             int second)\n    noexcept {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.hpp', f'class A {{\n public:\n@@    void step() const {{\n{LONG}    }}\n}};\n'),
    ('function_length', 'src/net/a.hpp', f'struct A {{\n    struct B {{\n@@        B() {{\n{LONG}    }}\n}};\n}};\n'),
    ('function_length', 'src/net/a.cpp', f'@@A::A(int b)\n    : b_(b),\n      c_{{b}} {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@A::A(int b) : B<int>{{b}}, c_{{}}\n{{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@constexpr auto step = [](int a) -> int {{\n{LONG}}};\n'),
    ('function_length', 'src/net/a.cpp', f'constexpr Row rows[] = {{\n    {{"a",\n@@     [] {{\n{LONG}}}}},\n}};\n'),
    ('function_length', 'src/net/a.cpp', f'@@template <class T, int = (1 > 0)>\nvoid step(T) {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp',
     f'@@template <class T>\n    requires requires(T t) {{ t.a(); }}\nvoid step(T) {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@bool operator==(A, A)\n{{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@auto step() -> decltype(a()) {{ const char* s = R"(}})";\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'namespace a::b {{\nnamespace {{\n@@int step() {{\n{LONG}}}\n}}\n}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@enum A step() {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'void use(int = 1, int b = @@[] {{\n{LONG}}}());\n'),
    ('function_length', 'tests/a_test.cpp', f'@@TEST(A, steps) {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.cpp', f'@@[[nodiscard]] int step(A a = {{}}) {{ // {{\n{LONG}}}\n'),
    ('function_length', 'src/net/a.hpp', '@@#define STEPS \\\n' + '    step(); \\\n' * 59 + '    step()\n'),

    ('layers', 'src/tls/a.hpp', '@@#include "linnet/protocol/session.hpp"\n'),
    ('layers', 'src/tls/a.hpp', '@@#  include "protocol/closing.hpp"\n'),
    ('layers', 'src/protocol/a.hpp', '@@#include "tls/chain.hpp"\n'),
    ('layers', 'src/protocol/a.hpp', '@@#include "linnet/tls.hpp"\n'),
    ('layers', 'src/codec/a.hpp', '@@#include "linnet/protocol/session.hpp"\n'),
    ('layers', 'src/base/a.hpp', '@@#include "codec/text.hpp"\n'),
    ('layers', 'src/client/a.hpp', '@@#include "tls/bearssl/engine.hpp"\n'),
    ('layers', 'src/net/a.hpp', '@@#include "linnet/linnet.hpp"\n'),
    ('layers', 'src/net/a.hpp', '@@#include "nowhere/a.hpp"\n'),
    ('layers', 'src/nowhere/a.hpp', 'HEAD#pragma once\nint a();\n'),
    ('layers', 'include/linnet/bytes.hpp', '@@#include "linnet/limits_of_all.hpp"\n'),
    ('layers', 'include/linnet/a.hpp', '@@#include "base/assert.hpp"\n'),
    ('layers', 'src/codec/a.cpp', '@@#include "codec/../client/core.hpp"\n'),
    ('layers', 'src/platform/posix/a.cpp', '@@#include <codec/../client/core.hpp>\n'),
    ('layers', 'src/net/a.cpp', '@@#include "net/./a.hpp"\n'),
    ('file_kinds', 'src/net/os.h', 'HEADint a();\n'),
    ('file_kinds', 'src/net/a.cc', 'HEADint a();\n'),
    ('file_kinds', 'src/net/old.meson.build', 'HEAD'),
    ('file_kinds', 'include/linnet/a.hxx', 'HEADint a();\n'),

    ('include_form', 'src/net/a.hpp', '@@#include HEADER\n'),
    ('include_form', 'src/net/a.hpp', '@@#include_next <span>\n'),

    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    state_ = State::idle;\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    std::exchange(state_, State::idle);\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    std::swap(other, state_);\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    this->state_ =\n        State::idle;\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    ++state_;\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    State* const s = &state_;\n}\n'),
    ('state', 'src/client/life.cpp', 'void Life::leave() {\n@@    auto& s = state_;\n}\n'),
    ('state', 'src/client/life.hpp', 'class Life {\n@@    State& state() { return state_; }\n};\n'),
    ('state', 'src/client/life.hpp', 'class Life {\n@@    void leave() { life.state_ -= 1; }\n};\n'),
    ('state', 'src/client/life.cpp', 'void Other::enter(Event) {\n@@    state_ = State::idle;\n}\n'),
    ('state', 'src/client/a.cpp', '@@constexpr auto state = &Life::state_;\n'),
    ('state', 'src/client/life.hpp',
     'using Ref = State&;\nclass Life {\n@@    Ref state() { return state_; }\n};\n'),
    ('state', 'src/client/life.hpp',
     'class Life {\n    State a() {\n        auto b = [this]() -> State& {\n'
     '@@            return state_;\n        };\n    }\n};\n'),
    ('state', 'src/client/life.cpp', '@@#define LEAVE() (state_ = State::idle)\n'),

    ('memory', 'src/client/a.cpp', 'void a() {\n@@    b(new int);\n}\n'),
    ('memory', 'src/client/a.cpp', 'void a() {\n@@    b(new (std::nothrow) A{1});\n}\n'),
    ('memory', 'src/client/a.cpp', 'void a(void* place) {\n@@    ::new (place) A;\n}\n'),
    ('memory', 'include/linnet/signal.hpp', 'void a() {\n@@    b(new (int));\n}\n'),
    ('memory', 'src/client/a.cpp', 'void a(A* b) {\n@@    delete b;\n}\n'),
    ('memory', 'src/client/a.cpp', 'void a(A* b) {\n@@    delete[] b;\n}\n'),
    ('memory', 'src/client/a.cpp', 'void a() {\n@@    b(::operator new(4));\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    b(std::malloc(4));\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    b(&free);\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    realloc(nullptr, 4);\n}\n'),
    ('memory', 'src/net/a.hpp', 'class A {\n@@    std::vector<int> a_;\n};\n'),
    ('memory', 'src/net/a.hpp', 'std\n@@    ::string a();\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    const auto b = std::make_unique<A>();\n}\n'),
    ('memory', 'src/net/a.cpp', '@@using std::unique_ptr;\n'),
    ('memory', 'src/net/a.hpp', '@@#define MAKE(T) new T\n'),
    ('memory', 'src/base/block.cpp', 'void a() {\n@@    b(std::calloc(4, 4));\n}\n'),
    ('namespaces', 'src/net/a.cpp', 'void a() {\n@@    using namespace std;\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    b(__builtin_malloc(4));\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    __builtin_free(b);\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    b(reallocarray(c, 4, 4));\n}\n'),
    ('memory', 'src/net/a.cpp', 'void a() {\n@@    b(valloc(4));\n}\n'),
    ('memory', 'src/platform/posix/a.cpp', 'void a() {\n@@    b(::mmap(nullptr, 4));\n}\n'),
    *(('memory', 'src/net/a.cpp', f'#include <algorithm>\nvoid a() {{\n@@    std::{name}(b);\n}}\n')
      for name in ('stable_sort', 'ranges::stable_sort', 'stable_partition', 'inplace_merge', 'allocate_shared<int>',
                   'make_unique_for_overwrite<int>', 'u8string', 'u16string', 'u32string')),
    ('memory', 'src/net/a.hpp', '@@#define LIST(T) std::vector<T>\n'),
    ('namespaces', 'src/net/a.cpp', '@@namespace s = std;\n'),
    ('namespaces', 'src/net/a.cpp', '@@namespace s = ::std;\n'),
    ('namespaces', 'src/net/a.cpp', 'void a() {\n@@    using namespace ::std;\n}\n'),

    ('head', 'src/net/a.cpp', 'int a();\n'),
    ('head', 'src/net/a.cpp', '// Copyright the linnet authors\nint a();\n'),
    ('head', 'src/net/a.hpp', 'HEAD// #pragma once\nint a();\n'),
    ('line_length', 'src/net/a.cpp', f'@@// {"x" * 98}\n'),
    ('blanks', 'src/net/a.cpp', '@@int a(); \n'),
    ('words', 'src/net/a.cpp', '@@int a();  // Nobody calls it.\n'),
    ('words', 'include/linnet/a.hpp', '@@/// Tells why.\nint a();\n'),
    ('promises', 'src/net/a.cpp', '@@// ' + 'TO' + 'DO: later\n'),
    ('brackets', 'src/net/a.cpp', '#if A\n@@void a() {\n#else\nvoid a(int) {\n#endif\n}\n'),
    ('os_headers', 'src/client/a.cpp', '@@#include <unistd.h>\n'),
    ('os_headers', 'src/client/a.cpp', '@@/* the OS */ #include <unistd.h>\n'),
    ('os_headers', 'src/client/a.cpp', '/* the\n@@OS */ # /**/ include <unistd.h>\n'),
    ('os_headers', 'src/client/a.cpp', '@@#\\\ninclude <unistd.h>\n'),
    ('os_headers', 'src/client/a.cpp', '@@extern "C" int unlink(const char*);\n'),
    ('os_headers', 'src/client/a.cpp', '@@extern "C" {\nint unlink(const char*);\n}\n'),
    ('os_headers', 'src/x509/a.cpp', '@@#include <ctime>\n'),
    ('os_headers', 'src/tls/a.cpp', '@@#include <bearssl.h>\n'),
    ('os_headers', 'src/client/a.hpp', '@@#include <vector>\n'),
    ('os_headers', 'include/linnet/a.hpp', '@@#include <string>\n'),
    ('windows_headers', 'src/platform/win32/a.cpp', '@@#include <winsock2.h>\n'),
    ('windows_headers', 'src/platform/win32/a.cpp', '@@#include <Windows.h>\n'),
    ('windows_headers', 'src/platform/win32/a.cpp', '@@#include <WS2tcpip.h>\n'),
    *(('os_macros', 'src/client/a.cpp', f'@@#if {name}\nint a();\n#endif\n')
      for name in ('_MSC_VER', 'defined(__linux)', '__gnu_linux__', '__MINGW32__', '__MINGW64__', '__CYGWIN__',
                   '__OpenBSD__', '__NetBSD__', '__EMSCRIPTEN__', 'TARGET_OS_IPHONE', '__has_include(<unistd.h>)')),
    ('os_macros', 'src/client/a.cpp', 'int a() {\n@@    return TARGET_OS_MAC;\n}\n'),
    ('os_macros', 'src/client/a.cpp', '@@#ifdef _WIN32\nint a();\n#endif\n'),
    ('os_macros', 'src/codec/a.cpp', '@@#if A || defined(__linux__)\nint a();\n#endif\n'),
    ('conditions_in_functions', 'src/net/a.hpp', 'class A {\n    int a() {\n@@#ifdef B\n        b();\n#endif\n    }\n};\n'),
    ('conditions_in_functions', 'src/net/a.cpp', 'void a() {\n@@/**/ #if A\n    b();\n}\n'),
    ('algorithm_header', 'src/net/a.cpp', 'int a() {\n@@    return std::min(1, 2);\n}\n'),
    ('foreign_words', 'src/net/a.cpp', 'void a() {\n@@    throw 1;\n}\n'),
    ('foreign_words', 'src/net/a.cpp', 'void a() {\n@@    b(dynamic_cast<A*>(c));\n}\n'),
    ('foreign_words', 'src/net/a.hpp', '@@#define OF(x) typeid(x)\n'),
    ('foreign_words', 'src/net/a.cpp', '@@constexpr thread_local int a = 1;\n'),
    ('foreign_words', 'src/net/a.cpp', '@@%:include "net/a.hpp"\n'),
    ('foreign_words', 'src/net/a.cpp', '@@#define BEGIN <%\n'),
    ('foreign_words', 'src/net/a.cpp', '@@#define END %>\n'),
    ('foreign_words', 'src/net/a.cpp', '@@int a(int b<:);\n'),
    ('foreign_words', 'src/net/a.cpp', '@@int a(int b:>);\n'),
    ('foreign_words', 'src/net/a.hpp', '@@#define OF(a, b) a##b\n'),
    *(('foreign_words', 'src/net/a.cpp', f'void a() {{\n@@    {name}(b);\n}}\n')
      for name in ('setjmp', 'std::longjmp', 'std::rethrow_exception')),
    ('foreign_words', 'src/net/a.cpp', 'int a(std::optional<int> b) {\n@@    return b.value();\n}\n'),
    ('globals', 'src/net/a.cpp', 'namespace {\n@@int count;\n}\n'),
    ('globals', 'src/net/a.cpp', '@@inline int count = 0;\n'),
    ('globals', 'src/net/a.cpp', '@@const char* name = "a";\n'),
    ('globals', 'src/net/a.cpp', '@@const A a{b()};\n'),
    ('globals', 'src/net/a.cpp', '@@static A a(1);\n'),
    ('globals', 'src/net/a.cpp', '@@void (*handler)(int) = nullptr;\n'),
    ('globals', 'src/net/a.cpp', '@@struct {\n    int a;\n} all;\n'),
    ('globals', 'src/net/a.hpp', 'class A {\n@@    static inline int count_ = 0;\n};\n'),
    ('globals', 'src/net/a.cpp', 'int next() {\n@@    static int count = 0;\n    return ++count;\n}\n'),
    *(('globals', 'src/net/a.cpp', f'void a() {{\n@@    {code}\n}}\n')
      for code in ('static A b(seed());', 'static A b{seed()};', 'static auto b = [] () constexpr { return 1; }();',
                   'static decltype(seed()) b{};', 'static struct A b;', 'static union { int c; } b;',
                   'const static A b = seed();', 'static A b([] { return 1; }());')),
    *(('globals', 'src/net/a.cpp', f'@@{code}\n')
      for code in ('static A b(seed);', 'static A b(seed + 1);', 'static A b(A::seed());', 'static A b(A{1});',
                   'A b(seed.c);', 'static struct A b;', 'struct A b;',
                   'struct A<int>* b;', 'decltype(+seed) b;', 'static union { int c; };', 'enum A b;')),
    ('globals', 'src/net/a.hpp', 'class A {\n@@    static inline struct B b;\n};\n'),
    ('globals', 'src/net/a.hpp', 'class A {\n@@    static inline B b(seed);\n};\n'),
    ('tests', 'src/net/untested.cpp', 'HEADint a();\n'),
    ('tests', 'src/net/kernels_x86.cpp', 'HEADint a();\n'),
    ('tests', 'src/net/none/untested.cpp', 'HEADint a();\n'),
)

# Code that the rules must allow.
ALLOWED = (
    ('src/net/a.cpp', 'void a() {\n' + '    step();\n' * 58 + '}\n'),
    ('src/net/a.cpp', '// new std::vector, throw\nconstexpr auto a = "malloc(4)";\nconstexpr auto b = R"x(throw)x";\n'),
    ('src/net/a.hpp', 'class A {\n    A(const A&) = delete;\n    int a_ = 0;\n    static int b(int);\n};\n'),
    ('src/net/a.hpp', 'enum class A : int { a, b };\nstruct B;\nusing C = int;\ntemplate <class T>\n'
                      'concept D = requires(T t) { t.a(); };\nextern template class E<int>;\nint f(int a = 1);\n'),
    ('src/net/a.cpp', 'constexpr int a[] = {\n' + '    1,\n' * 80 + '};\n'),
    ('src/client/life.cpp', f'void Life::enter(Event event) {{\n    state_ = *after(state_, event);\n}}\n'),
    ('src/client/life.hpp', 'class Life {\n    State state() const { return state_; }\n'
                            '    bool is_over() const { return state_ == State::closed || is_alive(state_); }\n'
                            '    State state_ = State::idle;\n};\n'),
    ('src/base/block.cpp', '#include <cstdlib>\nvoid a() {\n    std::free(std::malloc(4));\n}\n'),
    ('include/linnet/signal.hpp', '#include <new>\nvoid a(void* place) {\n    ::new (place) A;\n}\n'),
    ('src/net/a.cpp', 'void a() {\n    struct B {\n        static int c(int) { return 1; }\n    };\n'
                      '    static constexpr int d[] = {1};\n    constexpr static int e = f(1);\n}\n'),
    ('src/net/a.hpp', 'struct A final {};\nstruct B : A {};\nstatic int c(int);\nstatic void d(A, int e);\n'
                      'template <>\nstruct E<int>;\nenum class F : std::uint8_t;\ndecltype(c(1)) g(A*);\n'
                      'void h(std::span<::A> a, std::size_t);\nstruct tm i(A);\n'),
    ('src/cli/a.cpp', '#include <vector>\nstd::vector<int> a;\n'),
    ('src/platform/posix/a.cpp', '#include <unistd.h>\n#ifdef __linux__\nint a();\n#else\nint b();\n#endif\n'),
)


TEST = HEAD + 'TEST(A, steps) {\n}\n'
CLOCK_TEST = ('tests/clock_test.cpp', TEST)


def planted(path, text):
    """The text, and the line of the mark (without one, the first). HEAD is replaced by the licence header, or put
    before the text."""
    text = head_of(path) + text if MARK in text else text.replace('HEAD', HEAD)
    line = text.split(MARK)[0].count('\n') + 1 if MARK in text else 1
    return text.replace(MARK, ''), line


def head_of(path):
    return HEAD + ONCE if path.endswith('.hpp') else HEAD


def checked(path, text, *more):
    texts = dict(more)
    texts[path] = text
    tests = {f'tests/{name}_test.cpp': TEST for name in ('a', 'life', 'block', 'url')}
    return tidy.check({**tests, **texts})


class Tidy(unittest.TestCase):
    def assert_reports(self, reported, path, line, rule):
        self.assertEqual(len(reported), 1, reported)
        place, what = reported[0].split(' ', 1)
        self.assertEqual((place, what.split('] ')[0] + ']'), (f'{path}:{line}:', f'[{rule}]'))
        self.assertRegex(what, r'; \S|, or \S', 'says what to change')

    def test_each_violation_is_reported_with_its_line_and_rule(self):
        for rule, path, text in VIOLATIONS:
            with self.subTest(rule=rule, text=text):
                text, line = planted(path, text)
                self.assert_reports(checked(path, text), path, line, rule)

    def test_allowed_code_passes(self):
        for path, text in ALLOWED:
            with self.subTest(text=text):
                self.assertEqual(checked(path, head_of(path) + text), [])

    def test_every_rule_is_violated_here(self):
        violated = {rule for rule, _, _ in VIOLATIONS} | {'pairs'}
        self.assertEqual(violated, {rule.__name__.rstrip('_') for rule, _ in tidy.RULES} |
                         {rule.__name__ for rule in tidy.TREE_RULES})

    def test_files_of_the_build_need_a_header_too(self):
        self.assert_reports(tidy.check({'dev': '#!/bin/sh\n# SPDX-License-Identifier: MIT\n'}), 'dev', 2, 'head')

    def test_only_platform_uses_the_os(self):
        text = HEAD + '#include <unistd.h>\n'
        self.assertEqual(checked('src/platform/posix/a.cpp', text), [])
        for path in ('src/net/a.cpp', 'src/tls/a.cpp', 'src/resolver/a.cpp', 'src/client/a.cpp'):
            self.assert_reports(checked(path, text), path, 3, 'os_headers')

    def test_the_longest_prefix_is_the_layer(self):
        engine = HEAD + '#include "tls/bearssl/engine.hpp"\n'
        self.assertEqual(checked('src/tls/bearssl/a.cpp', engine), [])
        self.assertEqual(checked('src/cli/a.cpp', engine), [])
        for path in ('src/tls/a.cpp', 'src/tls/openssl/a.cpp', 'src/client/a.cpp'):
            self.assert_reports(checked(path, engine), path, 3, 'layers')
        self.assert_reports(checked('src/platform/a.cpp', HEAD + '#include "net/dialer.hpp"\n'),
                            'src/platform/a.cpp', 3, 'layers')

    def test_a_public_header_and_its_source_have_one_folder(self):
        header = ('include/linnet/codec/url.hpp', HEAD + ONCE)
        self.assertEqual(checked('src/codec/url.cpp', HEAD, header), [])
        self.assertEqual(checked(*header), [], 'a header alone')
        self.assert_reports(checked('src/protocol/url.cpp', HEAD, header), 'src/protocol/url.cpp', 1, 'pairs')

    def test_an_internal_header_and_its_source_have_one_folder(self):
        header = ('src/net/url.hpp', HEAD + ONCE)
        self.assertEqual(checked('src/net/url.cpp', HEAD, header), [])
        self.assert_reports(checked('src/tls/url.cpp', HEAD, header), 'src/tls/url.cpp', 1, 'pairs')
        self.assertEqual(checked('src/tls/url.cpp', HEAD, header, ('src/tls/url.hpp', HEAD + ONCE)), [], 'its own')
        port = ('src/platform/clock.hpp', HEAD + ONCE)
        self.assertEqual(checked('src/platform/posix/clock.cpp', HEAD, port), [])
        self.assert_reports(checked('src/net/clock.cpp', HEAD, port, CLOCK_TEST), 'src/net/clock.cpp', 1, 'pairs')

    def test_public_headers_are_in_few_folders(self):
        path = 'include/linnet/net/a.hpp'
        self.assert_reports(checked(path, HEAD + ONCE), path, 1, 'pairs')

    def test_a_test_tests_one_source(self):
        twin = ('src/codec/url.cpp', HEAD)
        self.assert_reports(checked('src/net/url.cpp', HEAD, twin), 'src/net/url.cpp', 1, 'tests')

    def test_a_test_without_a_test_tests_nothing(self):
        empty = ('tests/url_test.cpp', HEAD + '// TEST(Url, parses)\n')
        self.assert_reports(checked('src/net/url.cpp', HEAD, empty), 'src/net/url.cpp', 1, 'tests')

    def test_an_angle_include_of_a_file_of_the_project_obeys_the_layers(self):
        core = ('src/client/core.hpp', HEAD + ONCE)
        self.assert_reports(checked('src/platform/posix/a.cpp', HEAD + '#include <client/core.hpp>\n', core),
                            'src/platform/posix/a.cpp', 3, 'layers')

    def test_the_real_tree_has_no_violation_and_is_checked_quickly(self):
        begin = time.process_time()
        tree = tidy.real_tree()
        self.assertGreater(len(tree), 300, 'files are found')
        self.assertEqual(tidy.check(tree), [])
        self.assertLess(time.process_time() - begin, 5)

    def test_functions_are_found_in_the_real_tree(self):
        tree = tidy.real_tree()
        names = set()
        for path, text in tree.items():
            if tidy.is_cpp_of_library(path):
                source = Source(path, text)
                names |= {' '.join(source.tokens[each.begin:each.body]) for each in source.functions}
        self.assertGreater(len(names), 1000)
        self.assertIn('void Life :: enter ( Event event , std :: uint64_t now_us )', names)


if __name__ == '__main__':
    unittest.main()
