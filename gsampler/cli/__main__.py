"""``python -m gsampler.cli`` is ``gsampler``."""

import sys

from gsampler.cli import main

sys.exit(main())
