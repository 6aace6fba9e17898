#!/usr/bin/env bash
# The real players and servers that tests and benches measure against, from Debian.
# As root it installs what is missing; otherwise it says what is missing and how to get it.
# It always ends with 0: a test whose part is missing is skipped and names the part.
set -u

# program : Debian package that brings it : what it is for
parts="
ffprobe:ffmpeg:decodes what viewers get
chromium:chromium:plays HLS with hls.js, shows the console
nginx:nginx-light:the reference of the HLS benches
srt-live-transmit:srt-tools:a real SRT sender
tv_validate_file:xmltv-util:checks the guide
mpv:mpv:a real player
vlc:vlc-bin vlc-plugin-base:a real player
"

missing_packages=""
missing_lines=""
look() {
    missing_packages=""
    missing_lines=""
    while IFS=: read -r program package purpose; do
        [ -n "$program" ] || continue
        PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 && continue
        missing_packages="$missing_packages $package"
        missing_lines="$missing_lines
    $program (Debian package $package): $purpose"
    done <<<"$parts"
    if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        missing_packages="$missing_packages python3-venv"
        missing_lines="$missing_lines
    ensurepip (Debian package python3-venv): makes the virtual environment"
    fi
}

tell() {
    {
        echo "======================================================================"
        echo "REAL PARTS ARE MISSING; the tests that need them will be SKIPPED:$missing_lines"
        echo
        echo "$1"
        echo "    apt-get install --no-install-recommends$missing_packages"
        echo "======================================================================"
    } >&2
}

look
[ -n "$missing_packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    tell "This is no Debian; find the same programs in your own distribution. On Debian:"
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    tell "Only root can install them. As root:"
    exit 0
fi

echo "Installing real parts from Debian:$missing_packages" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
made_policy=""
trap 'rm -f "$log"; [ -z "$made_policy" ] || rm -f "$policy"' EXIT
# nginx starts itself when installed; a bench wants its own on a free port, so starting is forbidden meanwhile.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
fi
# shellcheck disable=SC2086 - a list of package names
{ apt-get -q update && apt-get -q install -y --no-install-recommends $missing_packages; } >"$log" 2>&1

look
if [ -n "$missing_packages" ]; then
    tail -n 15 "$log" >&2
    tell "apt-get could not bring them (its last words stand above). Try again:"
else
    echo "All real parts are there." >&2
fi
exit 0
