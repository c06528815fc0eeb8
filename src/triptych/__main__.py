"""``python -m triptych`` is ``triptych``."""

from triptych.cli.app import main

main()
