"""The second story: somebody asks something of us, from the comment to its answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.configure import configure
from bot.core import words_dialogue as words
from bot.core.commands import ALL_ADVICE, Permission, is_fingerprint, may
from bot.model import Command, Dismissal, Job, Outcome, Rulebook, Settled, Spoken, Tier
from bot.ports import Dialogue, Forge, Gone, Memory


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering takes. `look` is the first story; `peek` is the same look, of which nobody is told. `docs` is the address
    under which our rules' pages stand, '' when none is public."""

    forge: Forge
    dialogue: Dialogue
    memory: Memory
    rulebook: Rulebook
    look: Callable[[Job], Awaitable[Outcome]]
    peek: Callable[[Job], Awaitable[Outcome]]
    docs: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command that was let through. `thread`: the findings of the comment that it answers, when that one is ours."""

    job: Job
    command: Command
    settled: Settled
    thread: Sequence[Spoken]


@dataclass(frozen=True, slots=True)
class _Answer:
    """`text` is posted when there is some. `outcome` is the look that was taken, if one was."""

    text: str = ""
    refused: bool = False
    outcome: Outcome | None = None


async def respond(job: Job, command: Command, desk: Desk) -> Outcome:
    """Do what a person asks, if that person may, and say so with as few words as will do.

    Doing it again answers nothing twice. Raises `ports.Later` when the forge asks us to come back.
    """
    pull, place = job.pull, command.place
    try:
        thread = await desk.dialogue.thread_of(pull, place.thread) if place and place.thread and place.is_answer else ()
        if _is_short(command) and not thread:
            return Outcome(job, "not-our-thread")  # other bots know these words, too
        permission = Permission[(await desk.dialogue.permission(pull, command.by)).upper()]
        if not await desk.memory.admit(job, trusted=permission >= Permission.WRITE):
            answer = _Answer(refused=True)
        else:
            if place:
                await desk.dialogue.react(pull, place, "eyes")
            answer = await _answer(job, command, permission, thread, desk)
        if place and answer.text:
            await desk.dialogue.answer(pull, place, answer.text)
        if place:
            await desk.dialogue.react(pull, place, "confused" if answer.refused else "+1")
    except Gone as gone:
        return Outcome(job, gone.reason)
    return replace(answer.outcome or Outcome(job, ""), job=job, ended="refused" if answer.refused else "answered")


async def _answer(job: Job, command: Command, permission: Permission, thread: Sequence[Spoken], desk: Desk) -> _Answer:
    if command.misuse:
        return _no(command.misuse)
    try:
        request = await desk.forge.pull(job)
        settled = await configure(desk.forge, request, desk.rulebook)
    except Gone as gone:
        return _no(words.not_looked(gone.reason))
    config, is_author = settled.config, command.by.casefold() == request.author.casefold()
    refusal = may(command, permission, is_author, config.dismissals_by_author, Permission[config.dismissals_need.upper()])
    if refusal:
        return _no(refusal)
    return await _ACTS[command.verb](_Asked(job, command, settled, thread), desk)


def _is_short(command: Command) -> bool:
    return command.verb in ("dismiss", "restore") and not command.target


def _no(text: str) -> _Answer:
    return _Answer(text, refused=True)


# --- the commands -------------------------------------------------------------------------------------------------------


async def _review(asked: _Asked, desk: Desk) -> _Answer:
    outcome = await desk.look(replace(asked.job, command=None))
    if outcome.ended in ("reviewed", "superseded"):  # superseded: the run of a newer head says it
        return _Answer(outcome=outcome)
    return _no(words.not_looked(outcome.ended))


async def _help(asked: _Asked, desk: Desk) -> _Answer:
    return _Answer(words.help_page())


async def _config(asked: _Asked, desk: Desk) -> _Answer:
    return _Answer(words.settings(asked.settled))


async def _explain(asked: _Asked, desk: Desk) -> _Answer:
    rule = desk.rulebook.rules.get(asked.command.target)
    if rule is None:
        return _no(words.no_such_rule(asked.command.target, tuple(desk.rulebook.rules)))
    return _Answer(words.explanation(rule, desk.docs))


async def _dismiss(asked: _Asked, desk: Desk) -> _Answer:
    if asked.settled.broken:  # who may dismiss what stands there, too
        return _no(words.unknown_settings(asked.settled.broken[0]))
    meant = await _meant(asked, desk)
    if isinstance(meant, _Answer):
        return meant
    command, (targets, number) = asked.command, meant
    for target in targets:
        said = Dismissal(target, command.by, command.reason or words.BUTTON_REASON, command.accepted, number)
        await desk.memory.dismiss(asked.job.pull, said)
    return await _review(asked, desk)


async def _meant(asked: _Asked, desk: Desk) -> tuple[Sequence[str], int] | _Answer:
    """The fingerprints or the rule to keep silent, and the only pull on which to (0: they are in the whole repository).

    A fingerprint is kept whole: who could choose code by its first digits alone would have it dismissed in advance.
    """
    target, here = asked.command.target, asked.job.pull.number
    if not target:
        return [said.fingerprint for said in asked.thread], 0
    if target != ALL_ADVICE and not is_fingerprint(target):
        rule = desk.rulebook.rules.get(target)
        if rule is None:
            return _no(words.no_such_rule(target, tuple(desk.rulebook.rules)))
        return _no(words.one_by_one(target)) if rule.strict else ([target], here)
    seen = await desk.peek(replace(asked.job, command=None))
    if seen.review is None or seen.ended != "reviewed":
        return _no(words.not_looked(seen.ended))
    if target == ALL_ADVICE:
        advice = [f.fingerprint for f in seen.review.findings if f.tier is Tier.CONSIDERATION]
        return (advice, here) if advice else _no(words.NO_ADVICE)
    found = {f.fingerprint for f in (*seen.review.findings, *(s.finding for s in seen.review.suppressed))}
    named = [fingerprint for fingerprint in sorted(found) if fingerprint.startswith(target)]
    if len(named) == 1:
        return named, 0
    return _no(words.AMBIGUOUS if named else words.no_such_finding(target))


async def _restore(asked: _Asked, desk: Desk) -> _Answer:
    target, pull = asked.command.target, asked.job.pull
    dismissed = await desk.memory.dismissals(pull)
    if not target:
        meant = {said.fingerprint for said in asked.thread}
    elif target == ALL_ADVICE:
        meant = {d.target for d in dismissed if d.number and is_fingerprint(d.target)}
    else:
        meant = {d.target for d in dismissed if d.target == target or (is_fingerprint(target) and d.target.startswith(target))}
    restored = [await desk.memory.restore(pull, target) for target in sorted(meant)]
    return await _review(asked, desk) if any(restored) else _no(words.NOT_DISMISSED)


async def _pause(asked: _Asked, desk: Desk) -> _Answer:
    await desk.memory.pause(asked.job.pull, asked.command.by)
    return _Answer()


async def _resume(asked: _Asked, desk: Desk) -> _Answer:
    await desk.memory.resume(asked.job.pull)
    return await _review(asked, desk)


_ACTS: Mapping[str, Callable[[_Asked, Desk], Awaitable[_Answer]]] = {
    "review": _review,
    "help": _help,
    "config": _config,
    "explain": _explain,
    "dismiss": _dismiss,
    "restore": _restore,
    "pause": _pause,
    "resume": _resume,
}
