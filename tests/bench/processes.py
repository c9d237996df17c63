"""What a process costs: CPU, wall time and memory of its own, started by one that is smaller than any of them.

The kernel counts for a child's peak memory what its parent had when it was forked.  So children are started by a
helper of a few megabytes: this file, run as a program.
"""

import os
import sys
import time

HELPER = (sys.executable, "-I", "-S", __file__)


def serve():
    """Start what stands on each line of stdin, tabs between arguments; say what it cost."""
    for line in sys.stdin:
        argv = line.rstrip("\n").split("\t")
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            os.execv(argv[0], argv)  # noqa: S606  # without a shell, whose own cost would count
        _, status, usage = os.wait4(child, 0)
        wall = time.monotonic() - began
        cpu = usage.ru_utime + usage.ru_stime
        print(os.waitstatus_to_exitcode(status), cpu, wall, usage.ru_maxrss / 1024, flush=True)


if __name__ == "__main__":
    serve()
