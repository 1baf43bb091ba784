"""Waits for a program that prints a line when it is ready."""
import time


def await_line(process, output, line, seconds):
    """Until `line` is a whole line of `output()`. A process that ends before is an error, with what it has printed."""
    end = time.monotonic() + seconds
    while True:
        code = process.poll()
        text = output()
        if f"\n{line}\n" in f"\n{text}":
            return
        if code is not None:
            raise RuntimeError(f"{process.args} ended with {code}: {text[-2000:]}")
        if time.monotonic() > end:
            raise TimeoutError(f"{process.args} did not print {line!r} within {seconds} s: {text[-2000:]}")
        time.sleep(0.05)
