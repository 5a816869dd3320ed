#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# picture.sh TRANSCRIPT: prints a picture (SVG) of a terminal with some steps of the demo: the titles below.
set -euo pipefail

LC_ALL=C exec awk '
  BEGIN {
    shown["One object says who gets what"]
    shown["A Pod pulls a private image with it"]
    shown["A namespace that is created now has its Secret at once"]
    shown["A rotation reaches every copy"]
    columns = 106; cell = 7.8; row = 17; margin = 16; top = 44
  }
  function escaped(text) {
    gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text)
    return text
  }
  # A line that is too long goes on in the next row, as in a terminal.
  function add(text, style) {
    for (; length(text) > columns; text = substr(text, columns + 1)) put(substr(text, 1, columns), style)
    put(text, style)
  }
  function put(text, style) { lines[++count] = text; styles[count] = style }
  previous == "" && $0 != "" { is_shown = $0 in shown; if (is_shown) { add($0, "title"); previous = $0; next } }
  { previous = $0 }
  is_shown && /^# SPDX/ { next }
  is_shown { add($0, /^\$ / ? "command" : "output") }
  END {
    while (lines[count] == "") --count
    width = 2 * margin + columns * cell
    height = top + count * row + margin
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", width, height, width, height
    print "<title>A terminal in which make demo shows what regcred does</title>"
    print "<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;fill:#d0d7de}"
    print ".title{fill:#fff;font-weight:bold}.command{fill:#7ee787}</style>"
    printf "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#0d1117\"/>\n", width, height
    printf "<circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f57\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#febc2e\"/>"
    printf "<circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#28c840\"/><text x=\"84\" y=\"22\">make demo</text>\n"
    for (i = 1; i <= count; ++i) {
      if (lines[i] == "") continue
      printf "<text class=\"%s\" x=\"%d\" y=\"%d\" textLength=\"%.1f\" xml:space=\"preserve\">%s</text>\n", styles[i], margin,
        top + (i - 1) * row + 6, length(lines[i]) * cell, escaped(lines[i])
    }
    print "</svg>"
  }' "$1"
