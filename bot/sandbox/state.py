"""The state of the stand-in: everything GitHub would remember, with a builder's methods for tests and samples.

repository = world.repository("acme/rocket", {"src/app.py": "print('hi')\\n"})
pull = repository.open_pull({"tests/test_app.py": "def test(): ...\\n"}, author="mona")
pull.push({"tests/test_app.py": None})       # a new head; None deletes a file
"""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.core.manifest import PERMISSIONS
from bot.sandbox.git import Changes
from bot.sandbox.limits import Limits
from bot.sandbox.people import Account, App, Installation, Token, token_value
from bot.sandbox.repository import Repository

TOKEN_LIFETIME = timedelta(hours=1)


class World:
    """Accounts, the app, installations, repositories. Ids are unique over all kinds, so that mixing two up is found."""

    def __init__(self) -> None:
        self._ids = itertools.count(1001)
        self.accounts: dict[str, Account] = {}
        self.installations: dict[int, Installation] = {}
        self.repositories: dict[int, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.url = ""
        self.web = ""
        self.limits = Limits()
        self.manifest_codes: dict[str, App] = {}
        self.app = self.new_app("testwarden")

    # --- clock and names ------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def next_id(self) -> int:
        return next(self._ids)

    # --- people ---------------------------------------------------------------------------------------------------------

    def account(self, login: str, type_: str = "User") -> Account:
        """The account of that login, made when it is new."""
        if login not in self.accounts:
            self.accounts[login] = Account(self.next_id(), login, type_)
        return self.accounts[login]

    def new_app(self, slug: str) -> App:
        """Another app, with its own bot account; `world.app` is the one under test."""
        bot = self.account(f"{slug}[bot]", "Bot")
        return App(self.next_id(), slug, self.account("octo-org", "Organization"), bot, created_at=self.stamp())

    def install(
        self, owner: str, permissions: Mapping[str, str] = PERMISSIONS, *, selected: bool = False, type_: str = "Organization"
    ) -> Installation:
        """Install the app on an account. `selected`: repositories made afterwards are out of its reach until added."""
        account = self.account(owner, type_)
        found = Installation(self.next_id(), self.app, account, dict(permissions), self.stamp(), set() if selected else None)
        self.installations[found.id] = found
        return found

    def installation_of(self, owner: str) -> Installation | None:
        return next((found for found in self.installations.values() if found.account.login.lower() == owner.lower()), None)

    # --- repositories ---------------------------------------------------------------------------------------------------

    def repository(self, full_name: str, files: Changes | None = None, *, private: bool = False) -> Repository:
        """A new repository with a first commit, the app installed on its owner (once) with the usual permissions."""
        owner, name = full_name.split("/")
        if self.installation_of(owner) is None:
            self.install(owner)
        made = Repository(self, self.next_id(), self.account(owner, "Organization"), name, private=private)
        made.commit(files if files is not None else {"README.md": f"# {name}\n"}, message="Initial commit")
        self.repositories[made.id] = made
        return made

    def find(self, owner: str, name: str) -> tuple[Repository | None, bool]:
        """The repository of that name, and whether it has moved: found under a former name only."""
        wanted = f"{owner}/{name}".lower()
        for repository in self.repositories.values():
            if repository.full_name.lower() == wanted:
                return repository, False
        for repository in self.repositories.values():
            if wanted in repository.former_names:
                return repository, True
        return None, False

    def reachable(self, installation: Installation) -> list[Repository]:
        return [
            repository
            for repository in self.repositories.values()
            if repository.owner.id == installation.account.id
            and (installation.repositories is None or repository.id in installation.repositories)
        ]

    # --- tokens ---------------------------------------------------------------------------------------------------------

    def mint(self, installation: Installation, permissions: Mapping[str, str], repositories: set[int] | None) -> Token:
        token = Token(token_value(installation.app), installation, dict(permissions), repositories, self.now() + TOKEN_LIFETIME)
        self.tokens[token.value] = token
        return token

    def expire_tokens(self) -> None:
        """As if an hour had passed: every token handed out so far is refused from now on."""
        for token in self.tokens.values():
            token.expires_at = self.now() - timedelta(seconds=1)
