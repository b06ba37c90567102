# What the scripts share: finding a Python, making .venv and filling it, and the checkers of JavaScript.
# Sourced, never run.
# Written for bash 3.2 as well, which is what macOS ships.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv=${PIXIMI_VENV:-$root/.venv}
python=$venv/bin/python
javascript=$root/tests/javascript
# Free space asked for before an installation, in megabytes: what is unpacked and what is
# downloaded for a moment beside it.
needed_cpu=4000
needed_gpu=9000

# Stop with one sentence: the caller can mend this (exit 2).
refuse() {
    printf '%s\n' "$*" >&2
    exit 2
}

say() { printf '%s\n' "$*"; }

offline() { [ "${PIXIMI_OFFLINE:-}" = 1 ]; }

# The first uv on the PATH that really runs; empty without one. A shim may exist and fail.
find_uv() {
    local candidate
    while IFS= read -r candidate; do
        if "$candidate" --version >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done <<EOL
$(type -aP uv || true)
EOL
}

# probe_python CANDIDATE MODULE...: prints "ok<TAB>path" or "no<TAB>reason"; fails when it does not run.
# The path is that of the interpreter itself, not of a shim or of a virtual environment around it.
probe_python() {
    local candidate=$1
    shift
    "$candidate" -c '
import importlib.util, os, platform, struct, sys

name = "{} is Python {}".format(sys.executable, platform.python_version())
system, machine = platform.system(), platform.machine().lower()
reason = ""
if sys.version_info[:2] not in ((3, 11), (3, 12)):
    reason = name
elif struct.calcsize("P") != 8:
    reason = name + " for 32 bit"
elif system == "Darwin" and machine != "arm64":
    reason = name + " for Intel Macs, for which there is no TensorFlow"
elif system not in ("Linux", "Darwin"):
    reason = name + " for " + system
else:
    missing = [module for module in sys.argv[1:] if importlib.util.find_spec(module) is None]
    if missing:
        reason = name + " without its " + " and ".join(missing)
path = getattr(sys, "_base_executable", None) or sys.executable
sys.stdout.write("no\t" + reason + "\n" if reason else "ok\t" + path + "\n")
' "$@" 2>/dev/null
}

# find_python MODULE...: the first Python 3.11 or 3.12 that runs and has the modules. Prints its path,
# or fails and prints what was found instead.
find_python() {
    local name candidate answer seen=""
    for name in ${PIXIMI_PYTHON:+"$PIXIMI_PYTHON"} python3.12 python3.11 python3 python; do
        while IFS= read -r candidate; do
            [ -n "$candidate" ] || continue
            answer=$(probe_python "$candidate" "$@") || continue
            case $answer in
            ok*)
                printf '%s\n' "${answer#*	}"
                return
                ;;
            no*)
                case $seen in
                *"${answer#*	}"*) ;;
                *) seen="${seen:+$seen, }${answer#*	}" ;;
                esac
                ;;
            esac
        done <<EOL
$(type -aP "$name" || true)
EOL
    done
    printf '%s\n' "${seen:-no Python that runs}"
    return 1
}

has_nvidia() { nvidia-smi >/dev/null 2>&1; }

# check_space FOLDER MEGABYTES
check_space() {
    local free
    free=$(df -Pk "$1" | awk 'NR == 2 { print int($(NF - 2) / 1024) }')
    if [ "$free" -lt "$2" ]; then
        refuse "The disk of $1 has $free MB free and the installation needs about $2 MB: make room or move the checkout, then run this again."
    fi
}

# Make .venv when it is absent, broken or of another Python.
make_venv() {
    local uv=$1 found
    if [ -x "$python" ] && probe_python "$python" >/dev/null; then
        case $(probe_python "$python") in ok*) return ;; esac
    fi
    if [ -n "$uv" ]; then
        if ! found=$(find_python); then
            if offline; then
                refuse "Piximi Dashboard needs Python 3.11 or 3.12 (found: $found), and PIXIMI_OFFLINE=1 forbids fetching one."
            fi
            say "Fetching Python 3.12 (found here: $found)."
            found=3.12
        fi
        "$uv" venv --quiet --clear --python "$found" "$venv" 2>"$log" ||
            explain "Python 3.12 could not be set up"
    else
        if ! found=$(find_python venv ensurepip); then
            refuse "Piximi Dashboard needs Python 3.11 or 3.12 with venv (found: $found): install one of them, or install uv, which fetches it."
        fi
        "$found" -m venv --clear "$venv" 2>"$log" >&2 || explain "$found could not make a virtual environment"
    fi
}

