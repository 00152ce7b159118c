"""What happens to the repository and to the App's installation: nothing is lost, and nothing said twice."""

from bot.sandbox import payloads
from tests.stories.scenes import CLEAN, TLS, TLS_MOVED

HERE = "tests/test_status.py:5"
SAID = {HERE: "ctrl-tls-nonlocal"}


async def test_a_renamed_repository_is_the_one_it_was(story):
    pull = await story.open({"tests/test_status.py": TLS})
    await pull.reply("hubot", "/fp a host of ours", to=HERE)
    assert await story.bot.hears(payloads.renamed(story.repository, "parcels")) == "ignored: action-renamed"
    assert await pull.push({"tests/test_status.py": TLS_MOVED}) == "reviewed"
    assert (pull.inline, pull.reviews, len(pull.summaries), pull.conclusion) == (SAID, 1, 1, "success")


async def test_a_repository_that_moved_to_another_owner_is_the_one_it_was(story):
    pull = await story.open({"tests/test_status.py": TLS})
    owner = f"{story.repository.owner.login}-new"
    story.github.repository(f"{owner}/other", {"README.md": "# other\n"})  # the App is installed there, too
    assert await story.bot.hears(payloads.transferred(story.repository, owner)) == "ignored: action-transferred"
    assert await pull.push({"tests/test_status.py": TLS_MOVED}) == "reviewed"
    assert (pull.inline, pull.reviews, len(pull.summaries), pull.conclusion) == (SAID, 1, 1, "failure")


async def test_while_the_app_is_suspended_nothing_is_said_and_then_all_of_it(story):
    pull = await story.open({"tests/test_status.py": CLEAN})
    world = story.github.world
    installation = world.installation_of(story.repository.owner.login)
    installation.suspended_at = world.stamp()
    await story.bot.is_told(payloads.installation(world, installation, "suspend"))
    assert await pull.push({"tests/test_status.py": TLS}) == "suspended"
    assert pull.inline == {}
    installation.suspended_at = None
    assert await story.bot.hears(payloads.installation(world, installation, "unsuspend")) == "ignored: action-unsuspend"
    assert await pull.hears("synchronize") == "reviewed"
    assert (pull.inline, pull.conclusion) == (SAID, "failure")
