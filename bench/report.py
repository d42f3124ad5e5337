#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Runs the benchmarks and prints linnet's times and the ratios of the other contenders.

    report.py BENCH [--json FILE] [--svg FILE] [--readme]

BENCH is the program, or a file with its JSON (--benchmark_format=json). --readme writes the table into
README.md, and the data and the picture next to this file. bench/README.md describes the rest."""
import argparse
import collections
import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys

import chart
import code_size

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parent / 'README.md'
MARKERS = ('<!-- bench -->', '<!-- /bench -->')
OPTIONS = ('--benchmark_format=json', '--benchmark_min_time=0.02', '--benchmark_repetitions=5',
           '--benchmark_enable_random_interleaving=true')
US = 'linnet'
CASE_WIDTH = 56
CLOCKS = '(/real_time|/manual_time)'
PEERS = ('wslay', 'Beast', 'websocketpp', 'libwebsockets', 'OpenSSL')

# The targets and their yardsticks: `limit` is the minimum work, `plain` is simple code, byte by byte or
# without any check. `shown` are the cases shown in README.md and in the picture.
Target = collections.namedtuple('Target', 'name limit plain shown')
TARGETS = (
    Target('mask in place', 'memcpy', 'byte loop', ('125 B', '16 KiB')),
    Target('mask while copying', 'memcpy', 'byte loop', ('1 KiB', '16 KiB')),
    Target('UTF-8', 'memcpy', 'table', ('ASCII 16 KiB', 'JSON 16 KiB', 'mixed 16 KiB')),
    Target('frame header', 'length walk', None, ('16 B',)),
    Target('frame encode', 'memcpy', None, ('16 B', '1 KiB', '64 KiB')),
    Target('receive as client', 'memcpy', 'length walk',
           ('binary 16 B', 'ASCII 1 KiB', 'mixed 1 KiB', 'binary 64 KiB')),
    Target('receive as server', 'memcpy', 'byte loop', ('binary 16 B', 'binary 64 KiB')),
    Target('handshake', 'strstr', None, ('5 headers',)),
    Target('echo', 'raw TCP', None,
           ('32 B alone', '32 B, 64 in flight', '64 KiB alone', '64 KiB, 64 in flight')),
    Target('TLS receive', 'memcpy', None, ('128 B', '16 KiB')),
    Target('TLS send', 'memcpy', None, ('128 B', '16 KiB')),
    Target('TLS handshake', 'arithmetic', None, ('P-256, pinned',)),
    Target('TLS chain', None, None, ()),
)

# One line: linnet's time per item (median and best), its GB/s where meaningful, and for each other contender
# the ratio of its time to linnet's.
Row = collections.namedtuple('Row', 'target case ns ns_min gb_per_s ratios')

# A size in bytes and its goal.
Figure = collections.namedtuple('Figure', 'name unit goals sizes')  # ws:// and wss://
UNITS = {'KB': 1000, 'KiB': 1024}
SCHEMES = ('ws', 'wss')
IDLE_GOALS = (4 * 1024, 60 * 1024)


class BadInput(Exception):
    """The measurements are invalid or incomplete; the text gives the reason."""


# ---- measurements ------------------------------------------------------------------------------

def cases_of(program, target):
    """In the order of registration."""
    command = [program, '--benchmark_list_tests', f'--benchmark_filter=^{target.name}/']
    names = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
    return list(dict.fromkeys(split(name)[2] for name in names.splitlines()))


def run(program):
    """The reports of the program, one for each case, so that compared figures are
    measured within the same second or two."""
    for target in TARGETS:
        print(f'measuring: {target.name}', file=sys.stderr)
        for case in cases_of(program, target):
            these = f'--benchmark_filter=^{target.name}/[^/]*/{case}{CLOCKS}?$'
            output = subprocess.run([program, these, *OPTIONS], check=True, stdout=subprocess.PIPE)
            yield json.loads(output.stdout)


def parts_of(path):
    """`path` is a program or a file of JSON."""
    if path.suffix == '.json':
        return [json.loads(path.read_text(encoding='utf-8'))]
    return list(run(path))


def split(name):
    """Target, contender, case."""
    return re.sub(CLOCKS + '$', '', name).split('/')


def samples_of(parts):
    """(target, case) -> contender -> list of (ns for an item, GB/s or None)."""
    samples = collections.defaultdict(lambda: collections.defaultdict(list))
    for part in parts:
        for entry in part['benchmarks']:
            name = entry.get('run_name', entry['name'])
            if entry.get('error_occurred'):
                raise BadInput(f"{name}: {entry.get('error_message', 'failed')}")
            if entry.get('run_type') == 'aggregate':
                continue
            target, contender, case = split(name)
            speed = entry.get('bytes_per_second')
            samples[target, case][contender].append(
                (1e9 / entry['items_per_second'], speed and speed / 1e9))
    return samples


def row_of(target, case, contenders):
    for needed in (US, target.limit):
        if needed not in contenders:
            raise BadInput(f'{target.name}/{case}: no measurement of {needed}')
    medians = {name: statistics.median(ns for ns, _ in found)
               for name, found in contenders.items()}
    speeds = [speed for _, speed in contenders[US] if speed]
    return Row(target.name, case, medians[US], min(ns for ns, _ in contenders[US]),
               statistics.median(speeds) if speeds else None,
               {name: ns / medians[US] for name, ns in medians.items() if name != US})


def rows_of(parts):
    samples = samples_of(parts)
    known = {target.name: target for target in TARGETS}
    for target, case in samples:
        if target not in known:
            raise BadInput(f'{target}/{case}: report.py does not know this target')
    return [row_of(known[target], case, contenders)
            for name in known for (target, case), contenders in samples.items() if target == name]


def absent_peers(rows):
    return [peer for peer in PEERS if not any(peer in row.ratios for row in rows)]


def machine_of(parts):
    """What it ran on: the model of the CPU, how many there are, the compiler, the day."""
    context = parts[0]['context']
    cpu = next((line.split(':', 1)[1].strip() for line in read_lines('/proc/cpuinfo')
                if line.startswith('model name')), 'unknown CPU')
    date = context.get('date') or datetime.datetime.now().isoformat()
    return {'cpu': cpu, 'cpus': context['num_cpus'], 'compiler': context.get('compiler', 'unknown'),
            'date': date[:10]}


def read_lines(path):
    try:
        return pathlib.Path(path).read_text(encoding='utf-8').splitlines()
    except OSError:
        return []


# ---- sizes -------------------------------------------------------------------------------------

def figures_of(path):
    """Sizes of the program built with the benchmarks, and of one optimised for size."""
    folder = path.parent
    if path.suffix == '.json' or not (folder / 'idle').is_file():
        return []
    idle = dict(line.split() for line in output_of(folder / 'idle').splitlines())
    print('measuring: code size', file=sys.stderr)
    code = code_size.measure()
    return [Figure(code_size.NAME, 'KB', tuple(code_size.GOALS[s] for s in SCHEMES),
                   [code[s] for s in SCHEMES]),
            Figure('memory of an idle connection', 'KiB', IDLE_GOALS,
                   [int(idle[s]) if s in idle else None for s in SCHEMES])]


def output_of(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def figure_cells(figure):
    def text(size):
        return '' if size is None else f'{size / UNITS[figure.unit]:.3g} {figure.unit}'
    return [text(size) for pair in zip(figure.sizes, figure.goals) for size in pair]


FIGURE_HEADS = [head for scheme in SCHEMES for head in (f'{scheme}://', 'goal')]


# ---- texts -------------------------------------------------------------------------------------

def time_text(ns):
    for unit, size in (('ms', 1e6), ('µs', 1e3)):
        if ns >= size:
            return f'{ns / size:.3g} {unit}'
    return f'{ns:.3g} ns'


def ratio_text(ratio):
    """At most three significant figures."""
    if ratio is None:
        return ''
    return f'{ratio:.{2 if ratio < 9.995 else 1 if ratio < 99.95 else 0}f}'


def target_of(name):
    return next(target for target in TARGETS if target.name == name)


def present_peers(rows):
    return [peer for peer in PEERS if peer not in absent_peers(rows)]


def cells(row, peers):
    """A line of the table: linnet, GB/s, limit, plain, peers."""
    target = target_of(row.target)
    others = [target.limit, target.plain, *peers]
    return [time_text(row.ns), f'{row.gb_per_s:.3g}' if (row.gb_per_s or 0) >= 0.01 else '',
            *(ratio_text(row.ratios.get(other)) for other in others)]


def heads(peers):
    return [US, 'GB/s', 'limit', 'plain', *peers]


def machine_text(machine):
    return (f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['compiler']}, "
            f"{machine['date']}")


def table_text(rows, machine, figures=()):
    peers = present_peers(rows)
    widths = [max(9, len(head) + 2) for head in heads(peers)]
    lines = [machine_text(machine),
             'time for an item, then how many times as long the others take', '']
    target = None
    for row in rows:
        if row.target != target:
            target = row.target
            lines += ['', headline(target).ljust(CASE_WIDTH)
                      + ''.join(head.rjust(width) for head, width in zip(heads(peers), widths))]
        lines.append(f'  {row.case}'.ljust(CASE_WIDTH) +
                     ''.join(cell.rjust(width) for cell, width in zip(cells(row, peers), widths)))
    for name, cells_of_line in [('size, goal: at most', FIGURE_HEADS)] * bool(figures) + [
            ('  ' + figure.name, figure_cells(figure)) for figure in figures]:
        lines += [''] * (cells_of_line is FIGURE_HEADS)
        lines.append(name.ljust(CASE_WIDTH) + ''.join(cell.rjust(10) for cell in cells_of_line))
    return '\n'.join(line.rstrip() for line in lines) + '\n'


def headline(name):
    target = target_of(name)
    plain = f', plain: {target.plain}' if target.plain else ''
    return f'{name} (limit: {target.limit}{plain})'


def shown(rows):
    picked = {(target.name, case) for target in TARGETS for case in target.shown}
    return [row for row in rows if (row.target, row.case) in picked]


def markdown(rows, machine, figures=()):
    peers = present_peers(rows)
    lines = ['![How many times as long the others take](bench/results.svg)', '',
             '| | ' + ' | '.join(heads(peers)) + ' |', '|---|' + '---:|' * len(heads(peers))]
    lines += [f'| {row.target}, {row.case} | ' + ' | '.join(cells(row, peers)) + ' |'
              for row in shown(rows)]
    if figures:
        lines += ['', '| | ' + ' | '.join(FIGURE_HEADS) + ' |', '|---|' + '---:|' * len(FIGURE_HEADS)]
        lines += [f'| {figure.name} | ' + ' | '.join(figure_cells(figure)) + ' |'
                  for figure in figures]
    return '\n'.join([*lines, '', machine_text(machine) + '.'])


def replace_between_markers(text, new):
    begin, end = MARKERS
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise BadInput(f'README.md must have {begin} and {end}, once each and in this order')
    return text[:text.index(begin) + len(begin)] + f'\n{new}\n' + text[text.index(end):]


# ---- files -------------------------------------------------------------------------------------

def json_text(rows, machine, figures=()):
    def rounded(value):
        return value and float(f'{value:.4g}')
    entries = [{'target': row.target, 'case': row.case, 'ns': rounded(row.ns),
                'ns_min': rounded(row.ns_min), 'gb_per_s': rounded(row.gb_per_s),
                'ratios': {name: rounded(ratio) for name, ratio in row.ratios.items()}}
               for row in rows]
    sizes = [{'name': figure.name, 'bytes': dict(zip(SCHEMES, figure.sizes)),
              'goal': dict(zip(SCHEMES, figure.goals))} for figure in figures]
    return json.dumps({'machine': machine, 'absent': absent_peers(rows), 'rows': entries,
                       'sizes': sizes}, indent=1, ensure_ascii=False) + '\n'


def series_of(target, contender):
    """The case that a bar belongs to."""
    return {target.limit: 'limit', target.plain: 'plain'}.get(contender, contender)


def svg_text(rows, machine, _figures=()):
    series = ['limit', 'plain', *present_peers(rows)]
    groups = []
    for row in shown(rows):
        target = target_of(row.target)
        bars = [(series_of(target, name), name, ratio, ratio_text(ratio))
                for name, ratio in row.ratios.items()]
        groups.append((f'{row.target}, {row.case}', time_text(row.ns),
                       sorted(bars, key=lambda bar: series.index(bar[0]))))
    return chart.svg('How many times as long the others take as linnet', groups, series,
                     machine_text(machine))


def main(arguments):
    parser = argparse.ArgumentParser(description='what the benchmarks say')
    parser.add_argument('bench', type=pathlib.Path)
    parser.add_argument('--json', type=pathlib.Path)
    parser.add_argument('--svg', type=pathlib.Path)
    parser.add_argument('--readme', action='store_true')
    options = parser.parse_args(arguments)
    parts = parts_of(options.bench)
    rows, machine = rows_of(parts), machine_of(parts)
    figures = figures_of(options.bench)
    print(table_text(rows, machine, figures))
    if absent := absent_peers(rows):
        print('not here, and so not measured:', ', '.join(absent))
    files = {options.json: json_text, options.svg: svg_text}
    if options.readme:
        files |= {HERE / 'results.json': json_text, HERE / 'results.svg': svg_text}
        readme = README.read_text(encoding='utf-8')
        README.write_text(replace_between_markers(readme, markdown(rows, machine, figures)),
                          encoding='utf-8')
    for path, text in files.items():
        if path:
            path.write_text(text(rows, machine, figures), encoding='utf-8')


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except BadInput as error:
        sys.exit(f'report.py: {error}')
