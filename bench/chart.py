# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Draws a bar chart of ratios on a logarithmic scale, as SVG that is readable on light and dark backgrounds."""
import math
from xml.sax.saxutils import escape

LABEL_WIDTH, PLOT_WIDTH, RIGHT = 235, 500, 70
TOP, BAR, GAP, BOTTOM = 86, 11, 12, 40
FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"'
# Light and dark colour for each series, in order.
COLOURS = (('#8b949e', '#8b949e'), ('#c4c9d0', '#4b535d'), ('#0969da', '#58a6ff'),
           ('#bc4c00', '#f0883e'), ('#8250df', '#bc8cff'), ('#1a7f37', '#3fb950'),
           ('#9a6700', '#d29922'))
TEXT, GRID = ('#1f2328', '#e6edf3'), ('#d0d7de', '#30363d')


def style(theme):
    rules = [f'text{{fill:{TEXT[theme]}}}', f'.dim{{fill:{COLOURS[0][theme]}}}',
             f'line{{stroke:{GRID[theme]}}}', f'.one{{stroke:{TEXT[theme]}}}']
    rules += [f'.s{i}{{fill:{colour[theme]}}}' for i, colour in enumerate(COLOURS)]
    return ''.join(rules)


def text(x, y, content, anchor='start', size=12, extra=''):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{extra}>'
            f'{escape(content)}</text>')


class Scale:
    """Maps a ratio to a coordinate; covers whole decades and always includes 1."""

    def __init__(self, ratios):
        self.low = min(0, math.floor(math.log10(min(ratios, default=1))))
        self.high = max(1, math.ceil(math.log10(max(ratios, default=1))))

    def x(self, ratio):
        share = (math.log10(ratio) - self.low) / (self.high - self.low)
        return LABEL_WIDTH + share * PLOT_WIDTH

    def decades(self):
        return [10.0 ** n for n in range(self.low, self.high + 1)]


def grid(scale, bottom):
    for decade in scale.decades():
        x = scale.x(decade)
        kind = ' class="one"' if decade == 1 else ''
        yield f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom:.1f}"{kind}/>'
        yield text(x, TOP - 14, f'{decade:g}×', 'middle', 11, ' class="dim"')


def legend(series):
    x = LABEL_WIDTH
    for i, name in enumerate(series):
        yield f'<rect class="s{i}" x="{x}" y="40" width="10" height="10" rx="2"/>'
        yield text(x + 15, 49, name, size=11)
        x += 33 + 6.5 * len(name)


def bars_of(group, y, scale, series):
    """One group: its label and a bar for each (series, title, ratio, text), from 1 to its ratio."""
    label, detail, bars = group
    middle = y + max(len(bars), 2) * BAR / 2
    yield text(LABEL_WIDTH - 10, middle, label, 'end')
    yield text(LABEL_WIDTH - 10, middle + 12, detail, 'end', 10, ' class="dim"')
    for i, (name, title, ratio, shown) in enumerate(bars):
        begin, end = sorted((scale.x(1), scale.x(ratio)))
        at = y + i * BAR
        yield (f'<rect class="s{series.index(name)}" x="{begin:.1f}" y="{at:.1f}" '
               f'width="{max(end - begin, 1):.1f}" height="{BAR - 2}" rx="1.5">'
               f'<title>{escape(title)}: {shown}</title></rect>')
        beside = (end + 4, 'start') if ratio >= 1 else (begin - 4, 'end')
        yield text(beside[0], at + BAR - 3, shown, beside[1], 9, ' class="dim"')


def svg(title, groups, series, caption):
    """`groups` are (label, detail, bars), `series` the names that bars refer to."""
    scale = Scale([bar[2] for group in groups for bar in group[2]])
    body, y = [], float(TOP)
    for group in groups:
        body += bars_of(group, y, scale, series)
        y += max(len(group[2]), 2) * BAR + GAP
    width, height = LABEL_WIDTH + PLOT_WIDTH + RIGHT, y + BOTTOM
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
            f'width="{width}" height="{height:.0f}" role="img" {FONT}>',
            f'<title>{escape(title)}</title>',
            f'<style>{style(0)}@media (prefers-color-scheme: dark){{{style(1)}}}</style>',
            text(LABEL_WIDTH, 22, title, size=15, extra=' font-weight="600"'),
            *legend(series), *grid(scale, y)]
    foot = [text(LABEL_WIDTH, y + 16, 'logarithmic; right of 1× linnet is faster', size=11),
            text(LABEL_WIDTH, y + 32, caption, size=11, extra=' class="dim"'), '</svg>']
    return '\n'.join(head + body + foot) + '\n'
