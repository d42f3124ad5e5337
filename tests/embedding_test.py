#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Tests what a program that embeds the library requires: each test builds something as its user
would, without Meson. Compilers: $CXX or c++, and clang++ and mingw if installed (required if CI is
set)."""
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARNINGS = ('-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast '
            '-Wundef -Werror').split()
# The flags of linnet's own build. Designated initialisers omit members with default values.
LIBRARY_FLAGS = ('-fno-exceptions', '-fno-rtti', '-Wno-missing-field-initializers',
                 f'-I{ROOT}/include', f'-I{ROOT}/src')
PORTABLE = ('base', 'codec', 'protocol', 'x509', 'net', 'tls', 'client')
FOLDERS = (*PORTABLE, 'resolver', 'platform/posix')
WINDOWS_FOLDERS = (*PORTABLE, 'resolver', 'platform/win32')
FOLDERS_WITHOUT_OS = (*PORTABLE, 'resolver/none', 'platform/none', 'tls/none')
ENGINE = 'tls/bearssl'
NO_ENGINE = 'tls/none'
PREPROCESSED_LINES_MAX = 16_000

STD_HEADERS = ('array', 'atomic', 'cstddef', 'cstdint', 'initializer_list', 'new', 'span',
               'string_view', 'type_traits')

# Macros that other libraries define: Qt, Xlib, Windows, Objective-C, Unreal, Godot. Their
# meaning is irrelevant here: an expansion of one is a compile error.
FOREIGN_NAMES = """
    signals slots emit foreach forever
    Always Above Below Bool Complex Convex ControlMask CurrentTime CursorShape DestroyAll EvenOddRule
    Expose False FocusIn FocusOut FontChange GrayScale KeyPress KeyRelease LowerHighest Never None
    NoSymbol Nonconvex Opposite PlaceOnTop RaiseLowest Status StaticColor StippleShape Success True
    Unsorted Button1 NormalState LeaveNotify MapNotify XOffset
    interface small hyper near far pascal cdecl IN OUT OPTIONAL CONST VOID TRUE FALSE BOOL STRICT ERROR
    NO_ERROR DELETE OPAQUE TRANSPARENT ABSOLUTE RELATIVE ALTERNATE DIFFERENCE INFINITE IGNORE THIS
    PURE STDMETHOD CALLBACK WINAPI CreateWindow GetMessage SendMessage PostMessage GetObject
    GetClassName GetCommandLine FindText MessageBox DrawText Yield SetPort GetJob environ
    YES NO nil Nil
    PI FORCEINLINE UPROPERTY UCLASS UENUM DEPRECATED PLATFORM_WINDOWS
    OK ERR_BUSY MAX_PATH RES REF SNAME GDCLASS memnew memdelete linux unix i386
""".split()
FOREIGN_FUNCTIONS = """
    min max abs index check checkf checkSlow verify verifyf require ensure likely unlikely TEXT
    MIN MAX ABS SIGN CLAMP SWAP LOWORD HIWORD major minor bit round isnan
""".split()

CALLS_OF_AN_OS = set("""
    socket connect recv recvmsg send sendmsg shutdown close poll select getaddrinfo gai_strerror
    setsockopt getsockopt fcntl inet_pton inet_ntop fopen fread fwrite getpid time clock_gettime
    getrandom getentropy strerror strerror_r pthread_create pthread_join pthread_mutex_lock
