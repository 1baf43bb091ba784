#!/bin/bash
# Boots a systemd of its own in namespaces (no network but loopback, a cgroup of its own), installs the
# Debian package there and runs the unit with all its restrictions: it must become active, probe, serve
# its metrics, reload, and stop. Needs root, and a kernel that lets namespaces mount cgroup2.
#
# Usage: unit_test.sh BUILD_DIR [CACHE_DIR]
set -euo pipefail

build=$(realpath "$1")
cache=${2:-/var/tmp/ike_exporter_roots}
# shellcheck source=tests/ops/clean_root.sh
source "$(dirname "$0")/clean_root.sh"

# Runs as the first process of the new namespaces: makes "$1" their root and becomes its systemd.
# shellcheck disable=SC2016  # expanded there
boot='
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for directory in run tmp dev; do mount -t tmpfs tmpfs $directory; done
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/pts dev/shm dev/mqueue oldroot
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t mqueue mqueue dev/mqueue
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ip link set lo up
pivot_root . oldroot
umount -l /oldroot
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --log-target=journal
'

# What systemd needs of this machine's cgroups: version 2, and its own hierarchy where there is version 1.
mapfile -t hierarchies < <(awk '$3 == "cgroup2" || $4 ~ /name=systemd/ { print $2 }' /proc/mounts)
group=ike_exporter_unit_test_$$

start_systemd() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    mkdir -p "$hierarchy/$group"
    echo $BASHPID >"$hierarchy/$group/cgroup.procs"
  done
  exec unshare --mount --pid --fork --uts --ipc --cgroup --net --kill-child -- \
    bash -c "$boot" boot "$root" </dev/null >"$work/boot.log" 2>&1
}

inside() { nsenter -t "$systemd" -m -p -n -i -u -C -r "$@"; }

wait_for() {
  local what=$1
  shift
  for _ in $(seq 120); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  echo "$what did not happen"
  inside systemctl --no-pager status ike_exporter || cat "$work/boot.log"
  exit 1
}

booted() {
  systemd=$(pgrep -P "$server" | head -n 1) && [ -n "$systemd" ] &&
    inside systemctl is-system-running 2>/dev/null | grep -q 'running\|degraded'
}

metrics_have() { inside curl -sf http://127.0.0.1:10500/metrics | grep -c "$1"; }

listens_on_4500() { inside ss -Htln 'sport = :4500' | grep -q .; }
connected_to_4500() { inside ss -Htn state established 'dport = :4500' | grep .; }

check_restrictions() {
  local pid
  pid=$(inside systemctl show -P MainPID ike_exporter)
  inside grep -x 'CapEff:.*0000000000000000' "/proc/$pid/status"
  inside grep -x 'Seccomp:.*2' "/proc/$pid/status"
  inside systemd-analyze security --no-pager ike_exporter.service | tail -n 1
  wait_for "the time of the start" metrics_have '^process_start_time_seconds [1-9][0-9]\{9\}'
  wait_for "the limit of descriptors" metrics_have '^process_max_fds [1-9]'
}

make_package
make_root systemd systemd dbus curl iproute2
cp "$package" "$root/root/package.deb"
cp "$build/ike_responder" "$root/root/"
in_root dpkg -i /root/package.deb

say "boot"
start_systemd &
server=$!
wait_for "the boot" booted
wait_for "the service" inside systemctl is-active ike_exporter
check_restrictions

say "a target, and a reload"
printf '[[target]]\nname = "here"\nhost = "127.0.0.1"\ninterval = "1s"\ntimeout = "1s"\n' \
  >"$root/etc/ike_exporter/targets.d/here.toml"
inside systemctl reload ike_exporter
wait_for "a probe" metrics_have 'ike_probe_failure_info{target="here",ike_version="2",reason="unreachable"} 1'

say "a mistake leaves the running configuration"
echo 'nonsense = [' >"$root/etc/ike_exporter/targets.d/broken.toml"
inside systemctl reload ike_exporter
wait_for "the mistake" metrics_have '^ike_exporter_config_last_reload_successful 0'
wait_for "the target" metrics_have 'ike_target_up{target="here"} 0'

say "a gateway over TCP, which must not see a connection closed while it keeps an SA of it"
rm "$root/etc/ike_exporter/targets.d/broken.toml"
printf '[listen]\nudp = []\nudp_encap = []\ntcp = [4500]\n[[gateway]]\nname = "here"\naddresses = ["127.0.0.2"]\nikev2 = ["aes256-sha256-modp2048"]\n' \
  >"$root/root/gateway.toml"
inside systemd-run -q -u gateway /root/ike_responder --config /root/gateway.toml
wait_for "the gateway" listens_on_4500
printf '[[target]]\nname = "over-tcp"\nhost = "127.0.0.2"\ntransport = "tcp"\nport = 4500\n' \
  >"$root/etc/ike_exporter/targets.d/over-tcp.toml"
inside systemctl reload ike_exporter
wait_for "an answer over TCP" metrics_have 'ike_negotiated{target="over-tcp",ike_version="2"} 1'

say "stop"
inside systemctl stop ike_exporter
test "$(inside systemctl show -P Result ike_exporter)" = success
connected_to_4500
inside systemctl start ike_exporter
wait_for "the second start" inside systemctl is-active ike_exporter
connected_to_4500

kill -KILL "$server"
wait "$server" || true
server=
for hierarchy in "${hierarchies[@]}"; do
  for _ in $(seq 20); do
    if find "$hierarchy/$group" -depth -type d -exec rmdir {} + 2>/dev/null; then break; fi
    sleep 0.2
  done
done
echo "all as expected"
