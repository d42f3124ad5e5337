#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Tests bench/report.py with invented measurements."""
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'bench'))
import report  # noqa: E402

TIMES = (  # contender, ns of three repetitions
    ('linnet', (10, 12, 11)),
    ('memcpy', (5.5, 5.5, 99)),
    ('byte loop', (110, 110, 110)),
    ('Beast', (22, 22, 23)),
)


def entry(name, ns):
    return {'name': name, 'run_name': name, 'run_type': 'iteration', 'items_per_second': 1e9 / ns,
            'bytes_per_second': 16e9 / ns}


def measured(times=TIMES, target='mask in place', case='16 KiB', suffix=''):
    entries = [entry(f'{target}/{contender}/{case}{suffix}', ns)
               for contender, repetitions in times for ns in repetitions]
    return {'context': {'num_cpus': 2, 'compiler': 'c++ 1', 'date': '2025-01-02T03:04:05+00:00'},
            'benchmarks': entries}


class Report(unittest.TestCase):
    def setUp(self):
        self.parts = [measured()]
        self.rows = report.rows_of(self.parts)
        self.machine = report.machine_of(self.parts)

    def test_ratios_are_of_medians(self):
        (row,) = self.rows
        self.assertEqual((row.target, row.case), ('mask in place', '16 KiB'))
        self.assertAlmostEqual(row.ns, 11)
        self.assertAlmostEqual(row.ns_min, 10)
        self.assertAlmostEqual(row.gb_per_s, 16 / 11)
        expected = {'memcpy': 0.5, 'byte loop': 10, 'Beast': 2}
        self.assertEqual(row.ratios.keys(), expected.keys())
        for name, ratio in expected.items():
            self.assertAlmostEqual(row.ratios[name], ratio)

    def test_aggregates_are_not_measurements(self):
        self.parts[0]['benchmarks'].append(
            {**entry('mask in place/linnet/16 KiB', 1), 'run_type': 'aggregate'})
        self.assertEqual(report.rows_of(self.parts), self.rows)

    def test_targets_are_in_their_order_and_cases_in_the_order_of_measurement(self):
        echo = measured((('linnet', (2,)), ('raw TCP', (1,))), 'echo', '32 B alone')
        rows = report.rows_of([echo, measured(case='1 MiB'), measured(case='16 B')])
        self.assertEqual([row.case for row in rows], ['1 MiB', '16 B', '32 B alone'])

    def test_the_clock_is_not_part_of_the_name(self):
        times = (('linnet', (2,)), ('raw TCP', (1,)))
        for clock in ('/real_time', '/manual_time'):
            (row,) = report.rows_of([measured(times, 'echo', '32 B alone', clock)])
            self.assertEqual(row.case, '32 B alone')

    def test_sizes_are_next_to_their_goals(self):
        figures = [report.Figure('code', 'KB', (None, 100_000), (70_000, 123_456)),
                   report.Figure('memory', 'KiB', (4096, 61440), (2048, None))]
        self.assertEqual(report.figure_cells(figures[0]), ['70 KB', '', '123 KB', '100 KB'])
        self.assertEqual(report.figure_cells(figures[1]), ['2 KiB', '4 KiB', '', '60 KiB'])
        table = report.table_text(self.rows, self.machine, figures)
        self.assertIn('code', table.splitlines()[-2])
        self.assertIn('| memory | 2 KiB | 4 KiB |  | 60 KiB |',
                      report.markdown(self.rows, self.machine, figures))
        written = json.loads(report.json_text(self.rows, self.machine, figures))
        self.assertEqual(written['sizes'][0]['bytes'], {'ws': 70_000, 'wss': 123_456})

    def test_without_programs_there_are_no_sizes(self):
        self.assertEqual(report.figures_of(pathlib.Path('/nowhere/bench')), [])
        self.assertNotIn('goal', report.table_text(self.rows, self.machine))

    def test_absent_peers_are_reported_and_have_no_column(self):
        self.assertEqual(report.absent_peers(self.rows),
                         ['wslay', 'websocketpp', 'libwebsockets', 'OpenSSL'])
        table = report.table_text(self.rows, self.machine)
        self.assertIn('Beast', table)
        self.assertNotIn('wslay', table)

    def test_a_missing_yardstick_is_an_error(self):
        for missing in ('memcpy', 'linnet'):
            times = [pair for pair in TIMES if pair[0] != missing]
            with self.assertRaisesRegex(report.BadInput, f'16 KiB: no measurement of {missing}'):
                report.rows_of([measured(times)])

    def test_a_failed_benchmark_is_an_error(self):
        self.parts[0]['benchmarks'][0] |= {'error_occurred': True, 'error_message': 'lost'}
        with self.assertRaisesRegex(report.BadInput, 'mask in place/linnet/16 KiB: lost'):
            report.rows_of(self.parts)

    def test_an_unknown_target_is_an_error(self):
        with self.assertRaisesRegex(report.BadInput, 'does not know this target'):
            report.rows_of([measured(target='weather')])

    def test_figures_are_short(self):
        self.assertEqual([report.ratio_text(r) for r in (None, 0.5, 9.876, 12.34, 123.4)],
                         ['', '0.50', '9.88', '12.3', '123'])
        self.assertEqual([report.time_text(ns) for ns in (4.321, 12345, 2e6)],
                         ['4.32 ns', '12.3 µs', '2 ms'])

    def test_the_picture_is_xml_with_a_dot_for_each_ratio(self):
        root = ElementTree.fromstring(report.svg_text(self.rows, self.machine))
        space = '{http://www.w3.org/2000/svg}'
        dots = [title.text for dot in root.iter(f'{space}circle') for title in dot]
        self.assertEqual(dots, ['memcpy: 0.50', 'byte loop: 10.0', 'Beast: 2.00'])
        texts = [text.text for text in root.iter(f'{space}text')]
        self.assertIn(report.machine_text(self.machine), texts)
        self.assertIn('prefers-color-scheme: dark', root.find(f'{space}style').text)

    def test_only_what_is_between_the_markers_is_replaced(self):
        text = 'before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n'
        self.assertEqual(report.replace_between_markers(text, 'new'),
                         'before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n')
        for bad in ('', '<!-- bench -->', '<!-- /bench --><!-- bench -->', text + text):
            with self.assertRaisesRegex(report.BadInput, 'once each'):
                report.replace_between_markers(bad, 'new')

    def test_the_readme_has_the_markers(self):
        readme = report.README.read_text(encoding='utf-8')
        self.assertIn('<!-- bench -->\nnew\n<!-- /bench -->',
                      report.replace_between_markers(readme, 'new'))

    def test_files_are_written(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            source, data, picture = (pathlib.Path(folder) / name
                                     for name in ('in.json', 'out.json', 'out.svg'))
            source.write_text(json.dumps(self.parts[0]), encoding='utf-8')
            report.main([str(source), '--json', str(data), '--svg', str(picture)])
            written = json.loads(data.read_text(encoding='utf-8'))
            ElementTree.parse(picture)
        self.assertEqual(written['rows'][0]['ratios'], {'memcpy': 0.5, 'byte loop': 10, 'Beast': 2})
        self.assertEqual(written['machine']['date'], '2025-01-02')
        self.assertEqual(written['absent'], ['wslay', 'websocketpp', 'libwebsockets', 'OpenSSL'])


if __name__ == '__main__':
    unittest.main()
