"""``python -m bedside`` is the command ``bedside``; the program's other processes start here too."""

import sys

from bedside import children

if children.is_child(sys.argv[1:]):
    children.run(sys.argv[1:])
else:
    from bedside.cli import main

    main()
