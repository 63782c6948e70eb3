"""config.startup: the garbage collector rests while a program is loaded."""

import gc

from config.startup import loading


def test_the_garbage_collector_rests_and_works_again() -> None:
    """Also when loading fails."""
    try:
        with loading():
            assert not gc.isenabled()
            raise ImportError
    except ImportError:
        assert gc.isenabled()
    finally:
        gc.unfreeze()
