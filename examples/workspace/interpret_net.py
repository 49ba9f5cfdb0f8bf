"""A module of one's own, ready to be hooked: put the cursor on the last line and insert a hook."""

from interpogate import Interpogate
from nets import SmallNet

model = SmallNet()
interp = Interpogate(model)

