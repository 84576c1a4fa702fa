"""What the thread that reads the terminal does beside the UI thread."""

import os
import threading
from types import SimpleNamespace

from ivscope.ui.driver import PlainApp, QuickDriver


def test_keys_are_counted_by_the_thread_that_reads_them_while_the_app_is_at_work():
    """So that long work on the UI thread can end for them."""
    read_end, write_end = os.pipe()
    app = object.__new__(PlainApp)
    app.call_later = lambda *_: True
    driver, taken = object.__new__(QuickDriver), []
    driver._app, driver._debug, driver.fileno = app, False, read_end
    driver.exit_event, driver._terminal = threading.Event(), SimpleNamespace(is_muted=False)
    driver.process_message = taken.append
    os.write(write_end, b"jk")
    os.close(write_end)
    driver.run_input_thread()
    os.close(read_end)
    assert len(taken) == 2
    assert app.typed == 2
