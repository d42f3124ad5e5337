#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Tests that the table of cases is rewritten from the comments above the tests."""
import unittest

import cases

TABLE = """
| case | what hurts | tests |
|---|---|---|
| 1 | A `length` | and | `b_test.cpp`: `B.one`, `B.two`; `a_test.py`: `three` |
| 2 | Another | `a_test.py`: `three` |
| 3 | Nothing | not handled yet (why) |
"""
MARKED = {('b_test.cpp', 'B.one'): {1}, ('b_test.cpp', 'B.two'): {1}, ('a_test.py', 'three'): {1, 2}}


class Cases(unittest.TestCase):
    def test_a_correct_table_is_unchanged(self):
        self.assertEqual(cases.with_tests(TABLE, MARKED), TABLE)

    def test_a_damaged_table_is_repaired(self):
        for damaged in (TABLE.replace('`a_test.py`: `three` |\n| 3', '`gone_test.cpp`: `Gone.gone` |\n| 3'),
                        TABLE.replace('; `a_test.py`: `three` |\n| 2', ' |\n| 2'),
                        TABLE.replace('`b_test.cpp`: `B.one`', '`b_test.cpp`: `B.old`, `B.one`'),
                        TABLE.replace('| Another | `a_test.py`: `three` |', '| Another | not handled yet |')):
            self.assertNotEqual(damaged, TABLE)
            self.assertEqual(cases.with_tests(damaged, MARKED), TABLE)

    def test_the_table_of_the_project_is_up_to_date(self):
        text = (cases.TESTS / 'README.md').read_text()
        marked = {test: numbers for test, (_, _, numbers) in cases.marked_tests().items()}
        self.assertEqual(cases.with_tests(text, marked), text)


if __name__ == '__main__':
    unittest.main()
