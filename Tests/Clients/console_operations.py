"""The overview, data, features, pipelines, quality, retraining and alerts of a real server in a real browser.

Beside MLFLOW_TRACKING_URI it needs MARTLET_BINARY and MARTLET_WORKSPACE, whose server this is: a source `sales` with 12
rows in quarantine, a pipeline `nightly` that loads it, a live endpoint `price`. With MARTLET_SCREENSHOTS, a folder, it leaves
pictures there.
"""

import json
import os
import subprocess
import time

import browser
import harness
from harness import SERVER, http

PAGES = [
    "/console", "/console/indicators", "/console/data", "/console/data/sales", "/console/features",
    "/console/features/areas", "/console/quality", "/console/retraining", "/console/retraining/weekly", "/console/alerts",
    "/console/pipelines", "/console/objectives",
]


def look(**options):
    """A page of a browser that ends with the test run."""
    if not hasattr(look, "browser"):
        look.browser = browser.Browser().__enter__()
    return look.browser.page(**options)


def click(page, selector, then):
    """Presses what `selector` finds, and waits for the page on which `then` is true."""
    page.evaluate(f"document.querySelector({selector!r}).click()")
    page.wait_for(f"document.readyState === 'complete' && ({then})")


def predict(number):
    body = {"inputs": [{"features": {"area": 60.5 + number, "floor": 4}}], "unit": f"u{number}"}
    status, _, answer = http("POST", "/v1/endpoints/price/predict", body)
    assert status == 200, answer
    return answer["request_id"]


def test_a_every_page_loads_in_both_languages_dark_and_narrow():
    for number in range(40):
        request = predict(number)
        if number % 4 == 0:
            event = {"id": f"c{number}", "kind": "contract", "unit": f"u{number}", "endpoint": "price", "amount": 250.0}
            assert http("POST", "/v1/interactions", event)[0] == 200
            outcome = {"id": f"o{number}", "endpoint": "price", "request_id": request, "value": 180.0 + number}
            assert http("POST", "/v1/outcomes", outcome)[0] == 200
    deadline = time.monotonic() + 30
    while http("GET", "/v1/overview")[2]["business"] == [] or http("GET", "/v1/quality")[2]["versions"] == []:
        assert time.monotonic() < deadline, "no look at live traffic"
        time.sleep(0.2)
    for name, options in (
        ("en", {}), ("ko", {"language": "ko-KR,ko;q=0.9"}), ("dark", {"dark": True}), ("narrow", {"width": 420}),
    ):
        page = look(**options)
        for address in PAGES:
            page.open(SERVER + address)
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, f"{address} has no single heading"
            text = page.evaluate("document.body.innerText")
            assert "{{" not in text and "undefined" not in text, f"{address}: {text[:400]}"
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} pixels wider than the window {options}"
            assert not page.problems, f"{address} {options}: {page.problems}"
            if folder := os.environ.get("MARTLET_SCREENSHOTS"):
                page.picture(f"{folder}/{address.strip('/').replace('/', '_')}-{name}.png")
        page.close()


def test_b_the_overview_tells_what_waits_and_what_the_endpoint_is_worth():
    page = look()
    page.open(SERVER + "/console")
    text = page.evaluate("document.querySelector('[data-business=price]').innerText")
    assert "40" in text and "10" in text and "25.0 %" in text and "250" in text, text
    rows = page.evaluate("[...document.querySelectorAll('#overview-live tbody a.row-link')].map(one => one.innerText)")
    assert "sales" in rows, rows
    assert not page.problems, page.problems
    page.close()
    told = json.loads(command("status", "--json"))
    assert [item["name"] for item in told["waiting"] if item["kind"] == "held"] == ["sales"], told
    assert told["endpoints"] == ["price"] and "12 rows" in command("status"), told
    indicators = json.loads(command("indicators", "--json"))
    assert indicators == http("GET", "/v1/indicators")[2] and indicators["direct_deployments"] == 1, indicators


def command(*arguments):
    """What the command line writes about the same workspace, while the server runs."""
    program = [os.environ["MARTLET_BINARY"], *arguments, "--workspace", os.environ["MARTLET_WORKSPACE"]]
    return subprocess.run(program, check=True, capture_output=True, text=True, timeout=60).stdout


def test_bb_a_press_on_a_heading_sorts_the_rows_and_a_second_one_turns_them_around():
    page = look()
    page.open(SERVER + "/console/objectives")
    column = "[...document.querySelectorAll('table.list tbody tr')].map(row => row.cells[0].innerText)"
    before = page.evaluate(column)
    assert len(before) > 1, before
    heading = "document.querySelector('table.list th button.sortable')"
    page.evaluate(f"{heading}.focus()")
    orders = []
    for sort in ("ascending", "descending"):
        page.press("Enter")
        page.wait_for(f"{heading}.parentElement.getAttribute('aria-sort') === '{sort}'")
        orders.append(page.evaluate(column))
    assert sorted(orders[0]) == sorted(before) and orders[0] != orders[1], orders
    assert not page.problems, page.problems
    page.close()


def test_c_the_sections_are_reached_by_keyboard():
    page = look()
    page.open(SERVER + "/console")
    for key, path in (("d", "/console/data"), ("q", "/console/quality"), ("e", "/console/experiments"), ("o", "/console")):
        page.press("g")
        page.press(key)
        page.wait_for(f"location.pathname === '{path}' && document.readyState === 'complete'")
    page.close()


def test_d_rows_in_quarantine_are_tried_and_discarded_from_the_page():
    page = look()
    page.open(SERVER + "/console/data")
    click(page, "tr[data-source=sales] a", "location.pathname.endsWith('/sales')")
    assert page.evaluate("document.querySelectorAll('.held tbody tr').length") == 12
    assert page.evaluate("document.querySelector('.held tbody').innerText").count("many") == 12
    page.evaluate("document.getElementById('by').value = 'ada'")
    click(page, "button[value=try]", "location.search.includes('notice=try')")
    notice = page.evaluate("document.querySelector('.notice.good').innerText")
    assert notice.startswith("Of 12 rows, 0 would be taken in") and "12 would stay" in notice, notice
    page.evaluate("document.querySelector('button[value=discard]').click()")
    page.wait_for("document.readyState === 'complete' && document.body.innerText.includes('needs a reason')")
    page.open(SERVER + "/console/data/sales")
    page.evaluate("document.getElementById('reason').value = 'test lines of the vendor'")
    click(page, "button[value=discard]", "location.search.includes('notice=discard')")
    assert "12 rows are discarded." in page.evaluate("document.body.innerText")
    assert "Nothing is in quarantine." in page.evaluate("document.body.innerText")
    page.open(SERVER + "/console/ledger")
    assert "test lines of the vendor" in page.evaluate("document.body.innerText")
    status, _, told = http("GET", "/v1/sources/sales")
    assert status == 200 and told["held"] == [] and told["source"]["held"] == 0, told
    page.close()


def test_e_a_pipeline_is_run_from_its_page():
    page = look()
    page.open(SERVER + "/console/pipelines")
    click(page, ".action-cell button", "location.pathname.startsWith('/console/jobs/')")
    assert "The job waits for its turn." in page.evaluate("document.body.innerText")
    page.wait_for("document.querySelector('h1 .badge').innerText === 'Succeeded'", seconds=60)
    assert page.evaluate("document.querySelector('button[value=cancel]')") is None
    assert not page.problems, page.problems
    page.close()


if __name__ == "__main__":
    try:
        harness.main(globals())
    finally:
        if hasattr(look, "browser"):
            look.browser.__exit__()