""".split())

# The system's parts report that they are unavailable; those of the program are used.
WITHOUT_OS = r'''
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"
#include "linnet/system_network.hpp"
struct MyClock final : linnet::Clock {
    std::uint64_t now_us() override { return 1; }
    std::int64_t unix_s() override { return 0; }
};
struct MyEntropy final : linnet::Entropy {
    bool fill(linnet::MutableBytes out) override {
        for (auto& byte : out) byte = 4;
        return true;
    }
};
struct MyNetwork final : linnet::Network {
    int connect_count = 0;
    Opened connect(const linnet::SocketAddress&) override { return {.socket = ++connect_count}; }
    ConnectResult connect_status(linnet::SocketHandle) override { return {}; }
    linnet::IoResult receive(linnet::SocketHandle, linnet::MutableBytes) override { return {}; }
    linnet::IoResult send(linnet::SocketHandle, std::span<const linnet::Bytes>) override { return {}; }
    void shutdown_send(linnet::SocketHandle) override {}
    void close(linnet::SocketHandle) override {}
    bool set_no_delay(linnet::SocketHandle, bool) override { return true; }
    void wait(std::span<const linnet::WaitItem>, std::uint64_t) override {}
};
int main() {
    std::uint8_t byte[1];
    const bool has_os = linnet::SystemClock().now_us() != 0 || linnet::SystemEntropy().fill(byte) ||
                        linnet::SystemNetwork().connect({}).socket != linnet::no_socket;
    MyClock clock;
    MyEntropy entropy;
    MyNetwork network;
    linnet::Options options;
    options.clock = &clock;
    options.entropy = &entropy;
    options.network = &network;
    linnet::WebSocketClient client(options);
    if (client.connect_to_url("ws://127.0.0.1/") != linnet::Error::ok) return 2;
    client.poll();
    if (network.connect_count != 1) return 3;
    client.disconnect_from_host();
    // A host name needs a resolver, and there is none.
    if (client.connect_to_url("ws://example/") == linnet::Error::ok) client.poll();
    return has_os || network.connect_count != 1 ? 1 : 0;
}
'''

# Derives from every interface, with RTTI and exceptions enabled, and uses the dynamic type.
GUEST = r'''
#include <cstdio>
#include <stdexcept>
#include <typeinfo>
#include "linnet/linnet.hpp"
struct Base { virtual ~Base() = default; };
struct MyClock final : Base, linnet::Clock {
    std::uint64_t now_us() override { return 1; }
    std::int64_t unix_s() override { return 0; }
};
struct MyTls final : Base, linnet::TlsContext {
    linnet::TlsEngine* engine(const linnet::TlsRequest&, linnet::TlsFailure&) const override {
        return nullptr;
    }
};
struct MyEntropy final : Base, linnet::Entropy {
    bool fill(linnet::MutableBytes out) override { return out.empty(); }
};
struct MyMemory final : Base, linnet::Memory {
    void* allocate(std::size_t) override { return nullptr; }
    void deallocate(void*, std::size_t) override {}
};
struct MyResolver final : Base, linnet::Resolver {
    Request start(std::string_view) override { return 0; }
    Result take(Request, std::span<linnet::SocketAddress>) override { return {}; }
    void cancel(Request) override {}
};
int main() {
    MyClock clock; MyEntropy entropy; MyMemory memory; MyResolver resolver;
    MyTls tls;
    linnet::Options options;
    options.tls = &tls;
    options.clock = &clock; options.entropy = &entropy;
    options.memory = &memory; options.resolver = &resolver;
    try {
        linnet::WebSocketClient client(options);
        Base& base = clock;
        const bool refused = client.connect_to_url("ws://host/") == linnet::Error::failed;
        if (!refused || typeid(base) != typeid(MyClock)) throw std::runtime_error("no");
        const std::string_view why = client.failure().explain();
        std::printf("%.*s\n", static_cast<int>(why.size()), why.data());
    } catch (const std::exception&) { return 1; }
}
'''

# Resolves a name in a thread of the resolver while each thread has STORAGE bytes of thread-local storage.
NAME_LOOKUP = r'''
#include <chrono>
#include <cstdio>
#include <thread>
#include "linnet/system_resolver.hpp"
using linnet::Resolver;
thread_local volatile char storage[STORAGE];
int main() {
    storage[STORAGE - 1] = 1;
    linnet::SystemResolver resolver;
    const Resolver::Request request = resolver.start("localhost");
    if (request == 0) return std::puts("no thread began") < 0;
    linnet::SocketAddress addresses[4];
    Resolver::Result result;
    for (int i = 0; i < 2000 && result.status == Resolver::Outcome::pending; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        result = resolver.take(request, addresses);
    }
    resolver.join();
    // Where there is no localhost, the system has said so.
    const bool is_answered = result.status == Resolver::Outcome::done || result.os_error != 0;
    std::puts(is_answered ? "answered" : "no answer");
}
'''

# Uses linnet as a subproject, as in the README.
SUPERPROJECT = """
project('superproject', 'cpp', default_options: ['cpp_std=c++20'])
linnet_dep = subproject('linnet').get_variable('linnet_dep')
executable('guest', 'guest.cpp', dependencies: linnet_dep)
"""

# The error of a build without TLS.
WITHOUT_TLS = r'''
#include "linnet/linnet.hpp"
int main() {
    linnet::WebSocketClient client;
    const bool refused = client.connect_to_url("wss://host/") == linnet::Error::unavailable;
    return refused && client.failure().cause == linnet::Cause::tls_not_built ? 0 : 1;
}
'''

# Types that cannot be a packet or a list of strings, and the name of the requirement that the compiler must
# print.
WRONG_TYPES = r'''
#include <deque>
#include <string>
#include <vector>
#include "linnet/linnet.hpp"
void use(linnet::WebSocketClient& client) {
    static_cast<void>(CALL);
}
'''
WRONG_CALLS = {
    'client.put_packet(std::vector<int>{1})': 'ContiguousBytes',
    'client.put_packet(std::deque<char>{1})': 'ContiguousBytes',
    'client.put_packet(L"wide")': 'ContiguousBytes',
    'client.connect_to_url("ws://h", std::vector<int>{1})': 'Strings',
    'client.connect_to_url("ws://h", std::deque<std::string>{"a"})': 'Strings',
    'client.connect_to_url("ws://h", "chat")': 'Strings',
    'linnet::Strings(std::vector<int>{1})': 'ListOfStrings',
}

# Compares the kernels of another CPU with the byte loop and with the validator fed byte by byte.
KERNELS = r'''
#include <cstring>
#include <string>
#include <string_view>
#include <vector>
#include "codec/kernels.hpp"
#include "linnet/codec/mask.hpp"
#include "linnet/codec/utf8.hpp"
using Buffer = std::vector<std::uint8_t>;
constexpr linnet::MaskKey key = {1, 20, 115, 254};
bool masks(std::size_t size, std::size_t place) {
    Buffer from(size + 16), to(size + 48, 7);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::uint8_t>(i * 31);
    linnet::copy_masked({to.data() + place, size}, {from.data() + place / 2, size}, key, place);
    for (std::size_t i = 0; i < size + 48; ++i) {
        const std::size_t at = i - place;
        const int masked = at < size ? from[at + place / 2] ^ key[i % 4] : 7;
        if (to[i] != masked) return false;
    }
    linnet::apply_mask({to.data() + place, size}, key, place);
    return std::memcmp(to.data() + place, from.data() + place / 2, size) == 0;
}
bool checks(const std::string& content) {
    const linnet::Bytes text = linnet::bytes_of(content);
    linnet::Utf8Validator wide, slow;
    bool valid = true;
    for (std::size_t i = 0; i < text.size(); ++i) valid = slow.feed(text.subspan(i, 1)) && valid;
    const linnet::WideResult result = linnet::check_utf8_wide(text.data(), text.size());
    return wide.feed(text) == valid && wide.complete() == slow.complete() &&
           result.size == text.size() && result.valid >= valid;
}
bool checks_all(std::size_t size, std::string_view background) {
    for (const std::string_view stranger : {
        "", "\x80", "\xC0\x80", "\xC2", "\xDF\xBF", "\xE0\x9F\xBF", "\xE0\xA0\x80", "\xE2\x82",
        "\xED\xA0\x80", "\xEF\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\x9F\x98",
        "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82\xAC\x80", "\xFF"}) {
        for (std::size_t place = 0; place < size; ++place) {
            std::string text;
            while (text.size() < place) text += background;
            text += stranger;
            while (text.size() < size) text += background;
            if (!checks(text) || !checks(text.substr(0, size))) return false;
        }
    }
    return true;
}
int main() {
    for (std::size_t size = 0; size < 300; ++size) {
        for (std::size_t place = 0; place < 32; ++place) if (!masks(size, place)) return 1;
    }
    for (std::size_t size = linnet::kernel_size_min; size < 170; size += 3) {
        for (const std::string_view background : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
            if (!checks_all(size, background)) return 2;
        }
    }
}
'''

# Headers known for their macros: what to include, and the pkg-config module if there is one.
FOREIGN_HEADERS = {
    'Xlib': ('#include <X11/Xlib.h>\n#include <X11/Xutil.h>\n#include <X11/Xos.h>\n', ''),
    'Qt 5': ('#include <QObject>\n', 'Qt5Core'),
    'Qt 6': ('#include <QObject>\n', 'Qt6Core'),
}


def run(*command, cwd=ROOT):
    done = subprocess.run([str(part) for part in command], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise AssertionError(f'{" ".join(map(str, command))}\n{done.stdout}')
    return done.stdout


def run_all(commands):
    """Runs one job per CPU at once."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda command: run(*command), commands))


