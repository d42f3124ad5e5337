# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Parses C++ as tidy.py needs it: tokens without comments, directives, and the braces of functions. It supports
the C++ of this project, not all of C++: no trigraphs or function try blocks, and a digraph is one token."""
import collections
import functools
import re

TOKEN = re.compile(r'''
    (?P<newline>\n)
  | (?P<directive>(?<![^\n])(?P<before>(?:[ \t\f\v]|/\*(?:[^*]|\*(?!/))*\*/)*)\#(?:[^\n\\/]|\\.|/(?![/*])|/\*.*?\*/)*)
  | (?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])+')
  | (?P<number>\.?\d(?:[eEpP][+-]|'\w|[\w.])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<punctuation>\#\#|<:(?!:[^:>])|:>|<%|%[:>]|<=>|<<=|>>=|->\*|\.\.\.|::|->|\+\+|--|&&|\|\||[-+*/%&|^=!<>]=|\S)
''', re.X | re.S)
PAIRS = {'(': ')', '[': ']', '{': '}'}
CLASS_KEYS = {'class', 'struct', 'union'}
ATTRIBUTES = {'alignas', 'decltype', '__attribute__', '__declspec'}  # with parentheses that declare nothing
SPECIFIERS = {'inline', 'static', 'constexpr', 'constinit', 'const', 'typedef', 'friend', 'extern', 'export'}

# Token numbers: the beginning (including the template line), the body, and the last brace.
Function = collections.namedtuple('Function', 'begin body end')
# A declaration without a body: `scope` is 'namespace' or 'class'; `end` is its semicolon.
Declaration = collections.namedtuple('Declaration', 'scope begin end')
# `last` is its last line, after continuations.
Directive = collections.namedtuple('Directive', 'line last name rest')


class Source:
    """One file. Everything except its text is computed on first use."""

    def __init__(self, path, text):
        self.path = path
        self.text = text

    @functools.cached_property
    def text_lines(self):
        return self.text.split('\n')

    @functools.cached_property
    def _lexed(self):
        return lex(self.text)

    @property
    def tokens(self):
        return self._lexed[0]

    @property
    def lines(self):
        """The line of each token."""
        return self._lexed[1]

    @property
    def directives(self):
        return self._lexed[2]

    @functools.cached_property
    def macro_tokens(self):
        """(line, token) of every #define."""
        return [(each.line, token) for each in self.directives if each.name == 'define'
                for token in lex(each.rest)[0]]

    @functools.cached_property
    def partners(self):
        return match_brackets(self.tokens)[0]

    @functools.cached_property
    def unmatched(self):
        """The token of a bracket without a partner, or None."""
        return match_brackets(self.tokens)[1]

    @functools.cached_property
    def _outline(self):
        outline = Outline(self)
        if self.unmatched is None:
            outline.scope('namespace', 0, len(self.tokens))
        return outline

    @property
    def functions(self):
        return self._outline.functions

    @property
    def declarations(self):
        return self._outline.declarations

    def includes(self):
        """(line, quote, name)"""
        for each in self.directives:
            if each.name == 'include' and (match := re.match(r'([<"])([^>"]+)[>"]', each.rest)):
                yield each.line, match[1], match[2]

    def top_level(self, begin, end):
        """The tokens of a declaration, each bracket with its content as one: '()', '[]', '{}'; without
        the template's parameters and without attributes."""
        return [token for _, token in self.top_level_numbered(begin, end)]

    def top_level_numbered(self, begin, end):
        """(token number, token as in top_level)"""
        result = []
        i = begin
        while i < end:
            token = self.tokens[i]
            if token == 'template' and self.tokens[i + 1] == '<':
                i = self.after_angles(i + 1)
                continue
            if token in ATTRIBUTES:
                i = self.partners[i + 1] + 1
                continue
            if token in PAIRS:
                if token != '[' or self.tokens[i + 1] != '[':
                    result.append((i, token + PAIRS[token]))
                i = self.partners[i] + 1
                continue
            result.append((i, token))
            i += 1
        return result

    def after_angles(self, i):
        depth = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token in PAIRS:
                i = self.partners[i]
            depth += {'<': 1, '>': -1}.get(token, 0)
            i += 1
            if depth == 0:
                break
        return i


def lex(text):
    tokens, lines, directives = [], [], []
    line = 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == 'newline':
            line += 1
            continue
        token = match.group()
        if kind in ('word', 'number', 'punctuation'):
            tokens.append(token)
            lines.append(line)
            continue
        if kind == 'directive':
            begin = line + match.group('before').count('\n')
            directives.append(Directive(begin, line + token.count('\n'), *directive_parts(token)))
        elif kind != 'comment':
            tokens.append("''" if kind == 'char' else '""')
            lines.append(line)
        line += token.count('\n')
    return tokens, lines, directives


