"""Background work and time have one place each; everything else asks there."""

import ast

from support.tree import modules

PRODUCT = "tui"

THREADS_MAY_START = {
    "ivscope/workspace/jobs.py": "the device",
    "ivscope/provider/fetch/scheduler.py": "calls of the fetcher, which is below the device",
    "ivscope/provider/fetch/connection.py": "in a process beside the explorer, which has no device",
    "ivscope/endpoint/server.py": "a service of its own",
}

TIMERS_MAY_BE_SET = {
    "ivscope/ui/app.py": "hands the toolkit's timers to the device",
    "ivscope/ui/driver.py": "its thread tells the application that the terminal is gone",
    "ivscope/ui/key_by_key.py": "part of how keys come in, below everything that has jobs",
}

TIME_MAY_BE_ASKED = {"ivscope/domain/clock.py": "the clock"}

THREADS = {"Thread", "Timer", "ThreadPoolExecutor", "run_worker", "create_task", "to_thread"}
TIMERS = {"set_timer", "set_interval", "call_later", "call_from_thread"}
TIME = {"monotonic", "perf_counter", "sleep", "time", "time_ns", "utcnow", "now", "today"}
TIME_MODULES = {"time", "datetime", "date"}


def _trees():
    for path, tree in modules(PRODUCT):
        yield path.relative_to(PRODUCT).as_posix(), tree


def _name(node):
    """The last part of what is called or decorates: `Thread` of `threading.Thread(...)`."""
    node = getattr(node, "func", node)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_threads_and_workers_are_started_by_the_device_and_the_fetcher_only():
    started = [
        f"{path}:{node.lineno}"
        for path, tree in _trees()
        if path not in THREADS_MAY_START
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and _name(node) in THREADS)
        or (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and "work" in map(_name, node.decorator_list)
        )
    ]
    assert started == []


def test_timers_of_the_toolkit_are_set_by_the_device_only():
    named = [
        f"{path}:{node.lineno} {node.attr}"
        for path, tree in _trees()
        if path not in TIMERS_MAY_BE_SET
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in TIMERS
    ]
    assert named == []


def test_the_machine_is_asked_for_the_time_in_one_place():
    asked = []
    for path, tree in _trees():
        if path in TIME_MAY_BE_ASKED or path.startswith("ivscope/endpoint/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                asked.append(f"{path}:{node.lineno} from time import")
            if isinstance(node, ast.Import) and "time" in {alias.name for alias in node.names}:
                asked.append(f"{path}:{node.lineno} import time")
            if isinstance(node, ast.Attribute) and node.attr in TIME:
                module = getattr(node.value, "id", "")
                asked += [f"{path}:{node.lineno} {module}.{node.attr}"] * (module in TIME_MODULES)
    assert asked == []


def test_what_is_allowed_to_start_threads_or_timers_is_still_there():
    paths = {path for path, _ in _trees()}
    assert {*THREADS_MAY_START, *TIMERS_MAY_BE_SET, *TIME_MAY_BE_ASKED} <= paths