def compilers():
    found = [os.environ.get('CXX', 'c++'), 'clang++']
    return [name for name in found if needed(name)]


def needed(program):
    if shutil.which(program):
        return True
    if os.environ.get('CI'):
        raise AssertionError(f'{program} is not installed')
    print(f'{program} is not installed: left out')
    return False


def has_headers(unit, *command):
    """Whether `unit`, which includes foreign headers, compiles: not if they are missing."""
    return subprocess.run([*command, '-fsyntax-only', str(unit)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def needed_headers(name, unit, *command):
    if has_headers(unit, *command):
        return True
    if os.environ.get('CI'):
        raise AssertionError(f'{name} is not installed')
    print(f'{name} is not installed: left out')
    return False


def flags_of(module):
    """The compiler options for a pkg-config module, or none."""
    if not module or not shutil.which('pkg-config'):
        return []
    done = subprocess.run(['pkg-config', '--cflags', module], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    # As system headers, so that their warnings are ignored.
    return done.stdout.replace('-I', '-isystem ').split() + ['-fPIC']


def public_headers():
    return [path.relative_to(ROOT / 'include') for path in sorted((ROOT / 'include').rglob('*.hpp'))]


def included(paths):
    return ''.join(f'#include "{path}"\n' for path in paths)


def sources(*folders):
    return [path for folder in folders for path in sorted((ROOT / 'src' / folder).glob('*.cpp'))]


class Embedding(unittest.TestCase):
    """Builds in a temporary folder."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='linnet-embedding-'))

    @classmethod
    @functools.cache
    def objects(cls):
        """Builds the library with the plain command of the README."""
        folder = cls.folder / 'objects'
        folder.mkdir()
        run(compilers()[0], '-std=c++20', '-O2', '-fno-exceptions', '-fno-rtti',
            f'-I{ROOT}/include', f'-I{ROOT}/src', '-c', *sources(*FOLDERS, ENGINE), cwd=folder)
        return sorted(folder.glob('*.o'))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def build(self, source, name, *flags):
        path = self.folder / f'{name}.cpp'
        path.write_text(source)
        program = self.folder / name
        run(compilers()[0], '-std=c++20', *flags, f'-I{ROOT}/include', path,
            *self.objects(), '-lbearssl', '-o', program)
        return program

    # Each copy reports its own limit, which differs from that of the other copy.
    def test_two_copies_of_one_version_can_coexist_in_one_program(self):
        objects = []
        for copy in ('first', 'second'):
            folder = self.folder / copy
            folder.mkdir()
            unit = folder / 'unit.cpp'
            unit.write_text(included(path.relative_to(ROOT / 'src')
                                     for path in sources(*FOLDERS, NO_ENGINE)) +
                            f'int {copy}() {{\n'
                            '    static_assert(sizeof(linnet::WebSocketClient) > 0);\n'
                            '    linnet::WebSocketClient client;\n'
                            '    return client.connect_to_url("http://x") == '
                            'linnet::Error::invalid_parameter;\n}\n')
            run(compilers()[0], '-std=c++20', '-O0', f'-DLINNET_INLINE_NAMESPACE={copy}_copy',
                f'-I{ROOT}/include', f'-I{ROOT}/src', '-c', unit, '-o', folder / 'unit.o')
            objects.append(folder / 'unit.o')
            names = run('nm', '-C', folder / 'unit.o')
            self.assertIn(f'linnet::{copy}_copy::WebSocketClient', names)
            self.assertNotIn('linnet::v0', names)
        path = self.folder / 'both.cpp'
        path.write_text('int first();\nint second();\n'
                        'int main() { return first() && second() ? 0 : 1; }\n')
        program = self.folder / 'both'
        run(compilers()[0], path, *objects, '-lpthread', '-o', program)
        run(program)

    def test_the_library_has_no_exceptions_and_no_rtti(self):
        names = run('nm', '-C', *self.objects())
        self.assertNotRegex(names, r'__cxa_throw|__cxa_begin_catch|typeinfo for linnet')

    def test_the_library_has_no_mutable_globals_and_no_static_constructors(self):
        sections = run('size', '-A', *self.objects())
        # Constants that contain addresses are in .data.rel.ro, which is read-only after relocation.
        writable = re.compile(r'^(\.t?data(?!\.rel\.ro)\S*|\.t?bss\S*|\.init_array\S*|\.ctors\S*)'
                              r'\s+([1-9]\d*)', re.M)
        self.assertEqual([match.groups() for match in writable.finditer(sections)], [])

    def test_a_program_with_rtti_and_exceptions_links_against_it(self):
        run(self.build(GUEST, 'guest'))

    def test_a_build_without_tls_needs_no_tls_library_and_reports_it(self):
        path = self.folder / 'without_tls.cpp'
        path.write_text(WITHOUT_TLS)
        engine = {source.stem for source in sources(ENGINE)}
        objects = [each for each in self.objects() if each.stem not in engine]
        program = self.folder / 'without_tls'
        run(compilers()[0], '-std=c++20', '-fno-exceptions', '-fno-rtti', f'-I{ROOT}/include',
            f'-I{ROOT}/src', path, *sources(NO_ENGINE), *objects, '-o', program)
        run(program)

    def test_a_call_with_a_wrong_type_is_an_error_that_names_the_requirement(self):
        path = self.folder / 'wrong_types.cpp'
        path.write_text(WRONG_TYPES)
        for compiler in compilers():
            command = [compiler, '-std=c++20', '-fsyntax-only', f'-I{ROOT}/include', str(path)]
            run(*command, '-DCALL=client.put_packet(std::vector<char>{1})')
            for call, name in WRONG_CALLS.items():
                done = subprocess.run([*command, f'-DCALL={call}'], text=True, stderr=subprocess.PIPE)
                self.assertNotEqual(done.returncode, 0, f'{compiler}: {call}')
                self.assertIn(name, done.stderr, f'{compiler}: {call}')
                self.assertLess(len(done.stderr.splitlines()), 60, f'{compiler}: {call}')

    # Case 69: the C library allocates thread-local storage from the stack of a resolver thread
    def test_names_resolve_with_any_size_of_thread_local_storage(self):
        for size in (1, *range(236, 260, 4), 1024):
            program = self.build(NAME_LOOKUP, f'names{size}', f'-DSTORAGE={size}*1024')
            self.assertEqual(run(program), 'answered\n', f'{size} KiB')
        for limit in ('256', '1024', 'unlimited'):
            command = f'ulimit -S -s {limit} && exec {program}'
            self.assertEqual(run('bash', '-c', command), 'answered\n', f'ulimit -s {limit}')

    def test_a_superproject_decides_about_warnings_itself(self):
        if not needed('meson'):
            self.skipTest('meson is not installed: apt-get install meson')
        project = self.folder / 'superproject'
        (project / 'subprojects').mkdir(parents=True)
        (project / 'subprojects' / 'linnet').symlink_to(ROOT)
        (project / 'meson.build').write_text(SUPERPROJECT)
        (project / 'guest.cpp').write_text(GUEST)
        run('meson', 'setup', project / 'build', project)
        commands = (project / 'build' / 'compile_commands.json').read_text()
        self.assertIn('websocket_client.cpp', commands)
        self.assertNotIn('-Werror', commands)

    def test_the_program_in_the_readme_compiles(self):
        readme = (ROOT / 'README.md').read_text()
        programs = re.findall(r'```cpp\n(.*?)```', readme, re.S)
        self.assertTrue(programs)
        self.assertLessEqual(programs[0].count('\n'), 20)
        for number, program in enumerate(programs):
            whole = program if 'int main' in program else program + 'int main() {}\n'
            self.build(whole, f'readme{number}', *WARNINGS)

    def test_every_public_header_compiles_alone_without_a_warning(self):
        commands = []
        for number, name in enumerate(public_headers()):
            unit = self.folder / f'alone{number}.cpp'
            unit.write_text(f'#include "{name}"\n#include "{name}"\n')
            for compiler, flags in zip(compilers(), ([], ['-fno-exceptions', '-fno-rtti'])):
                commands.append((compiler, '-std=c++20', *WARNINGS, *flags, f'-I{ROOT}/include',
                                 '-fsyntax-only', unit))
        run_all(commands)

    # Case 50: macros of Qt, Xlib, Windows and others defined before our headers
    def test_the_public_headers_compile_after_the_macros_of_others(self):
        unit = self.folder / 'after_macros.cpp'
        unit.write_text(''.join(f'#include <{name}>\n' for name in STD_HEADERS) +
                        ''.join(f'#undef {name}\n#define {name} @{name}@\n' for name in FOREIGN_NAMES) +
                        ''.join(f'#undef {name}\n#define {name}(...) @{name}@\n'
                                for name in FOREIGN_FUNCTIONS) +
                        included(public_headers()))
        for compiler in compilers():
            run(compiler, '-std=c++20', *WARNINGS, f'-I{ROOT}/include', '-fsyntax-only', unit)

    # Case 50: the actual headers, if they are installed
    def test_the_public_headers_compile_after_the_headers_of_others(self):
        theirs, both = self.folder / 'theirs.cpp', self.folder / 'theirs_and_ours.cpp'
        for name, (includes, module) in FOREIGN_HEADERS.items():
            theirs.write_text(includes)
            both.write_text(includes + included(public_headers()))
            command = (compilers()[0], '-std=c++20', *WARNINGS, *flags_of(module))
            if has_headers(theirs, *command):
                run(*command, f'-I{ROOT}/include', '-fsyntax-only', both)
            else:
                print(f'{name} is not installed: left out')

    # Case 51: all sources in one translation unit
    def test_all_sources_in_one_translation_unit_compile(self):
        unit = self.folder / 'unity.cpp'
        unit.write_text(included(sources(*FOLDERS, ENGINE)))
        for compiler in compilers():
            # A name in one file may shadow one in another file, which is global only here.
            run(compiler, '-std=c++20', *WARNINGS, *LIBRARY_FLAGS, '-Wno-shadow', '-fsyntax-only',
                unit)

    def test_the_library_compiles_with_another_standard_library(self):
        unit = self.folder / 'libcxx.cpp'
        unit.write_text('#include <version>\n#ifndef _LIBCPP_VERSION\n#error\n#endif\n')
        command = ('clang++', '-stdlib=libc++', '-std=c++20', *WARNINGS)
        if not (needed('clang++') and needed_headers('libc++', unit, *command)):
            self.skipTest('clang++ or libc++ is not installed: apt-get install clang libc++-dev')
        run_all((*command, *LIBRARY_FLAGS, '-fsyntax-only', source)
                for source in sources(*FOLDERS, ENGINE))

    def test_the_public_headers_are_small(self):
        unit = self.folder / 'all.cpp'
        unit.write_text('#include "linnet/linnet.hpp"\n')
        lines = run(compilers()[0], '-std=c++20', f'-I{ROOT}/include', '-E', '-P', unit).count('\n')
        print(f'linnet/linnet.hpp: {lines} lines preprocessed')
        self.assertLess(lines, PREPROCESSED_LINES_MAX)

    def test_without_an_operating_system_it_needs_no_sockets_files_or_threads(self):
        unit, program = self.folder / 'without_os.cpp', self.folder / 'without_os'
        unit.write_text(WITHOUT_OS)
        run(compilers()[0], '-std=c++20', '-O1', '-fno-exceptions', '-fno-rtti', f'-I{ROOT}/include',
            f'-I{ROOT}/src', unit, *sources(*FOLDERS_WITHOUT_OS), '-o', program)
        run(program)
        asked = set(re.findall(r' U (\w+)', run('nm', program)))
        self.assertTrue(asked)
        self.assertEqual(asked & CALLS_OF_AN_OS, set())

    def test_the_windows_files_compile(self):
        compiler = 'x86_64-w64-mingw32-g++-posix'
        if not needed(compiler):
            self.skipTest(f'{compiler} is not installed: apt-get install '
                          'g++-mingw-w64-x86-64-posix')
        run_all((compiler, '-std=c++20', *WARNINGS, *LIBRARY_FLAGS, '-fsyntax-only', source)
                for source in sources(*WINDOWS_FOLDERS, NO_ENGINE))

    # Case 50: windows.h and its macros, before our headers and within our sources
    def test_nothing_conflicts_with_the_macros_of_windows(self):
        compiler = 'x86_64-w64-mingw32-g++-posix'
        if not needed(compiler):
            self.skipTest(f'{compiler} is not installed: apt-get install '
                          'g++-mingw-w64-x86-64-posix')
        headers, own, unity = (self.folder / f'windows_{name}.cpp'
                               for name in ('headers', 'own', 'unity'))
        headers.write_text('#include <winsock2.h>\n#include <windows.h>\n'
                           + included(public_headers()))
        own.write_text('#include "platform/win32/windows_os.hpp"\n'
                       '#if defined(min) || defined(max)\n#error NOMINMAX\n#endif\n')
        # BearSSL is not installed for Windows.
        unity.write_text(included(sources(*WINDOWS_FOLDERS, NO_ENGINE)))
        for unit in (headers, own, unity):
            run(compiler, '-std=c++20', *WARNINGS, *LIBRARY_FLAGS, '-Wno-shadow', '-fsyntax-only',
                unit)

    def test_the_kernels_for_aarch64_compile_and_give_the_right_results(self):
        compiler, emulator = 'aarch64-linux-gnu-g++', 'qemu-aarch64'
        if not (needed(compiler) and needed(emulator)):
            self.skipTest(f'{compiler} or {emulator} is not installed: apt-get install '
                          'g++-aarch64-linux-gnu qemu-user')
        source = self.folder / 'kernels.cpp'
        source.write_text(KERNELS)
        program = self.folder / 'kernels'
        codec = ROOT / 'src' / 'codec'
        run(compiler, '-std=c++20', '-O2', '-static', *WARNINGS, f'-I{ROOT}/include',
            f'-I{ROOT}/src', source, *sorted(codec.glob('kernels_*.cpp')), codec / 'mask.cpp',
            codec / 'utf8.cpp', '-o', program)
        run(emulator, program)


if __name__ == '__main__':
    unittest.main()
