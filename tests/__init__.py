"""Everything that is tried out. Bytecode is kept, as the Makefile has it, also for who comes without `make` where Python was told to keep none.

Three workers, and each process that a test, a fault or a bench starts, compiled every module anew: 9 seconds of processor, where 4 do.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
