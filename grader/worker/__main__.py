"""Start the zygote: `python -I -m grader.worker CONTROL_FD`."""

import sys

from grader.worker.zygote import main

main(int(sys.argv[1]))
