"""The understanding of text beside medspaCy's ConText and Rasa's DIET, on the same messages.

`python -m bench.understanding` (`make evaluate COMPARE=1`) makes an environment for each of the two below `.bench/`,
asks them, and prints their figures beside ours. Nothing else in this repository imports what is installed there.
"""
