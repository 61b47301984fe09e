"""Endpoints, A/B tests and releases of a real server in a real browser.

Beside MLFLOW_TRACKING_URI it needs MARTLET_BINARY and MARTLET_WORKSPACE, whose server this is: the workspace of
`serving.py` with the plan `rollout` for the endpoint `price`. With MARTLET_SCREENSHOTS, a folder, it leaves pictures there.
"""

import os
import subprocess
import threading
import time

import browser
import harness
from harness import SERVER, http


def martlet(*arguments):
    done = subprocess.run(
        [os.environ["MARTLET_BINARY"], *arguments], cwd=os.environ["MARTLET_WORKSPACE"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def predict(unit):
    """One visitor's prediction: its status and the variant that answered."""
    body = {"inputs": [{"features": {"area": 60.5, "floor": 4}}], "unit": unit}
    status, _, answer = http("POST", "/v1/endpoints/price/predict", body)
    return status, answer.get("variant") if isinstance(answer, dict) else None


class Visitors:
    """Visitors in the background who predict, and half of whom sign a contract; `with Visitors():` sends them home."""

    def __enter__(self):
        self.is_over = threading.Event()
        self.failures = []
        self.thread = threading.Thread(target=self.come)
        self.thread.start()
        return self

    def come(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            unit = f"visitor-{number}"
            status, variant = predict(unit)
            if status != 200:
                self.failures.append(status)
            if number % 2 == 0:
                event = {"id": f"c{number}", "kind": "contract", "unit": unit, "endpoint": "price", "amount": 10.0}
                http("POST", "/v1/interactions", event)

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


class World:
    """Two approved versions, the first live; made once."""

    made = None

    @classmethod
    def get(cls):
        cls.made = cls.made or World()
        return cls.made

    def __init__(self):
        martlet("ingest")
        for number in (1, 2):
            martlet("train", "--recipe-file", "recipes/price.yaml")
            martlet("models", "approve", f"price:{number}", "--reason", "a test")
        martlet("deploy", "price", "--model", "price:1")
        for _ in range(100):
            if predict("first")[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError("price:1 did not become live")

    def start(self, kind):
        body = {"plan": "rollout", "version": "price:2", "by": "ada", "reason": "a test"}
        status, _, answer = http("POST", f"/v1/{kind}s", body)
        assert status == 201, answer
        return answer[kind]["id"]


def look(**options):
    """A page of a browser that ends with the test run."""
    if not hasattr(look, "browser"):
        look.browser = browser.Browser().__enter__()
    return look.browser.page(**options)


def keep(page, name):
    if folder := os.environ.get("MARTLET_SCREENSHOTS"):
        page.picture(os.path.join(folder, f"{name}.png"))


def check(addresses):
    """Every page in four guises: no errors, one heading, no wider than the window."""
    for options in ({}, {"dark": True}, {"language": "ko-KR,ko;q=0.9"}, {"width": 420}):
        page = look(**options)
        for address in addresses:
            page.open(SERVER + address)
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, address
            text = page.evaluate("document.body.innerText")
            assert "{{" not in text and "undefined" not in text, f"{address}: {text[:300]}"
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} pixels wider than the window {options}"
            assert not page.problems, f"{address} {options}: {page.problems}"
        page.close()


def decide(page, button):
    """Writes name and reason and presses a button of the form, by keyboard alone."""
    if page.evaluate("document.getElementById('by').value") == "":
        page.evaluate("document.getElementById('by').focus()")
        page.type("ada")
    page.evaluate("document.getElementById('reason').focus()")
    page.type("seen enough")
    for _ in range(6):
        page.press("Tab")
        if page.evaluate(f"document.activeElement.value === '{button}'"):
            break
    assert page.evaluate(f"document.activeElement.value === '{button}'"), "the button cannot be reached by keyboard"
    page.press("Enter")
    page.wait_for("location.href.match(/notice|decision/) && document.readyState === 'complete'")
    assert page.evaluate("location.search") == "?notice=releaseChanged", page.evaluate("document.body.innerText")


def test_an_a_b_test_is_watched_live_and_stopped_by_keyboard():
    world = World.get()
    test = world.start("experiment")
    page = look()
    page.open(f"{SERVER}/console/endpoints/price")
    with Visitors() as visitors:
        # Without a reload the table grows a second variant, and its requests are counted.
        page.wait_for("document.querySelector('tr[data-variant=treatment]') !== null")
        count = "Number(document.querySelector('tr[data-variant=control] td:nth-child(4)').textContent.replace(/,/g, ''))"
        page.wait_for(f"{count} > 20")
        keep(page, "endpoint")
        page.evaluate("window.wasKept = true")
        first = page.evaluate(count)
        page.wait_for(f"{count} > {first + 20}")
        assert page.evaluate("window.wasKept") is True, "the page was loaded anew"
        page.open(f"{SERVER}/console/releases/{test}")
        # The bounds appear by themselves once each side has enough of both outcomes.
        page.wait_for("document.querySelector('svg.band-chart') !== null", seconds=60)
        assert "Units arrive as planned" in page.evaluate("document.body.innerText")
    assert not visitors.failures, visitors.failures
    keep(page, "experiment")
    check([f"/console/releases/{test}", "/console/endpoints", "/console/endpoints/price"])
    # The pages that were checked began without cookies, and with them went this page's.
    page.open(f"{SERVER}/console/releases/{test}")
    decide(page, "abort")
    page.wait_for("document.body.innerText.includes('Ended')")
    assert not page.problems, page.problems
    page.close()


def test_a_release_shows_its_gates_and_is_rolled_back_from_its_page():
    world = World.get()
    for _ in range(100):
        status, _, answer = http("GET", "/v1/experiments")
        if all(one["is_final"] for one in answer["experiments"]):
            break
        time.sleep(0.1)
    release = world.start("release")
    page = look()
    page.open(f"{SERVER}/console/releases/{release}")
    with Visitors() as visitors:
        page.wait_for("document.querySelectorAll('.timeline .gates').length >= 2", seconds=60)
        page.wait_for("document.querySelector('.timeline > .here').innerText.includes('stands by')", seconds=60)
        keep(page, "release")
        decide(page, "abort")
        page.wait_for("document.querySelector('.timeline').innerText.includes('Rolled back')", seconds=30)
        page.wait_for("document.querySelector('h2 .badge').innerText === 'Rolled back'", seconds=30)
    page.open(f"{SERVER}/console/releases/{release}")
    assert "Nothing is left to decide" in page.evaluate("document.body.innerText")
    assert not visitors.failures, visitors.failures
    assert "seen enough" in page.evaluate("document.body.innerText")
    keep(page, "rolled-back")
    check([f"/console/releases/{release}", f"/console/ledger?subject=release:{release}"])
    assert predict("last") == (200, "live")
    page.close()


if __name__ == "__main__":
    try:
        harness.main(globals())
    finally:
        if hasattr(look, "browser"):
            look.browser.__exit__()
