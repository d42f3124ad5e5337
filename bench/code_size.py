#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Measures the size of a minimal program with linnet (minimal.cpp), for ws:// and for wss://.

    code_size.py [--readme]

Compiles it for minimum size, by $CXX or c++. --readme writes the figures into README.md
and results.json, and leaves all other figures unchanged."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
README = ROOT / 'README.md'
NAME = 'code of a whole program'
GOALS = {'ws': None, 'wss': 100_000}
FLAGS = ('-std=c++20', '-Os', '-DNDEBUG', '-fno-exceptions', '-fno-rtti', '-fvisibility=hidden',
         '-ffunction-sections', '-fdata-sections', f'-I{ROOT}/include', f'-I{ROOT}/src')
LINK_FLAGS = ('-Wl,--gc-sections', '-s')
FOLDERS = ('base', 'codec', 'protocol', 'x509', 'platform/posix', 'net', 'resolver', 'tls', 'client')
# The engine of each scheme, and the libraries linked into the program.
BUILDS = {'ws': ('tls/none', ()), 'wss': ('tls/bearssl', ('-l:libbearssl.a',))}


def output_of(*command):
    return subprocess.run([str(part) for part in command], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def compiler():
    return os.environ.get('CXX', 'c++').split()


def compiler_name():
    """As the benchmarks name it: `g++ 12.2.0`, `clang++ 14.0.6`."""
    text = subprocess.run([*compiler(), '-E', '-P', '-x', 'c++', '-'], check=True, text=True,
                          input='__clang__|__clang_major__.__clang_minor__.__clang_patchlevel__|'
                                '__GNUC__.__GNUC_MINOR__.__GNUC_PATCHLEVEL__',
                          stdout=subprocess.PIPE).stdout
    clang, of_clang, of_gcc = text.replace(' ', '').strip().split('|')
    return f'clang++ {of_clang}' if clang == '1' else f'g++ {of_gcc}'


def text_size(program):
    """The text size reported by `size`: code, constants and tables."""
    return int(output_of('size', program).splitlines()[1].split()[0])


def measure():
    """Scheme -> bytes."""
    with tempfile.TemporaryDirectory(prefix='linnet-size-') as folder:
        return measure_in(pathlib.Path(folder))


def measure_in(folder):
    def compiled(path):
        target = folder / path.relative_to(ROOT).with_suffix('.o')
        target.parent.mkdir(parents=True, exist_ok=True)
        output_of(*compiler(), *FLAGS, '-c', path, '-o', target)
        return target

    def of(part):
        return sorted((ROOT / 'src' / part).glob('*.cpp'))

    common = [HERE / 'minimal.cpp', *(path for part in FOLDERS for path in of(part))]
    sizes = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compiled, common))
        for scheme, (engine, libraries) in BUILDS.items():
            program = folder / f'minimal_{scheme}'
            output_of(*compiler(), *LINK_FLAGS, *objects, *pool.map(compiled, of(engine)), *libraries,
                      '-o', program)
            sizes[scheme] = text_size(program)
    return sizes


def size_text(size):
    return f'{size / 1000:.3g} KB'


def readme_line(sizes):
    cells = [text for scheme, goal in GOALS.items()
             for text in (size_text(sizes[scheme]), size_text(goal) if goal else '')]
    return f'| {NAME} | ' + ' | '.join(cells) + ' |'


def listed_sizes(readme):
    """Scheme -> bytes, as listed in README.md."""
    cells = re.search(rf'^\| {NAME} \|(.*)\|$', readme, re.M)[1].split('|')
    return {scheme: float(cells[2 * index].split()[0]) * 1000 for index, scheme in enumerate(GOALS)}


def listed_compiler(readme):
    """The compiler named in README.md."""
    return re.search(r', (\S+ [\d.]+), \d{4}-\d\d-\d\d\.\n<!-- /bench -->', readme)[1]


def write(sizes):
    readme = README.read_text(encoding='utf-8')
    if compiler_name() != listed_compiler(readme):
        sys.exit(f'README.md has the sizes of {listed_compiler(readme)}, this is {compiler_name()}')
    README.write_text(re.sub(rf'^\| {NAME} \|.*$', readme_line(sizes), readme, flags=re.M),
                      encoding='utf-8')
    path = HERE / 'results.json'
    results = json.loads(path.read_text(encoding='utf-8'))
    next(each for each in results['sizes'] if each['name'] == NAME)['bytes'] = sizes
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + '\n', encoding='utf-8')


def main(arguments):
    parser = argparse.ArgumentParser(description='the size of a program that has linnet')
    parser.add_argument('--readme', action='store_true')
    options = parser.parse_args(arguments)
    print(f'compiling minimal.cpp and linnet for size, by {compiler_name()}', flush=True)
    sizes = measure()
    for scheme, size in sizes.items():
        print(f'{scheme}://'.ljust(8) + f'{size} bytes, {size_text(size)}')
    if options.readme:
        write(sizes)


if __name__ == '__main__':
    main(sys.argv[1:])
