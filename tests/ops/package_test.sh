#!/bin/bash
# Builds the Debian package, installs it into a clean root made by debootstrap, starts the service's
# command line there as its user, and purges it: nothing may stay behind. Needs root (chroot).
#
# Usage: package_test.sh BUILD_DIR [CACHE_DIR]
#
# CACHE_DIR keeps the clean root between runs, since making it takes minutes.
set -euo pipefail

build=$(realpath "$1")
cache=${2:-/var/tmp/ike_exporter_roots}
# shellcheck source=tests/ops/clean_root.sh
source "$(dirname "$0")/clean_root.sh"

# Every file with its owner and mode, without what dpkg and debconf keep about all packages.
list_files() {
  (cd "$root" && find . -xdev \
    -not -path './proc/*' -not -path './var/lib/dpkg/*' -not -path './var/cache/*' \
    -not -path './var/log/*' -not -path './tmp/*' -not -path './run/adduser' -not -path './etc/*-' \
    -printf '%p %u %m\n' | sort)
}

reserve_port() { # below the ephemeral ports, as every test's
  PYTHONPATH=$(dirname "$0")/../support /usr/bin/python3 -c 'import ports; print(ports.reserve_port())'
}

start_and_probe() {
  say "the service's command line, as its user"
  local command url
  url=127.0.0.1:$(reserve_port)
  # shellcheck disable=SC2016  # $ARGS is a text of the unit
  command=$(sed -n 's/^ExecStart=\(.*\) $ARGS/\1/p' "$root/lib/systemd/system/ike_exporter.service")
  # shellcheck disable=SC2086  # the line of the unit is words
  chroot "$root" "${clean_environment[@]}" \
    setpriv --reuid=prometheus --regid=prometheus --clear-groups --no-new-privs --bounding-set=-all \
    $command --web.listen-address="$url" >"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 50); do
    if curl -sf "$url/-/ready" >/dev/null; then break; fi
    sleep 0.2
  done
  curl -sf "$url/metrics" >"$work/metrics" || { cat "$work/server.log"; exit 1; }
  grep '^ike_exporter_build_info' "$work/metrics"
  promtool check metrics <"$work/metrics"
  kill -TERM "$server"
  wait "$server"
  server=
}

check_installed() {
  say "what was installed"
  in_root ike_exporter --version
  in_root ike_exporter --config.check
  in_root getent passwd prometheus
  test "$(stat -c %a "$root/etc/ike_exporter/ike_exporter.toml")" = 640
  test -f "$root/usr/share/ike_exporter/rules/ike_alerts.yml"
  test -f "$root/usr/share/ike_exporter/dashboards/ike-fleet.json"
  test -f "$root/usr/share/ike_exporter/runbooks/IKETargetDown.md"
  test -f "$root/usr/share/doc/ike-exporter/examples/nagios/ike_exporter.cfg"
  test -f "$root/usr/share/doc/ike-exporter/examples/icinga2/ike_exporter.conf"
  zcat "$root/usr/share/man/man1/ike_exporter.1.gz" | grep -q '^.TH IKE_EXPORTER 1'
}

make_package
dpkg-deb -I "$package"
lintian --no-cfg --allow-root --fail-on error "$package"
make_root package
mount -t proc proc "$root/proc"
cp "$package" "$root/tmp/package.deb"
list_files >"$work/before"
say "install"
in_root dpkg -i /tmp/package.deb
check_installed
start_and_probe
say "upgrade to itself keeps the changed configuration"
echo '# changed by the operator' >>"$root/etc/ike_exporter/ike_exporter.toml"
in_root dpkg -i /tmp/package.deb
grep -q 'changed by the operator' "$root/etc/ike_exporter/ike_exporter.toml"
say "remove keeps the configuration, purge leaves nothing"
in_root dpkg -r ike-exporter
test -f "$root/etc/ike_exporter/ike_exporter.toml"
in_root dpkg -P ike-exporter
list_files >"$work/after"
diff "$work/before" "$work/after"
if in_root getent passwd prometheus; then echo "the account is still there"; exit 1; fi
echo "all as expected"
