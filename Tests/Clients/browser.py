"""A headless Chromium, driven over the DevTools protocol.

Only what the console's tests need: open a page, run script in it, press keys, take a picture, and hold every error that
a page reports against it.
"""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket


def find():
    """The path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


class Browser:
    """One browser process; `with Browser() as browser:` ends it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="martlet-browser-")
        self.log = open(os.path.join(self.folder, "stderr"), "w+")
        self.process = subprocess.Popen(
            [
                find(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-extensions", "--remote-debugging-port=0", "--remote-allow-origins=*",
                "--force-color-profile=srgb", f"--user-data-dir={self.folder}/profile", "about:blank",
            ],
            stderr=self.log, stdout=subprocess.DEVNULL,
        )
        port_file = os.path.join(self.folder, "profile", "DevToolsActivePort")
        deadline = time.monotonic() + 30
        while not (os.path.exists(port_file) and open(port_file).read().count("\n") >= 1):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.log.seek(0)
                raise RuntimeError("the browser did not start: " + self.log.read()[-2000:])
            time.sleep(0.05)
        self.port = int(open(port_file).read().split("\n")[0])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def page(self, **options):
        """A new page with cookies and settings of its own."""
        return Page(self.port, **options)


class Page:
    """One tab. `problems` holds every console error, uncaught exception, refused resource and failed request."""

    def __init__(self, port, width=1440, height=900, language="en-US", dark=False, replaced=None):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        target = json.load(urllib.request.urlopen(request))
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=30)
        self.number = 0
        self.problems = []
        self.events = []
        self.replaced = replaced or {}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Network.clearBrowserCookies")
        if self.replaced:
            self.send("Fetch.enable", patterns=[{"urlPattern": f"*/{name}"} for name in self.replaced])
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ])
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)
        self.send("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def send(self, method, **parameters):
        """Calls a method of the protocol and returns its answer."""
        self.number += 1
        number = self.number
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message.get("result", {})
            self.take(message)

    def take(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        self.events.append(method)
        if method == "Fetch.requestPaused":
            self.replace(parameters)
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append("console: " + " ".join(str(one.get("value")) for one in parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            entry = parameters["entry"]
            self.problems.append(f"log: {entry['text']} {entry.get('url', '')}")
        elif method == "Network.loadingFailed" and not parameters.get("canceled"):
            self.problems.append("network: " + parameters["errorText"])

    def replace(self, parameters):
        name = parameters["request"]["url"].rsplit("/", 1)[-1]
        with open(self.replaced[name], "rb") as file:
            body = base64.b64encode(file.read()).decode()
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": "Fetch.fulfillRequest", "params": {
            "requestId": parameters["requestId"], "responseCode": 200, "body": body,
            "responseHeaders": [{"name": "Content-Type", "value": kind}],
        }}))

    def wait_for(self, expression, seconds=20):
        """Waits until the script `expression` is true in the page."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.evaluate(expression):
                    return
            except RuntimeError:
                pass
            time.sleep(0.03)
        raise AssertionError(f"did not become true on {self.evaluate('location.href')}: {expression}")

    def open(self, address):
        """Opens `address` and waits until its scripts have run."""
        self.send("Page.navigate", url=address)
        self.wait_for(f"location.href !== 'about:blank' && document.readyState === 'complete'")

    def evaluate(self, expression):
        """The value of a script in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "script failed"))
        return answer["result"].get("value")

    def press(self, key, code=None, text=None, modifiers=0):
        """Presses and releases one key, as a keyboard does."""
        virtual = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}.get(key, ord(key[0].upper()) if len(key) == 1 else 0)
        text = text if text is not None else {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        shared = {"key": key, "code": code or key, "windowsVirtualKeyCode": virtual, "modifiers": modifiers}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        self.send("Input.dispatchKeyEvent", type="keyUp", **shared)

    def type(self, text):
        """Writes `text` where the focus is."""
        self.send("Input.insertText", text=text)

    def picture(self, path, whole=True):
        """Saves what the page shows, to its end when `whole`."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))

    def close(self):
        self.socket.close()
