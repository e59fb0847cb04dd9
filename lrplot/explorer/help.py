"""The explorer's help screen."""

from typing import Final

HELP: Final = """\
Parameters
  up, down            select one
  left, right         less, more; with shift a tenth of that
  enter, or a digit   type a value: 0.05, 300, 5 epochs, 10%
  space               the next choice
  backspace           the default, or what the run gives
  mouse               drag a slider, click a choice or a value
  A milestone is taken away by backspace; [60, 80] puts two in its place.
  Dim values are not in the spec: defaults, or what follows the run.

Curves
  a   add a schedule from the catalogue
  c   copy the chosen one, to change it beside the other
  d   take the chosen one away
  n   choose the next; in a wide terminal also tab and the list

Chart
  l   linear or logarithmic
  m   momentum
  s   expected loss on the noisy quadratic model (a guide, no promise);
      runs of more than 2,000 steps are gone through in 2,000
  [ ] cursor by a column      { } by a step
  g   go to a step: 1234, 30%, 5 epochs, last
  mouse   click or drag

Results
  w   save the chosen curve as a spec      W   all curves in one
  e   export as PyTorch, Keras, Transformers, Optax, timm, MMEngine, Paddle,
      Composer, DeepSpeed or YAML
  p   PNG of all curves

  u   undo    ctrl+r   redo    ?   this page    q   quit
"""
