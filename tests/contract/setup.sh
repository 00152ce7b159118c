#!/bin/sh
# Fetches GitHub's own descriptions of its REST and GraphQL APIs, against which the tests check what the bot sends, and payloads
# that GitHub has sent.
# They come from the npm registry, are never committed, and their absence skips those checks: the reason is left in REASON.
set -u
cd "$(dirname "$0")/../.."
home=.testwarden/contract
openapi=23.0.2
graphql=15.26.1
examples=7.6.1
stamp="openapi $openapi, graphql $graphql, examples $examples"

[ "$(cat "$home/VERSIONS" 2>/dev/null)" = "$stamp" ] && exit 0
rm -rf "$home" && mkdir -p "$home"

give_up() {
    echo "$1" >"$home/REASON"
    echo "The checks against GitHub's API descriptions will be skipped: $1." >&2
    exit 0
}

# fetch PACKAGE FILE TARGET: one file out of a package; unpacked whole they take 385 MB.
fetch() {
    archive=$(cd "$home" && npm pack --silent --ignore-scripts --fetch-retries=1 --fetch-timeout=60000 "$1" 2>>npm.log) || give_up "npm could not fetch $1"
    tar -xzf "$home/$archive" -C "$home" "package/$2" || give_up "$1 holds no $2"
    mv "$home/package/$2" "$home/$3"
    rm -rf "$home/package" "${home:?}/$archive"
}

command -v npm >/dev/null || give_up "npm is not installed"
fetch "@octokit/openapi@$openapi" generated/api.github.com.json openapi.json
fetch "@octokit/graphql-schema@$graphql" schema.graphql schema.graphql
fetch "@octokit/webhooks-examples@$examples" api.github.com/index.json webhooks.json
rm -f "$home/npm.log"
echo "$stamp" >"$home/VERSIONS"
