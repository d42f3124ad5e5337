# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""A dot chart of ratios on a logarithmic scale, one line for each item, as SVG for light and dark pages."""
import math
from xml.sax.saxutils import escape

LABEL_WIDTH, PLOT_WIDTH, RIGHT = 270, 500, 35
TOP, ROW, DOT, BOTTOM = 86, 20, 4, 40
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
    """From a ratio to an abscissa; whole decades, and 1 is always among them."""

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
    x = LABEL_WIDTH - 90
    for i, name in enumerate(series):
        yield f'<circle class="s{i}" cx="{x + 5}" cy="45" r="{DOT}"/>'
        yield text(x + 15, 49, name, size=11)
        x += 33 + 6.5 * len(name)


def dots_of(group, y, scale, series):
    """One group: its label, and a dot for each (series, title, ratio, text) at its ratio."""
    label, detail, dots = group
    yield text(LABEL_WIDTH - 62, y + 4, label, 'end')
    yield text(LABEL_WIDTH - 10, y + 4, detail, 'end', 10, ' class="dim"')
    ends = [scale.x(ratio) for _, _, ratio, _ in dots] or [scale.x(1)]
    yield f'<line x1="{min(ends):.1f}" y1="{y:.1f}" x2="{max(ends):.1f}" y2="{y:.1f}"/>'
    for name, title, ratio, shown in dots:
        yield (f'<circle class="s{series.index(name)}" cx="{scale.x(ratio):.1f}" cy="{y:.1f}" r="{DOT}">'
               f'<title>{escape(title)}: {shown}</title></circle>')


def svg(title, groups, series, caption):
    """`groups` are (label, detail, bars), `series` the names that dots refer to."""
    scale = Scale([bar[2] for group in groups for bar in group[2]])
    body, y = [], float(TOP)
    for group in groups:
        body += dots_of(group, y, scale, series)
        y += ROW
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
