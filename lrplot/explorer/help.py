"""The explorer's help screen."""

from typing import Final

HELP: Final = """\
lrplot explore: see what a learning-rate schedule does while you change it

Parameters
  up, down        select one                 left, right        less, more
  shift+left, shift+right   a tenth of that  space              the next choice
  enter, or a digit         type a value: 0.05, 300, 5 epochs, 10%
  backspace       back to the default, or to what the run gives
  mouse           drag a slider; click a choice for the next one, a value to type
  Dim values are not written in the spec: defaults, or what follows the run.

Curves
  a  add one from the catalogue   c  copy the chosen one   d  take it away
  n  choose the next one          tab  to the list (wide terminals) and back

Chart
  l  linear or log        m  momentum      s  expected loss (noisy quadratic model)
  [ ]  cursor by a column       { }  by a step      g  go to a step: 1234, 30%
  mouse  click or drag in the chart

Results
  w  save the chosen curve as a spec      W  all curves in one spec
  e  export code: PyTorch, Keras, Transformers, Optax, YAML
  p  PNG of all curves

  u  undo     ctrl+r  redo     ?  this page     q  quit
"""
