"""An editor process like the real one, whose workers are `fake_worker.py`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[3]
    sys.path.insert(0, str(root / "python_backend"))
    from interpogate.editor.__main__ import main

    sys.exit(main([sys.executable, str(Path(__file__).with_name("fake_worker.py"))]))
