"""A module of one's own, ready to be hooked."""

from interpogate import Interpogate
from nets import SmallNet

model = SmallNet()
interp = Interpogate(model)

# Place the cursor below this line and insert a hook from the graph.
