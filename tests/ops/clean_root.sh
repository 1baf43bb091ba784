# shellcheck shell=bash disable=SC2154  # $build and $cache come from the caller
# Sourced by package_test.sh and unit_test.sh: builds the package and makes a clean Debian root with what
# it depends on. Sets $work, $root and $package. Needs root.
if [ "$(id -u)" != 0 ]; then
  echo "needs root"
  exit 77
fi
work=$(mktemp -d)
root=
trap 'cleanup' EXIT

cleanup() {
  if [ -n "${server:-}" ]; then kill -KILL "$server" 2>/dev/null || true; fi
  if [ -n "$root" ] && mountpoint -q "$root/proc"; then umount "$root/proc"; fi
  rm -rf "$work"
}

say() { echo "== $*"; }

clean_environment=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive)
in_root() { chroot "$root" "${clean_environment[@]}" "$@"; }

make_package() {
  say "package"
  (cd "$build" && cpack -G DEB -B "$work" >"$work/cpack.log") || { cat "$work/cpack.log"; exit 1; }
  package=$(ls "$work"/ike-exporter_*.deb)
}

# make_root NAME PACKAGE...: the root is made once and kept in $cache/NAME. It already has what the package
# depends on, so that only the package's own traces count.
make_root() {
  local kept=$cache/$1 wanted
  wanted="$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/,/ /g') ${*:2}"
  mkdir -p "$kept"
  if [ ! -e "$kept/complete" ]; then
    say "clean root in $kept"
    rm -rf "$kept/root"
    debootstrap --variant=minbase bookworm "$kept/root" >"$work/log" || { tail "$work/log"; exit 1; }
    touch "$kept/complete"
  fi
  if [ "$(cat "$kept/wanted" 2>/dev/null)" != "$wanted" ]; then
    say "with $wanted"
    root=$kept/root
    cp /etc/resolv.conf "$root/etc/"
    in_root apt-get update -q >"$work/log"
    # shellcheck disable=SC2086  # a list of packages
    in_root apt-get install -q -y --no-install-recommends $wanted >"$work/log" 2>&1 ||
      { tail "$work/log"; exit 1; }
    echo "$wanted" >"$kept/wanted"
  fi
  root=$work/root
  cp -a "$kept/root" "$root"
}
