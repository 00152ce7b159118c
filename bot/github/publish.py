"""The plan, performed: one review with what is new, one summary edited in place, one check. Said already is never said again.

A plan says everything it means; what stands on GitHub is compared with it, and only the difference is written.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core import words
from bot.core.markdown import clip, code, mark, marks, without_marks
from bot.github import checks, hiding, pulls, routes, standing
from bot.github.client import Client
from bot.github.errors import Forbidden, Invalid, Lost, NotFound
from bot.github.seal import Identity
from bot.model import Comment, Earlier, PullRequest, Review, Spoken
from bot.ports import Gone

# GitHub refuses a review whole, for one comment, without naming it. Halving finds three bad ones among thirty in this many
# requests; they count towards 80 a minute, so the search ends there and what is left goes to the summary.
ATTEMPTS = 24
BODY_LIMIT = 65_000


async def publish(client: Client, request: PullRequest, review: Review, earlier: Earlier, me: Identity) -> None:
    """Say what is not said yet. Raises Gone when the pull has moved on."""
    await _Publication(client, request, review, earlier, me).perform()


class _Publication:
    def __init__(self, client: Client, request: PullRequest, review: Review, earlier: Earlier, me: Identity) -> None:
        self.client, self.request, self.review, self.earlier, self.me = client, request, review, earlier, me
        known = _unplaced_before(earlier.summary_body, request.head_sha)
        self.unplaced = [c for c in review.comments if c.fingerprint in known]
        self.comments = [c for c in review.comments if c.fingerprint not in known]
        self.attempts = 0

    async def perform(self) -> None:
        if self._checked() and (not self._to_say() or (self.request.locked and self.me.app_id is not None)):
            return
        locked = await self._look_again()
        heard = not locked and (not self._to_say() or await self._say_all())
        if self.me.app_id is None:
            if not heard:
                raise Gone("forbidden")
        elif not self._checked():
            await checks.complete(self.client, self.request, self.review.check, self.earlier, self.me)

    def _checked(self) -> bool:
        return self.me.app_id is None or checks.stands(self.review.check, self.earlier)

    def _to_say(self) -> bool:
        return bool(self.comments or self.review.retire or self._summary_differs())

    async def _look_again(self) -> bool:
        """The last look before the first write: whether the pull is locked by now. Raises Gone when it has moved on.

        What was said since the first look is said: another process may have had this job, and died or lost it to us. What this
        look does not show may only not have reached the server that we asked.
        """
        now, earlier = await standing.again(self.client, self.request, self.me)
        before = self.earlier
        said = self._said_since(earlier)
        self.comments = [c for c in self.comments if c.fingerprint not in said]
        if earlier.summary_id is None:
            earlier = replace(earlier, summary_id=before.summary_id, summary_body=before.summary_body)
        if earlier.check_id is None:
            earlier = replace(
                earlier, check_id=before.check_id, check_status=before.check_status, check_digest=before.check_digest
            )
        self.earlier = earlier
        return now.locked

    async def _say_all(self) -> bool:
        """False when we may not speak here (a lock, a permission not granted); the check's annotations then say it all."""
        try:
            await self._restore()
            if self.comments:
                await self._post_review()
            if self._summary_differs():
                await self._write_summary(self.earlier.summary_id)
            await self._retire()
        except Forbidden:
            return False
        return True

    # --- comments of ours that stand ------------------------------------------------------------------------------------

    async def _retire(self) -> None:
        gone = [s for s in self.review.retire if await self._edit(routes.REVIEW_COMMENT, s.comment_id, s.body)]
        await hiding.hide(self.client, [s.node_id for s in gone])

    async def _restore(self) -> None:
        """A finding that is back where we said it before is said by that comment again, as long as nobody has touched it. (What
        was dismissed was answered, and so is what is taken back.)"""
        idle = {s.fingerprint: s for s in self.earlier.retired if not s.resolved and (s.kept or not s.answered)}
        back: list[Spoken] = []
        for comment in self.comments:
            spoken = idle.get(comment.fingerprint)
            there = spoken is not None and (spoken.path, spoken.line) == (comment.path, comment.line)
            if spoken and there and await self._edit(routes.REVIEW_COMMENT, spoken.comment_id, comment.body):
                back.append(spoken)
        self.comments = [c for c in self.comments if c.fingerprint not in {s.fingerprint for s in back}]
        await hiding.show(self.client, [s.node_id for s in back])

    # --- the review -----------------------------------------------------------------------------------------------------

    async def _post_review(self) -> None:
        queue: list[Sequence[Comment]] = [self.comments]
        cleared = looked = checked = False
        while queue:
            batch = queue.pop(0)
            if self.attempts == ATTEMPTS:
                self.unplaced += batch
                continue
            try:
                await self._post(batch)
            except Invalid as error:
                if error.says("pending review") and not cleared:
                    cleared = True
                    await self._delete_pending()
                    queue.insert(0, batch)
                    continue
                if not checked:
                    checked = True
                    await pulls.again(self.client, self.request)  # a push in this very moment is refused in the same way
                if half := len(batch) // 2:
                    queue[:0] = [batch[:half], batch[half:]]
                else:
                    self.unplaced += batch
            except Lost:
                if looked:
                    raise
                looked = True
                posted = await self._posted()
                rest = [c for c in batch if c.fingerprint not in posted]
                queue[:0] = [rest] if rest else []

    async def _post(self, comments: Sequence[Comment]) -> None:
        self.attempts += 1
        body = self.review.body if len(comments) == len(self.review.comments) else words.review(comments)
        entries = [self._entry(c) for c in comments]
        data = {"commit_id": self.request.head_sha, "event": "COMMENT", "body": body, "comments": entries}
        await self.client.create(routes.REVIEWS, routes.values(self.request.pull), data)

    async def _posted(self) -> set[str]:
        """The fingerprints that have been said since we looked first."""
        await self.client.sleep(checks.SETTLE)
        return self._said_since(await standing.look(self.client, self.request, self.me))

    def _said_since(self, now: Earlier) -> set[str]:
        before = {s.comment_id for s in self.earlier.spoken}
        return {s.fingerprint for s in now.spoken if s.comment_id not in before}

    async def _delete_pending(self) -> None:
        """A pending review of ours blocks all others; only its author ever sees one, so those listed are ours."""
        where = routes.values(self.request.pull)
        for page in range(1, 11):
            found = await self.client.get(routes.REVIEWS_PAGE, where | {"per_page": "100", "page": str(page)})
            for one in found:
                if one.get("state") == "PENDING":
                    await self.client.remove(routes.REVIEW, where | {"review": str(one["id"])})
            if len(found) < 100:
                return

    # --- the summary ----------------------------------------------------------------------------------------------------

    def _summary(self) -> str:
        if not self.unplaced:
            return self.review.summary
        names = mark("unplaced", head=self.request.head_sha, fp=",".join(sorted(c.fingerprint for c in self.unplaced)))
        said = [words.UNPLACED, *(f"{code(f'{c.path}:{c.line}', 200)}\n\n{without_marks(c.body)}" for c in self.unplaced)]
        return clip("\n\n".join([self.review.summary, *said]), names, limit=BODY_LIMIT, notice=words.CUT)

    def _summary_differs(self) -> bool:
        if self.review.quiet and self.earlier.summary_id is None:
            return False
        return standing.same(self._summary()) != standing.same(self.earlier.summary_body)

    async def _write_summary(self, number: int | None) -> None:
        body = self._summary()
        if number is not None and await self._edit(routes.ISSUE_COMMENT, number, body):
            return
        try:
            await self._create_summary(body)
        except Lost:
            await self.client.sleep(checks.SETTLE)
            now = await standing.look(self.client, self.request, self.me)
            if now.summary_id is None or now.summary_id == number:
                await self._create_summary(body)
            elif standing.same(now.summary_body) != standing.same(body):
                await self._edit(routes.ISSUE_COMMENT, now.summary_id, body)

    async def _create_summary(self, body: str) -> None:
        await self.client.create(routes.ISSUE_COMMENTS, routes.values(self.request.pull), {"body": self._sealed(body)})

    async def _edit(self, route: str, number: int, body: str) -> bool:
        """Whether the comment is there to be edited. The same edit twice is the same, so a lost answer only asks for another."""
        where = routes.values(self.request.pull) | {"comment": str(number)}
        data = {"body": self._sealed(body)}
        try:
            try:
                await self.client.update(route, where, data)
            except Lost:
                await self.client.sleep(checks.SETTLE)
                await self.client.update(route, where, data)
        except NotFound:
            return False
        return True

    # --- how a comment is posted ----------------------------------------------------------------------------------------

    def _sealed(self, body: str) -> str:
        return self.me.seal.close(body, self.request.pull)

    def _entry(self, comment: Comment) -> dict[str, str | int]:
        body, side = self._sealed(comment.body), comment.side.value
        entry: dict[str, str | int] = {"path": comment.path, "body": body, "line": comment.line, "side": side}
        if comment.start_line is not None:
            entry |= {"start_line": comment.start_line, "start_side": side}
        return entry


def _unplaced_before(summary: str, head: str) -> set[str]:
    """What GitHub refused to place at this head. At another head it is worth another try."""
    named = [m.fields.get("fp", "") for m in marks(summary) if m.kind == "unplaced" and m.fields.get("head") == head]
    return {fingerprint for names in named for fingerprint in names.split(",") if fingerprint}
