#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Compares the sizes in README.md with the current programs if the compiler is the one it names.
With any other compiler the sizes are only printed."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'bench'))
import code_size  # noqa: E402

DIFFERENCE_MAX = 0.02
README = """before
| code of a whole program | 12.3 KB |  | 204 KB | 100 KB |
after, 2 CPUs, g++ 12.2.0, 2026-11-22.
<!-- /bench -->
"""


class CodeSize(unittest.TestCase):
    def test_the_sizes_in_the_readme_are_parsed(self):
        self.assertEqual(code_size.listed_sizes(README), {'ws': 12_300, 'wss': 204_000})
        self.assertEqual(code_size.listed_compiler(README), 'g++ 12.2.0')
        line = code_size.readme_line({'ws': 12_345, 'wss': 203_671})
        self.assertEqual(line, '| code of a whole program | 12.3 KB |  | 204 KB | 100 KB |')
        self.assertIn(line, README)

    def test_the_sizes_in_the_readme_are_those_of_its_compiler(self):
        readme = code_size.README.read_text(encoding='utf-8')
        own, named = code_size.compiler_name(), code_size.listed_compiler(readme)
        if own != named:
            self.skipTest(f'README.md has the sizes of {named}, this is {own}')
        listed, sizes = code_size.listed_sizes(readme), code_size.measure()
        for scheme, size in sizes.items():
            print(f'{scheme}://: {size} bytes')
            self.assertLess(abs(size - listed[scheme]) / listed[scheme], DIFFERENCE_MAX,
                            f'README.md lists {listed[scheme]:.0f}, it is {size}: '
                            'python3 bench/code_size.py --readme')


if __name__ == '__main__':
    unittest.main()
