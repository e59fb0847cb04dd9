"""The schedule behind a log: its family, its lengths and its rates, found from the rows alone."""

from lrplot.identification.identified import Identified as Identified
from lrplot.identification.identified import Near as Near
from lrplot.identification.identify import identify as identify
from lrplot.identification.of_log import IdentifiedLog as IdentifiedLog
from lrplot.identification.of_log import identify_log as identify_log
