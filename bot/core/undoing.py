"""Whether what a test changes for the whole process is put back."""

import re

from bot.core.lexical import lex
from bot.core.scene import Scene, stands
from bot.core.subject import decorators

# Context managers and helpers that restore the whole environment, whatever is written inside them.
_WRAPPED = re.compile(
    r"patch\.dict\(\s*['\"]?os\.environ|ClimateControl|with_modified_env|with_env\b|EnvironmentVariableScope|environ_context"
    r"|SystemLambda|withEnvironmentVariable|temporary_env|modified_environ|override_settings"
)
_WHOLE_ENVIRONMENT = re.compile(
    r"process\.env\s*=[^=]|os\.environ\.update\(\s*\w*(?:orig|old|save|prev|backup|copy)|os\.environ\s*=[^=]"
    r"|os\.environ\.clear\(\)|ENV\.replace"
)
_VARIABLE = re.compile(r"(?<=['\"])[A-Z][A-Z0-9_]{3,}(?=['\"=])|\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_LEFT_SIDE = re.compile(r"[^=\n]*?([A-Za-z_$][\w.$:\[\]'\"*()]*?)\s*(?:\+=|:=|=(?![=>]))")
_ATTRIBUTE = re.compile(r"\s*setattr\(\s*[\w.]+\s*,\s*['\"](\w+)['\"]")
_SETTER = re.compile(r"\s*([A-Za-z_][\w.]*)\s*[({]")
_TAKES_AWAY = re.compile(
    r"\b(?:delete|del|unset|pop|Unsetenv|clearProperty|putenv|remove|setattr|delattr|reset\w*|restore\w*|const_set|remove_const"
    r"|patch|monkeypatch|stubEnv|stub_const)\b"
)


def restored(scene: Scene, change: str) -> bool:
    """The file writes the variable, attribute or setter of the change to something else, or takes it away; or the whole
    environment is put back."""
    around = "\n".join([*decorators(scene), scene.scope]) if scene.scope_name else ""
    if _WRAPPED.search(around) or stands(_WHOLE_ENVIRONMENT, scene.text):
        return True
    symbol = _symbol(change)
    return bool(symbol) and _written_otherwise(scene, symbol, _normal(change))


def _written_otherwise(scene: Scene, symbol: str, own: str) -> bool:
    lexed = lex(scene.text, scene.language)
    writes = re.compile(rf"{re.escape(symbol)}['\"]?\s*\]?\s*(?:\+=|-=|=(?![=>])|\(|,)")
    for match in re.finditer(rf"(?<!\w){re.escape(symbol)}(?!\w)", scene.text):
        span = lexed.span_at(match.start())
        begin, end = lexed.statement(match.start())
        other = _normal(scene.text[begin:end])
        if (span and span.comment) or own in other or other in own:
            continue
        if _TAKES_AWAY.search(lexed.code, begin, end) or writes.search(scene.text, match.start(), end):
            return True
    return False


def _symbol(change: str) -> str:
    """The name that a change is made under: an environment variable, else the left side or the attribute that is set, else the
    setter; '' for none."""
    variable = _VARIABLE.search(change)
    if variable:
        return variable.group()
    named = _ATTRIBUTE.match(change) or _LEFT_SIDE.match(change) or _SETTER.match(change)
    return named.group(1) if named else ""


def _normal(code: str) -> str:
    return " ".join(code.split()).rstrip(";")
