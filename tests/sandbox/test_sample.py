"""The sandbox's pull request holds what it is meant to show, and its fix takes it away."""

from bot.core.specimens import github_token
from bot.sandbox import StandIn


def test_the_pull_request_and_its_fix() -> None:
    github = StandIn()
    pull = github.load_sample()
    texts = {file.path: file.patch or "" for file in pull.files()}
    assert sorted(texts) == [
        "README.md",
        "parcels/client.py",
        "tests/e2e/setup.sh",
        "tests/test_follow.py",
        "tests/test_labels.py",
    ]
    planted = (github_token("sandbox"), "verify=False", "time.sleep(0.5)", "7d1f4c1e-52b3-4f0e-9a53-0c2f6d1b8e47")
    assert all(text in texts["tests/test_follow.py"] for text in planted)
    assert "| bash" in texts["tests/e2e/setup.sh"]
    assert pull.repository.collaborators == {"mona": "write", "hubot": "maintain"}
    sample = github.pages.sample
    assert sample is not None
    pull.push(sample.fix)
    fixed = {file.path: file.patch or "" for file in pull.files()}
    assert not any(text in fixed["tests/test_follow.py"] for text in planted[:2])
    assert "| bash" not in fixed["tests/e2e/setup.sh"]
    compile("".join(line[1:] + "\n" for line in fixed["tests/test_follow.py"].split("\n")[1:]), "test_follow.py", "exec")
