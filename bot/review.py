"""The story: one review, from a job to a published plan."""

from bot.configure import configure
from bot.core.allowed import allow
from bot.core.binaries import accompany
from bot.core.compose import compose
from bot.core.dismissed import keep_back
from bot.core.echoes import without_echoes
from bot.core.exempt import exempt, in_doubt
from bot.core.familiar import familiar
from bot.core.fingerprint import stamp
from bot.core.grounding import ground
from bot.core.in_force import passed_over
from bot.core.languages import Languages
from bot.core.norm import lower
from bot.core.product import relate
from bot.core.proposal import announce
from bot.core.recognise import recognise
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
    today: str,
    docs: str = "",
    memory: Memory | None = None,
) -> Outcome:
    """Look at the changed test files of one pull request and say what was found.

    Running it again for the same head says nothing new. Raises `ports.Later` when the forge asks us to come back.
    `today` is an ISO date, by which expires what the configuration allows. `docs` is the address under which our rules' pages
    stand; without one, comments link to none. Without a `memory` nothing was ever dismissed.
    """
    try:
        request = await forge.pull(job)
        settled = await configure(forge, request, rulebook)
        changed, unlisted = await forge.changes(request)

        mine = languages.including(settled.config.tests_include)
        asked, kept_out = exempt(changed, request, settled.config, mine)
        candidates, passed = by_path(asked, mine)
        reading = await forge.read(request, candidates)
        tests, unread = by_content(candidates, reading, mine)
        sources = relate(accompany(tests, asked, reading, mine), asked, mine)
        earlier = reading.earlier
        if not familiar(sources, rulebook, earlier):
            earlier = await forge.begin(request, earlier)

        scan = await analyst.scan(sources)
        found, shadow = stamp(scan.hits, rulebook, settled.config)
        grounded = ground(lower(without_echoes(found), settled.config), sources)
        known = recognise(grounded.kept, earlier)
        dismissals = await memory.dismissals(request.pull) if memory else ()
        heard = keep_back(allow(suppress(known, sources, rulebook), settled.config, today), dismissals)
        doubts = (*grounded.doubts, *in_doubt(sources, settled))
        skipped = (*unlisted, *kept_out, *passed, *unread, *scan.skipped, *doubts)

        notices = announce(settled.proposed, changed)
        delta = reconcile(
            heard.findings,
            earlier,
            sources,
            skipped,
            changed,
            whole=not unlisted,
            notices=notices,
            suppressed=heard.suppressed,
        )
        verdict = conclude(delta.findings, skipped)
        plan = compose(request, delta, verdict, sources, skipped, rulebook, heard, docs, settled)

        await forge.publish(request, plan, earlier)
    except Gone as gone:
        return Outcome(job, ended=gone.reason)
    return Outcome(job, passed_over(settled.config, request) or "reviewed", plan, sources, shadow, grounded.dropped)
