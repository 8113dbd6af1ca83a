# shellcheck shell=bash
# Servers of another Debian release than the machine's: programs in a folder made once by debootstrap, entered with chroot.

# shellcheck disable=SC2034 # read by services.sh
SUITES=(trixie forky) # RabbitMQ 4.0 and PostgreSQL 17, RabbitMQ 4.3 and PostgreSQL 18; forky still moves
SUITE=                # empty: the servers of the machine itself
SUITE_ROOT=

suite_folder() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/techcorp-patterns"; }

# Status 3 means that this machine cannot have the suite, which is no fault of what is to be tested.
suite_install() { # sets SUITE_ROOT
    local cache reason
    [[ -n ${XDG_CACHE_HOME-}${HOME-} ]] || suite_unavailable "HOME is not set, so there is no place for it"
    cache=$(suite_folder)
    if ((EUID != 0)); then suite_unavailable "only root may use chroot"; fi
    if ! reason=$(suite_namespace mount -t tmpfs none /mnt 2>&1); then suite_unavailable "no right to mount (${reason##*: })"; fi
    if [[ ! -d $cache/$SUITE ]]; then suite_make "$cache" || exit 3; fi
    SUITE_ROOT=$cache/$SUITE
    if [[ ! -x $SUITE_ROOT$RABBITMQ_BIN/rabbitmq-server ]] || ! find_postgres; then
        suite_unavailable "$SUITE_ROOT has no RabbitMQ or no PostgreSQL; remove the folder to have it made again"
    fi
}

suite_unavailable() { # REASON
    say "suite $SUITE is not available here: $1. To use your own servers, set TECHCORP_RABBITMQ and TECHCORP_POSTGRES."
    exit 3
}

# Mounts made in here end with the process, however it ends.
suite_namespace() { unshare --mount --propagation private -- "$@"; }

# One at a time. The folder gets its name when it is complete, so one that was interrupted is never taken for a whole one.
suite_make() ( # CACHE; a subshell: the lock ends with it
    cache=$1 log=$1/$SUITE.log made=
    mkdir -p "$cache" && exec 9>"$cache/$SUITE.lock" && flock 9 || suite_unavailable "$cache cannot be written"
    [[ ! -d $cache/$SUITE ]] || exit 0
    rm -rf --one-file-system "$cache/$SUITE".new.*
    if [[ -n $(missing_of debootstrap) ]]; then
        command -v apt-get >/dev/null || suite_unavailable "debootstrap is not installed"
        say "installing debootstrap"
        install_packages debootstrap || suite_unavailable "debootstrap could not be installed"
    fi
    say "making $cache/$SUITE, once; this takes some minutes"
    while read -r mirror; do
        new=$(mktemp -d "$cache/$SUITE.new.XXXXXX") && chmod 755 "$new" || exit 1
        if suite_bootstrap "$new" "$mirror" </dev/null >"$log" 2>&1; then made=$new; break; fi
        rm -rf --one-file-system "$new"
    done < <(apt_mirrors /etc/apt)
    if [[ -z $made ]]; then
        [[ ! -s $log ]] || tail -n 5 "$log" >&2
        suite_unavailable "no mirror in /etc/apt has it, or its packages could not be installed (see $log)"
    fi
    mv "$made" "$cache/$SUITE"
)

suite_bootstrap() { # FOLDER MIRROR
    local script=/usr/share/debootstrap/scripts/$SUITE
    [[ -e $script ]] || script=${script%/*}/sid # debootstrap knows no release that is newer than itself
    # shellcheck disable=SC2016 # for the inner shell
    suite_namespace bash -euc '
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
        suite=$1 folder=$2 mirror=$3 script=$4
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$folder" "$mirror" "$script"
        printf "#!/bin/sh\nexit 101\n" >"$folder/usr/sbin/policy-rc.d"
        chmod 755 "$folder/usr/sbin/policy-rc.d"
        mkdir -p "$folder/etc/postgresql-common/createcluster.d"
        echo "create_main_cluster = false" >"$folder/etc/postgresql-common/createcluster.d/techcorp-services.conf"
        mount -t proc proc "$folder/proc"
        mount --rbind /dev "$folder/dev"
        chroot "$folder" apt-get install -qq -y --no-install-recommends rabbitmq-server postgresql
        chroot "$folder" apt-get clean
    ' - "$SUITE" "$1" "$2" "$script"
}

# The archives of Debian that the machine itself installs from, without those of security updates.
apt_mirrors() { # FOLDER
    {
        sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]*)?(https?:[^[:space:]]+).*/\2/p' "$1/sources.list" "$1"/sources.list.d/*.list || true # any may be missing
        # A stanza ends at an empty line; "Enabled: no" switches it off. A value may go on in indented lines.
        awk -v RS= '{
            uris = ""; on = 1; field = ""
            for (i = 1; i <= split($0, line, "\n"); i++) {
                if (line[i] ~ /^#/) continue
                if (line[i] !~ /^[ \t]/) { field = tolower(line[i]); sub(/:.*/, "", field); sub(/^[^:]*:/, "", line[i]) }
                if (field == "uris") uris = uris " " line[i]
                if (field == "enabled" && line[i] ~ /^[ \t]*(no|false|without|off|disable)[ \t]*$/) on = 0
            }
            if (on) { n = split(uris, uri, /[ \t]+/); for (i = 1; i <= n; i++) if (uri[i] ~ /^https?:/) print uri[i] }
        }' "$1"/sources.list.d/*.sources || true
    } 2>/dev/null | sed 's|/*$||' | grep -v -e '-security$' | awk '!seen[$0]++'
}

# Replaces the shell by the command, inside: nothing but /tmp, with the data of the servers, can be written.
suite_enter() { # COMMAND...
    # shellcheck disable=SC2016 # for the inner shell
    exec unshare --mount --propagation private -- bash -euc '
        root=$1
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --bind /tmp "$root/tmp"
        shift
        exec chroot "$root" "$@"
    ' - "$SUITE_ROOT" "$@"
}
