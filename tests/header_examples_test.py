#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Compiles the examples in the comments of the public headers, all in one translation unit.

An example is the indented block after a comment line "Example:". It is the body of a function with
a connected `client`, its peer `server`, `print`, and `verify_p256` of some library. Every class has one."""
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / 'include'
# Not for direct use: the example is that of the derived class.
BASES = {'SignalBase'}
FLAGS = ('-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror',
         '-Wno-unused-parameter', '-Wno-unused-variable', '-Wno-unused-but-set-variable',
         '-Wno-missing-field-initializers')
STD_HEADERS = ('algorithm', 'array', 'cstdint', 'cstdio', 'cstdlib', 'ctime', 'string', 'vector')
COMMENT = re.compile(r'^\s*///?(?: |$)(.*)$')
CLASS = re.compile(r'^class (?:\[\[\w+\]\] )?(\w+)(?: final)?(?: : [^;{]*)? \{$')


def headers():
    return sorted(INCLUDE.rglob('*.hpp'))


def examples_in(text):
    """(number of the first line, lines) of each example."""
    lines = text.split('\n')
    for number, line in enumerate(lines):
        match = COMMENT.match(line)
        if not match or match[1] != 'Example:':
            continue
        begin, body = number + 2, []
        for each in lines[begin:]:
            match = COMMENT.match(each)
            if not match or not re.match(r'(    |$)', match[1]):
                break
            body.append(match[1][4:])
        yield begin + 1, body


def classes_without_example(text):
    lines = text.split('\n')
    for number, line in enumerate(lines):
        match = CLASS.match(line)
        if not match or match[1] in BASES:
            continue
        begin = number
        while begin > 0 and re.match(r'(///|template <)', lines[begin - 1]):
            begin -= 1
        if '/// Example:' not in lines[begin:number]:
            yield match[1]


def unit(examples):
    """`examples` are (path, number of the first line, lines)."""
    parts = [f'#include <{name}>\n' for name in STD_HEADERS]
    parts += [f'#include "{path.relative_to(INCLUDE)}"\n' for path in headers()]
    parts.append('void print(std::string_view text);\n'
                 'bool verify_p256(linnet::Bytes key, linnet::Bytes message, linnet::Bytes signature);\n')
    for index, (path, number, lines) in enumerate(examples):
        parts.append(f'void example{index}(linnet::WebSocketClient& client, '
                     'linnet::WebSocketPeer& server);\n'
                     f'void example{index}(linnet::WebSocketClient& client, '
                     'linnet::WebSocketPeer& server) {{\n'
                     f'#line {number} "{path}"\n' + '\n'.join(lines) + '\n}}\n')
    return ''.join(parts)


def compile_unit(text):
    """The errors of the compiler, or an empty text."""
    command = (os.environ.get('CXX', 'c++'), *FLAGS, f'-I{INCLUDE}', '-x', 'c++', '-')
    done = subprocess.run(command, input=text, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return '' if done.returncode == 0 else done.stdout or 'failed'


class HeaderExamples(unittest.TestCase):
    def test_every_example_compiles(self):
        examples = [(path, number, lines) for path in headers()
                    for number, lines in examples_in(path.read_text())]
        self.assertTrue(examples)
        for path, number, lines in examples:
            self.assertTrue(any(lines), f'{path}:{number}: the example is empty')
        self.assertEqual(compile_unit(unit(examples)), '')

    def test_every_class_has_an_example(self):
        missing = [f'{path.relative_to(ROOT)}: {name}' for path in headers()
                   for name in classes_without_example(path.read_text())]
        self.assertEqual(missing, [])

    def test_a_wrong_example_is_reported_at_its_line(self):
        text = '// Example:\n//\n//     print("right");\n//     client.no_such_call();\n'
        (number, lines), = examples_in(text)
        self.assertEqual((number, lines), (3, ['print("right");', 'client.no_such_call();']))
        self.assertIn('wrong.hpp:4:', compile_unit(unit([('wrong.hpp', number, lines)])))

    def test_a_class_without_an_example_is_found(self):
        text = '/// Adds.\nclass Adder {\n};\n/// Example:\n///\n///     Subtracter();\nclass Subtracter {\n'
        self.assertEqual(list(classes_without_example(text)), ['Adder'])


if __name__ == '__main__':
    unittest.main()
