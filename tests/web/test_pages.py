"""What people and machines read."""

import re
from html import unescape
from urllib.parse import parse_qs

import pytest

from bot.web.pages import prose


async def test_the_process_is_up(server):
    status, text, _ = await server.get("/healthz")
    assert (status, text) == (200, "up\n")


async def test_ready_says_why_not(server):
    status, text, _ = await server.get("/readyz")
    assert (status, text) == (200, '{"ready": true, "reasons": []}')
    server.troubles = ["the store does not answer", "rule tls-off fails its self-test"]
    status, text, _ = await server.get("/readyz")
    assert (status, text) == (
        503,
        '{"ready": false, "reasons": ["the store does not answer", "rule tls-off fails its self-test"]}',
    )
    assert (await server.get("/healthz"))[0] == 200


async def test_metrics_are_prometheus_text(server):
    await server.post({}, X_GitHub_Event="ping")
    status, text, headers = await server.get("/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'testwarden_deliveries_total{event="ping",outcome="ignored"} 1.0' in text
    assert 'testwarden_ignored_total{reason="event-ping"} 1.0' in text


async def test_the_start_page_says_what_this_is_and_lists_the_rules(server):
    status, text, headers = await server.get("/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "reviews the test code of pull requests for security" in text
    assert "<code>/webhook</code>" in text
    assert '<a href="/rules/tls-off"><code>tls-off</code></a> TLS verification off for &lt;public&gt; host' in text
    assert "Rulebook digest123456" in text


async def test_the_set_up_page_leads_to_githubs_form_for_this_very_server(server):
    status, text, _ = await server.get("/setup")
    assert status == 200
    (form,) = re.findall(r'href="(https://github\.com/settings/apps/new\?[^"]+)"', text)
    assert parse_qs(unescape(form))["webhook_url"] == [f"{server.url}/webhook"]
    assert f"<code>{server.url}/webhook</code>" in text
    assert "<li><code>pull_requests</code>: write</li>" in text
    assert "<li><code>merge_group</code></li>" in text


@pytest.mark.parametrize("host", ['"><script>alert(1)</script>', "a.example/x?", "user@a.example", "x" * 300])
async def test_whatever_a_browser_says_of_our_name_is_no_address(server, host):
    async with server.session.get(f"{server.url}/setup", headers={"Host": host}) as answer:
        text = await answer.text()
    assert (answer.status, "https://YOUR-SERVER/webhook" in text, "<script>" in text) == (200, True, False)


async def test_a_rules_page_is_the_rule(server):
    status, text, _ = await server.get("/rules/tls-off")
    assert status == 200
    assert "<h1>TLS verification off for &lt;public&gt; host</h1>" in text
    assert "<code>…</code> talks to … &amp; believes anybody." in text
    assert "Whoever sits between reads the token." in text
    assert "<code>testwarden: allow tls-off REASON</code>" in text
    assert "verify=False)  # &lt;script&gt;alert(1)&lt;/script&gt;</pre>" in text
    assert "Line 2. Second line." in text
    assert "Line 1, not found yet. The dict is elsewhere." in text
    assert '<a href="https://cwe.mitre.org/data/definitions/295.html"' in text
    assert "<script>" not in text


async def test_a_measured_rule_says_how_quiet_it_is(server):
    _, text, _ = await server.get("/rules/tls-off")
    assert "<p>On 480 ordinary commits of open repositories it spoke in 2 (2026-11-22, at <code>0a1b2c3</code>).</p>" in text


async def test_a_rule_that_no_comment_silences_says_so(server):
    _, text, _ = await server.get("/rules/leak")
    assert "No comment in the code silences this rule in the pull that adds it." in text
    assert "testwarden: allow" not in text


@pytest.mark.parametrize("path", ["/rules/none", "/rules/..%2f..%2fetc", "/rules/%3Cscript%3E"])
async def test_an_unknown_rule_is_a_plain_404(server, path):
    status, text, headers = await server.get(path)
    assert (status, text) == (404, "There is no such rule; the start page lists them all.\n")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_an_unknown_page_is_a_plain_404(server):
    status, text, _ = await server.get("/nothing/here")
    assert (status, text) == (404, "Not Found.\n")


@pytest.mark.parametrize("path", ["/", "/setup", "/rules/tls-off", "/metrics", "/nothing"])
async def test_every_answer_is_closed_to_scripts_and_frames(server, path):
    _, _, headers = await server.get(path)
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] == "testwarden"


def test_prose_escapes_all_but_its_own_code_spans():
    assert prose("<b> & `a<b` {X} `{quote}`") == "&lt;b&gt; &amp; <code>a&lt;b</code> … <code>…</code>."
