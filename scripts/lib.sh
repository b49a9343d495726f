# Sourced by the scripts: sets up .venv, and system packages where a script needs them.
# shellcheck shell=bash

export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# The certificates of the system, where a proxy with a CA of its own stands in between.
if [ -z "${PIP_CERT:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    export PIP_CERT=/etc/ssl/certs/ca-certificates.crt
fi

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

NO_PACKAGES="Packages could not be fetched (above is why). Is there a network? Behind a proxy with a certificate of its
own, put that certificate into /usr/local/share/ca-certificates and run update-ca-certificates."

# A supported Python of this machine that has some modules; VOXFRAME_PYTHON names another.
find_python() { # [MODULES]
    local each
    for each in "${VOXFRAME_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$each" ] || continue
        if "$each" -c "import sys, ${1:-os}; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" 2>/dev/null; then
            command -v "$each"
            return
        fi
    done
    return 1
}

# The same with venv, which Debian has in a package of its own.
find_python_with_venv() {
    find_python "venv, ensurepip" && return
    if find_python >/dev/null; then
        install_package "venv" python3-venv "to make .venv" >&2
        find_python "venv, ensurepip" && return
    fi
    die "No Python 3.11, 3.12 or 3.13 with venv was found; on Debian: apt-get install python3 python3-venv"
}

# .venv with pip and uv in the versions of requirements/installer.txt.
install_uv() {
    local python
    case $(uname -m) in
    x86_64 | aarch64) ;;
    *) die "voxframe needs a 64-bit system (x86_64 or aarch64), this is $(uname -m); there are no wheels for it" ;;
    esac
    if [ ! -x .venv/bin/python ]; then
        python=$(find_python_with_venv)
        "$python" -m venv .venv
    fi
    PATH="$PWD/.venv/bin:$PATH"
    export PATH VIRTUAL_ENV="$PWD/.venv"
    if ! stamped installer requirements/installer.txt; then
        python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/installer.txt ||
            die "$NO_PACKAGES"
        stamp installer requirements/installer.txt
    fi
}

# A stamp in .venv remembers the content that was installed, so that a second run has nothing to do.
stamped() { [ "$(cat ".venv/stamp-$1" 2>/dev/null)" = "$(cat "${@:2}" | sha256sum)" ]; }
stamp() { cat "${@:2}" | sha256sum >".venv/stamp-$1"; }

# The project and what a requirements file names, in .venv.
install_project() { # runtime or develop
    local files=("requirements/$1.txt" pyproject.toml) develop=(requirements/develop.txt pyproject.toml requirements/bare.txt)
    install_uv
    # What is there for developers serves for running too.
    if [ "$1" = runtime ] && stamped develop "${develop[@]}"; then return; fi
    [ "$1" = runtime ] || files=("${develop[@]}")
    stamped "$1" "${files[@]}" && return
    uv pip sync --quiet --require-hashes "requirements/$1.txt" "requirements/installer.txt" || die "$NO_PACKAGES"
    if [ "$1" = develop ]; then
        uv pip install --quiet --no-deps --require-hashes -r requirements/bare.txt || die "$NO_PACKAGES"
    fi
    uv pip install --quiet --no-deps --no-build-isolation --editable .
    stamp "$1" "${files[@]}"
}

# Programs from the system's packages: need_program PROGRAM PACKAGE WHAT-FOR
need_program() {
    command -v "$1" >/dev/null || install_package "$@"
}

# Libraries likewise: need_library LIBRARY PACKAGE WHAT-FOR
need_library() {
    ldconfig -p | grep -q "$1" || install_package "$@"
}

install_package() { # WHAT-IS-MISSING PACKAGES WHAT-FOR
    if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
        die "$1 is missing, needed $3; as root: apt-get install $2"
    fi
    printf 'Installing %s, needed %s\n' "$2" "$3"
    if [ -z "${APT_UPDATED:-}" ]; then
        apt-get update -qq
        APT_UPDATED=1
    fi
    # shellcheck disable=SC2086 # several may be named
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2 >/dev/null ||
        die "$2 could not be installed, needed $3; install it by hand: apt-get install $2"
}

# Everything about the source that needs no run of it.
check_source() {
    ruff format --check --quiet . || die "Some files are not formatted; run: scripts/check --fix"
    ruff check --quiet .
    mypy
    lint-imports --no-logo
}

# An environment of its own on Python 3.11, for what cannot live beside the rest: .venvs/NAME from requirements/NAME.txt
other_environment() {
    local python=.venvs/$1/bin/python
    [ "$(cat ".venvs/$1/stamp" 2>/dev/null)" = "$(sha256sum <"requirements/$1.txt")" ] && return
    command -v python3.11 >/dev/null || die "Python 3.11 is missing, needed for requirements/$1.txt"
    uv venv --quiet --clear --python "$(command -v python3.11)" ".venvs/$1"
    uv pip sync --quiet --require-hashes --python "$python" "requirements/$1.txt"
    sha256sum <"requirements/$1.txt" >".venvs/$1/stamp"
}
