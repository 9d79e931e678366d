"""Training: the compiled epoch, and the one function that trains.

Importing `engine` or `train` imports TensorFlow; the web process never does.
"""

import os

# TensorFlow reads this while it is imported; its remarks about the processor
# and about missing graphics cards are of no use to somebody who trains.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Off by default on processors without the newest instructions, where its
# convolutions are twice as fast too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