# explain WHAT: one sentence about the failure that $log describes, then stop.
explain() {
    local why="the reason is in $log"
    if grep -qiE 'no space left|disk quota' "$log"; then
        why="the disk is full; make room and run this again"
    elif grep -qiE 'dns error|name resolution|error sending request|failed to (fetch|connect)|connection (refused|error|broken|reset)|unreachable|timed out|connecttimeout|could not find a version' "$log"; then
        why="the server to fetch from could not be reached; check the network or the proxy and run this again (details in $log)"
    elif grep -qiE 'permission denied|read-only file system' "$log"; then
        why="this user may not write there (details in $log)"
    fi
    refuse "$1: $why."
}

# Pass on the lines that show progress; everything goes into $log.
progress() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
        Downloading* | *' Downloading '* | ' Downloaded'* | Prepared* | Installed* | Resolved* | Building* | 'Installing collected'*) say "  ${line#"${line%%[! ]*}"}" | cut -c 1-100 ;;
        esac
    done
}

# install_part UV STAMP SIZE REQUIREMENTS...: install pinned files unless the stamp says they already are.
# The stamp is a copy of the files, so that comparing it needs no hashing tool.
install_part() {
    local uv=$1 stamp=$venv/.installed-$2 size=$3 space=$needed_cpu
    shift 3
    cat "$@" | cmp -s - "$stamp" && return
    if offline; then
        refuse "The Python packages of this version are not installed in $venv, and PIXIMI_OFFLINE=1 forbids fetching them: run scripts/setup once without it."
    fi
    rm -f "$stamp"
    case $stamp in *-gpu) space=$needed_gpu ;; *-dev) space=500 ;; esac
    check_space "$root" "$space"
    say "Installing $size into $venv"
    local arguments=() file
    for file in "$@"; do arguments+=(-r "$file"); done
    if [ -n "$uv" ]; then
        "$uv" pip install --python "$python" "${arguments[@]}" 2>&1 | progress ||
            explain "The packages could not be installed"
    else
        "$python" -m pip install --no-input --progress-bar off "${arguments[@]}" 2>&1 | progress ||
            explain "The packages could not be installed"
    fi
    cat "$@" >"$stamp"
}

# Why the checkers of JavaScript cannot run; nothing where they can, as the lock file says.
javascript_trouble() {
    if ! node --version >/dev/null 2>&1 || ! npm --version >/dev/null 2>&1; then
        say "npm is not on the PATH"
    elif ! cmp -s "$javascript/package-lock.json" "$javascript/node_modules/.installed"; then
        say "its packages are not installed (scripts/setup --dev)"
    fi
}

# Install the checkers of JavaScript where npm is there; everything else does without them.
install_javascript() {
    [ "$(javascript_trouble)" != "" ] || return 0
    npm --version >/dev/null 2>&1 || return 0
    offline && return
    say "Installing the checkers of JavaScript (about 40 MB) into $javascript/node_modules"
    if (cd "$javascript" && npm ci --no-progress >"$log" 2>&1); then
        cat "$javascript/package-lock.json" >"$javascript/node_modules/.installed"
    elif [ "${CI:-}" = true ]; then
        explain "The checkers of JavaScript could not be installed"
    else
        say "They could not be installed, so JavaScript is not checked: $(sed -n '$p' "$log")"
    fi
}

# prepare [dev]: .venv as the requirements files say. $want_gpu is auto, yes or no.
prepare() {
    local uv
    cd "$root"
    log=${TMPDIR:-/tmp}/piximi-setup-$$.log
    : >"$log"
    uv=
    [ "${PIXIMI_NO_UV:-}" = 1 ] || uv=$(find_uv)
    if ! [ -d "$venv" ]; then check_space "$root" "$needed_cpu"; fi
    make_venv "$uv"
    install_part "$uv" base "Piximi Dashboard's packages (about 3 GB on disk, a few minutes)" requirements.txt
    if [ "${1:-}" = dev ]; then
        install_part "$uv" dev "the tools for tests (about 200 MB)" requirements-dev.txt
        install_javascript
    fi
    if [ "${want_gpu:-auto}" = yes ] || { [ "${want_gpu:-auto}" = auto ] && [ "$(uname -s)" = Linux ] && has_nvidia; }; then
        install_part "$uv" gpu "the NVIDIA libraries for the GPU found here (about 4 GB more; --cpu leaves them out)" requirements-gpu.txt
    fi
    rm -f "$log"
}
