"""The named questions about what a test sends to the world, and about what it would break there."""

import re

from bot.core.environment import SECRET
from bot.core.hosts import host_of, is_remote
from bot.core.peers import hosts
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

_READS_SECRET = re.compile(
    rf"(?:environ|getenv|process\.env|\bENV\b|GetEnvironmentVariable|os\.Getenv|\$\{{?)"
    rf"[\[(.\"'{{ ]*(?:get|fetch)?[(\[\"' ]*(?:{SECRET})"
)
_LABELLED = re.compile(
    r"(?:^|[.-])(?:test|tests|testing|stage|staging|sandbox|sbx|dev|develop|qa|uat|demo|mock|local|preprod|nonprod|canary|int|ci|e2e|example|playground|httpbin"
    r"|echo|reqres|jsonplaceholder|badssl|webhook|requestbin|pipedream|beeceptor|mockapi|mocky)\d*(?:[.-]|$)|httpbin|postman-echo|reqres\.in|typicode"
)
_LIVE = re.compile(
    r"(?:^|[.-])(?:prod|production|live|www|api|app|admin|console|portal)\d*(?:[.-]|$)|[/_-](?:prod|production|live)(?:[/_-]|$)"
)
_WRITES_STORE = re.compile(
    r"\b(?:put_object|delete_objects?|upload_\w+|delete_\w+|put_item|batch_write\w*|update_item|send_message|publish|truncate|drop\w*|flush\w*|insert\w*|remove\w*"
    r"|deleteMany|deleteOne|insertOne|updateOne|PutObject|DeleteObject\w*|PutItem|DeleteItem|SendMessage|Publish|upload\w*|putObject|deleteObject\w*|sendMessage|save)\s*\(|"
    r"(?:Put|Delete|Upload|Send|Publish)\w*Command\(|\b(?:DELETE FROM|INSERT INTO|UPDATE|DROP|TRUNCATE)\b"
)
_EMULATED = re.compile(
    r"\bmoto\b|mock_(?:aws|s3|sqs|sns|dynamodb)|localstack|EMULATOR_HOST|fakes3|\bminio\b|[tT]estcontainers|aws-sdk-client-mock|Stubber\(|LocalStack|azurite|fake-gcs"
    r"|dynamodb-local|\bmock\w*\b|\bstub\w*\b|[mM]ockito|\bfakes?\b",
    re.IGNORECASE,
)
_TEST_TARGET = re.compile(
    r"(?:assert|if|unless|raise|throw|require|expect|guard|fail|exit|skip)\b[^\n]*(?:test|localhost|127\.0\.0\.1|loopback|\blocal\b|\bci\b|allow|confirm|danger)",
    re.IGNORECASE,
)


@predicate("reads-secret")
def reads_secret(scene: Scene, text: str) -> bool:
    """The file reads a CI or cloud secret from the environment."""
    return stands(_READS_SECRET, scene.text)


@predicate("speaks-to-world")
def speaks_to_world(scene: Scene, text: str) -> bool:
    """The file names a host that is public or a company's own."""
    return any(is_remote(h) for h in hosts(scene.text) if h)


@predicate("live-host")
def live_host(scene: Scene, text: str) -> bool:
    """A host in the text is one that people use: a public name labelled live, production, www, api or app, and none of a
    test's or a sandbox's."""
    named = [h for h in ([*hosts(text)] or [host_of(text)]) if h and is_remote(h)]
    return bool(named) and not any(_LABELLED.search(h) for h in named) and bool(_LIVE.search(" ".join([*named, text])))


@predicate("writes-store")
def writes_store(scene: Scene, text: str) -> bool:
    """The file changes what a store or a queue holds."""
    return stands(_WRITES_STORE, scene.text)


@predicate("emulated")
def emulated(scene: Scene, text: str) -> bool:
    """The file brings an emulator or a mock for the service it speaks to."""
    return stands(_EMULATED, scene.text)


@predicate("target-checked")
def target_checked(scene: Scene, text: str) -> bool:
    """Where the match stands, something asks whether the target is a test's own."""
    return bool(_TEST_TARGET.search(scene.scope))


_SECRET_VARIABLE = re.compile(
    r"\$\{?\w*(?:SECRET|PASSW|TOKEN|API_?KEY|ACCESS_KEY|CREDENTIAL)|\b\w*(?:SECRET|PASSWORD|TOKEN|ACCESS_KEY)\w*=", re.IGNORECASE
)


@predicate("holds-secret-variable")
def holds_secret_variable(scene: Scene, text: str) -> bool:
    """The script holds a variable with a secret's name, so that a trace of it would show one."""
    return stands(_SECRET_VARIABLE, scene.text)