def directive_parts(token):
    """The name of a directive, and the rest."""
    plain = re.sub(r'/\*.*?\*/', ' ', token.replace('\\\n', ''), flags=re.S)
    return re.match(r'\s*#\s*(\w*)\s*(.*?)\s*$', plain, re.S).groups()


def match_brackets(tokens):
    """Opening bracket -> closing bracket, as numbers of tokens, and the first bracket without a partner."""
    partners, waiting = {}, []
    for i, token in enumerate(tokens):
        if token in PAIRS:
            waiting.append(i)
        elif token in (')', ']', '}'):
            if not waiting or PAIRS[tokens[waiting[-1]]] != token:
                return partners, i
            partners[waiting.pop()] = i
    return partners, waiting[-1] if waiting else None


class Outline:
    """Walks through namespaces and classes, and collects functions and declarations. What is within a
    function belongs to it, lambdas and local classes too."""

    def __init__(self, source):
        self.source = source
        self.tokens = source.tokens
        self.functions = []
        self.declarations = []

    def scope(self, kind, i, end):
        begin = i
        while i < end:
            token = self.tokens[i]
            if token == ';':
                if i > begin:
                    self.declarations.append(Declaration(kind, begin, i))
                begin = i = i + 1
            elif token == ':' and self.tokens[i - 1] in ('public', 'protected', 'private'):
                begin = i = i + 1
            elif token == 'template' and self.tokens[i + 1] == '<':
                i = self.source.after_angles(i + 1)
            elif token == '{':
                begin, i = self.braces(begin, i)
            elif token in PAIRS:
                i = self.lambda_or_group(i)
            else:
                i += 1

    def braces(self, begin, i):
        """Skips a brace; returns the beginning of the declaration and the next token."""
        close = self.source.partners[i]
        what = self.what_it_opens(begin, i)
        if what == 'function':
            self.functions.append(Function(begin, i, close))
        elif what in ('namespace', 'class'):
            self.scope(what, i + 1, close)
        elif what == 'value':
            self.expression(i + 1, close)
        if what in ('function', 'namespace'):
            return close + 1, close + 1
        return begin, close + 1

    def what_it_opens(self, begin, i):
        """function, namespace, class, enum or value"""
        head = self.source.top_level(begin, i)
        if 'namespace' in head or head == ['extern', '""']:
            return 'namespace'
        first = next((each for each in head if each not in SPECIFIERS), '')
        is_value = any(each == '=' and head[n - 1] != 'operator' for n, each in enumerate(head))
        if first == 'enum' and '()' not in head:
            return 'enum'
        if first in CLASS_KEYS and not is_value and '()' not in head:
            return 'class'
        if is_value or '()' not in head or self.begins_requirement(i):
            return 'value'
        # Foo(int a) : a_{a} { }: a brace after a name initialises, the one after that is the body.
        initialises = any(each == ':' and n > head.index('()') for n, each in enumerate(head))
        previous = self.tokens[i - 1]
        if initialises and (previous == '>' or previous[0].isalpha() or previous[0] == '_'):
            return 'value'
        return 'function'

    def begins_requirement(self, i):
        """requires { } and requires (parameters) { }, but not the body after `requires (condition)`."""
        if self.tokens[i - 1] == 'requires':
            return True
        if self.tokens[i - 1] != ')':
            return False
        opening = next(n for n in range(i, -1, -1) if self.source.partners.get(n) == i - 1)
        return (self.tokens[opening - 1] == 'requires' and
                self.tokens[opening - 2] in ('requires', '&&', '||', '(', '='))

    def expression(self, i, end):
        """Finds lambdas."""
        while i < end:
            i = self.lambda_or_group(i) if self.tokens[i] in PAIRS else i + 1

    def lambda_or_group(self, i):
        close = self.source.partners[i]
        previous = self.tokens[i - 1] if i > 0 else ''
        is_subscript = previous in (')', ']') or previous[:1].isalnum() or previous[:1] == '_'
        if self.tokens[i] == '[' and self.tokens[i + 1] != '[' and (
                not is_subscript or previous == 'return'):
            body = self.lambda_body(close + 1)
            if body is not None:
                self.functions.append(Function(i, body, self.source.partners[body]))
                return self.source.partners[body] + 1
        self.expression(i + 1, close)
        return close + 1

    def lambda_body(self, i):
        """The brace after [captures], or None if this is not a lambda."""
        if self.tokens[i:i + 1] == ['<']:
            i = self.source.after_angles(i)
        while i < len(self.tokens) and self.tokens[i] != '{':
            if self.tokens[i] in (';', ',', ')', ']', '}', '='):
                return None
            i = self.source.partners[i] + 1 if self.tokens[i] in PAIRS else i + 1
        return i if i < len(self.tokens) else None
