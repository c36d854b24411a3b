"""Lines, on disk and on the screen. On disk: what the sinks received, one JSON object a line, written
before the sender gets its answer, so that a reader never knows less than the sender does."""
import json
import sys
import threading
import time


def say(line):
    """Prints the line in one piece: several programs share the screen."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class LineLog:
    """Appends to `path`, or keeps the lines in memory only when `path` is None. Thread-safe."""

    def __init__(self, path=None):
        self._file = open(path, "a", encoding="utf-8") if path else None
        self._lock = threading.Lock()
        self._lines = []

    def add(self, line):
        line = {"at": time.time_ns(), **line}
        with self._lock:
            self._lines.append(line)
            if self._file:
                self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
                self._file.flush()

    def all(self):
        with self._lock:
            return list(self._lines)

    def close(self):
        if self._file:
            self._file.close()
