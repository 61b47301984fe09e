"""The console where keys are asked for.

The environment names keys: ROOT_KEY (admin), ADA_KEY (approver) and VERA_KEY (viewer); four eyes are asked for.
"""

import os

import browser
import harness
from harness import SERVER, http, unique


def call(path, body, key="ROOT_KEY"):
    """Asks the tracking interface with a key and returns the answer."""
    headers = {"Authorization": "Bearer " + os.environ[key]}
    status, _, answer = http("POST", "/api/2.0/mlflow" + path, body, headers)
    assert status == 200, f"{path}: {status} {answer}"
    return answer


def version():
    """A version that root registered; the address of its page."""
    run = call("/runs/create", {"experiment_id": "0", "run_name": "r"})["run"]["info"]
    name = unique("price")
    call("/registered-models/create", {"name": name})
    source = f"mlflow-artifacts:/0/{run['run_id']}/artifacts/model"
    call("/model-versions/create", {"name": name, "source": source, "run_id": run["run_id"]})
    return f"/console/models/{name}/versions/1"


def sign_in(page, key):
    """Signs in through the form, by keyboard."""
    page.open(SERVER + "/console/sign-in")
    page.wait_for("document.activeElement.id === 'key'")
    page.type(os.environ[key])
    page.press("Enter")
    page.wait_for("location.pathname === '/console' && document.readyState === 'complete'")


def test_a_stranger_is_sent_to_the_door():
    address = version()
    with browser.Browser() as chromium:
        page = chromium.page()
        for path in ("/", "/console", "/console/ledger", address, address + "/artifacts"):
            page.open(SERVER + path)
            page.wait_for("location.pathname === '/console/sign-in'")
            assert page.evaluate("document.querySelector('.top nav') === null")
        page.wait_for("document.activeElement.id === 'key'")
        page.type("mk_0123456789abcdef_nothing")
        page.press("Enter")
        page.wait_for("document.querySelector('[role=alert]') !== null")
        assert not any("exception" in one for one in page.problems), page.problems
    name = address.split("/")[3]
    http("POST", address + "/decision", b"decision=approve&by=eve", raw=True)
    headers = {"Authorization": "Bearer " + os.environ["ROOT_KEY"]}
    _, _, answer = http("GET", f"/api/2.0/mlflow/model-versions/get?name={name}&version=1", headers=headers)
    tags = {one["key"]: one["value"] for one in answer["model_version"]["tags"]}
    assert tags["martlet.approval_status"] == "PendingManualApproval", tags


def test_decisions_carry_the_account_and_take_its_role():
    address = version()
    with browser.Browser() as chromium:
        page = chromium.page()
        sign_in(page, "VERA_KEY")
        assert page.evaluate("document.querySelector('.sign-out .who').textContent") == "vera"
        page.open(SERVER + address)
        assert page.evaluate("document.querySelector('button[value=approve]') === null")
        page.evaluate("document.querySelector('.sign-out button').click()")
        page.wait_for("location.pathname === '/console/sign-in'")
        page.open(SERVER + address)
        page.wait_for("location.pathname === '/console/sign-in'")
        # Who registered a version does not approve it.
        sign_in(page, "ROOT_KEY")
        page.open(SERVER + address)
        page.evaluate("document.querySelector('button[value=approve]').click()")
        page.wait_for("document.querySelector('.problem') !== null")
        page.open(SERVER + address)
        assert page.evaluate("document.querySelector('.page-head .badge').textContent") == "Pending"
        page.evaluate("document.querySelector('.sign-out button').click()")
        page.wait_for("location.pathname === '/console/sign-in'")
        sign_in(page, "ADA_KEY")
        page.open(SERVER + address)
        assert page.evaluate("document.getElementById('by') === null")
        page.evaluate("document.querySelector('button[value=approve]').click()")
        page.wait_for("document.querySelector('[role=status]') !== null")
        assert page.evaluate("document.querySelector('.page-head .badge').textContent") == "Approved"
        assert page.evaluate("document.querySelector('.decisions .who').textContent") == "ada"
        cookies = page.send("Network.getCookies")["cookies"]
        session = [one for one in cookies if one["name"] == "martlet_session"]
        assert session and session[0]["httpOnly"] and session[0]["sameSite"] == "Lax", cookies
        assert page.evaluate("document.cookie") == ""


def test_a_session_changes_nothing_outside_the_console():
    with browser.Browser() as chromium:
        page = chromium.page()
        sign_in(page, "ROOT_KEY")
        cookie = [one for one in page.send("Network.getCookies")["cookies"] if one["name"] == "martlet_session"][0]
    headers = {"Cookie": "martlet_session=" + cookie["value"]}
    status, _, _ = http("POST", "/api/2.0/mlflow/experiments/create", {"name": unique("x")}, headers)
    assert status == 401, status
    token = "a" * 64
    status, _, _ = http("POST", version() + "/decision", f"decision=reject&reason=x&token={token}".encode(), {
        **headers, "Content-Type": "application/x-www-form-urlencoded",
    }, raw=True)
    assert status == 403, status


if __name__ == "__main__":
    harness.main(globals())
