"""The places of things on the explorer's screen, as Textual's CSS."""

from typing import Final

WIDE: Final = 110
"""Columns from which on the list of curves stands beside the chart; the chart has half of them."""
BROAD: Final = 150
"""Columns from which on names and sliders have all the room they can use."""

CSS: Final = """
Screen { layout: vertical; background: ansi_default; }
#main { height: 1fr; }
#side { width: 34; max-width: 50%; }
#charts { width: 1fr; }
#curves { display: none; width: 22; margin-right: 1; }
.-wide #curves, .-broad #curves { display: block; }
.-wide #side { width: 36; }
.-broad #curves { width: 30; }
.-broad #side { width: 48; }
#side { scrollbar-size-vertical: 1; margin-left: 1; }
#parameters { height: auto; }
ChartView { height: 2fr; }
#momentum, #loss { height: 1fr; min-height: 6; display: none; }
#findings { height: auto; max-height: 2; }
.-wide #findings, .-broad #findings { max-height: 5; }
#values, #status { height: 1; }
#values, #findings, #status, OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
Ask, Sure, Pick, Page { align: center middle; background: transparent; }
.box { width: 72; max-width: 96%; height: auto; padding: 0 1; border: round ansi_blue; }
.box { background: ansi_default; }
.tall { height: 90%; }
.page { width: 96%; height: 96%; }
.tall OptionList { height: 1fr; border: none; padding: 0; }
.box Input { border: none; height: 1; padding: 0; margin: 1 0; }
.foot { height: 1; }
.ascii .box { border: ascii ansi_blue; }
.ascii Static, .ascii OptionList { text-overflow: clip; }
.ascii #side, .ascii VerticalScroll, .ascii OptionList { scrollbar-size-vertical: 0; }
"""
