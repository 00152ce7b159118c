"""The story: one review, from a job to a published plan."""

from bot.core.binaries import accompany
from bot.core.compose import compose
from bot.core.dismissed import keep_back
from bot.core.fingerprint import stamp
from bot.core.grounding import ground
from bot.core.languages import Languages
from bot.core.reconcile import reconcile
from bot.core.select import by_content, by_path
from bot.core.suppress import suppress
from bot.core.verdict import conclude
from bot.model import Job, Outcome, Rulebook
from bot.ports import Analyst, Forge, Gone, Memory


async def review(
    job: Job,
    forge: Forge,
    analyst: Analyst,
    rulebook: Rulebook,
    languages: Languages,
    docs: str = "",
    memory: Memory | None = None,
) -> Outcome:
    """Look at the changed test files of one pull request and say what was found.

    Running it again for the same head says nothing new. Raises `ports.Later` when the forge asks us to come back.
    `docs` is the address under which our rules' pages stand; without one, comments link to none. Without a `memory` nothing was
    ever dismissed.
    """
    try:
        request = await forge.pull(job)
        changed, unlisted = await forge.changes(request)

        candidates, passed = by_path(changed, languages)
        reading = await forge.read(request, candidates)
        tests, unread = by_content(candidates, reading, languages)
        sources = accompany(tests, changed, reading, languages)
        earlier = await forge.begin(request, reading.earlier)

        scan = await analyst.scan(sources)
        found, shadow = stamp(scan.hits, rulebook)
        grounded = ground(found, sources)
        dismissals = await memory.dismissals(request.pull) if memory else ()
        heard = keep_back(suppress(grounded.kept, sources, rulebook), dismissals)
        skipped = (*unlisted, *passed, *unread, *scan.skipped, *grounded.doubts)

        delta = reconcile(heard.findings, earlier, sources, skipped)
        verdict = conclude(heard.findings, skipped)
        plan = compose(request, delta, verdict, sources, skipped, rulebook, heard, docs)

        await forge.publish(request, plan, earlier)
    except Gone as gone:
        return Outcome(job, ended=gone.reason)
    return Outcome(job, "reviewed", plan, sources, shadow, grounded.dropped)
