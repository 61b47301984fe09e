"""What every client test shares: a runner for functions named test_*, and raw HTTP.

A test file is run as a program with MLFLOW_TRACKING_URI naming a server. Each test function is run, its outcome is
printed, and the exit status is 1 when one failed.
"""

import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.request
import uuid

SERVER = os.environ.get("MLFLOW_TRACKING_URI", "")


def unique(prefix):
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def http(method, path, body=None, headers=None, raw=False):
    """Sends one request; returns status, headers and the body, as JSON where it is JSON."""
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    request = urllib.request.Request(SERVER + path, data=data, method=method, headers=dict(headers or {}))
    if data is not None and not request.has_header("Content-type"):
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            status, got, content = response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        status, got, content = error.code, error.headers, error.read()
    if raw or "json" not in (got.get("Content-Type") or ""):
        return status, got, content
    return status, got, json.loads(content)


def refused(action, code=None, text=None):
    """Runs an action of the client that the server must refuse; returns the exception."""
    from mlflow.exceptions import MlflowException

    try:
        action()
    except MlflowException as error:
        if code is not None:
            assert error.error_code == code, f"expected {code}, got {error.error_code}: {error}"
        if text is not None:
            assert text in str(error), f"expected '{text}' in: {error}"
        return error
    raise AssertionError("the server accepted what it must refuse")


def main(names):
    """Runs the tests among `names`; arguments of the program choose some by name."""
    chosen = set(sys.argv[1:])
    failed = 0
    for name, test in sorted(names.items(), key=lambda item: getattr(item[1], "__code__", main.__code__).co_firstlineno):
        if not name.startswith("test_") or (chosen and name not in chosen):
            continue
        start = time.time()
        try:
            test()
            print(f"ok      {name} ({time.time() - start:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
