#!/bin/sh
# packaging/nagios, read by the real Nagios Core and Icinga 2: Debian's packages unpacked into a folder, nothing installed.
set -eu
packaging=$(cd "$(dirname "$0")/../../packaging/nagios" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! apt-get -q -o APT::Sandbox::User=root download nagios4-core icinga2-bin icinga2-common \
  libboost-coroutine1.74.0 libboost-thread1.74.0 libboost-context1.74.0 libboost-filesystem1.74.0 >log 2>&1; then
  cat log
  echo "skipped: Debian's packages are not to be had"
  exit 77
fi
for package in *.deb; do dpkg-deb -x "$package" root; done
LD_LIBRARY_PATH=$(dirname "$(find root -name libboost_thread.so.1.74.0)")
export LD_LIBRARY_PATH

echo "== Nagios Core"
mkdir nagios
printf 'nagios_user=%s\nnagios_group=%s\n' "$(id -un)" "$(id -gn)" >nagios.cfg
for name in log_file=log object_cache_file=cache status_file=status command_file=command lock_file=lock \
  state_retention_file=retention check_result_path=. illegal_macro_output_chars=x; do
  echo "${name%%=*}=$work/nagios/${name#*=}" >>nagios.cfg
done
printf 'temp_file=%s\ncfg_file=%s\ncfg_file=%s\n' "$work/nagios/temp" "$work/objects.cfg" "$packaging/ike_exporter.cfg" >>nagios.cfg
cat >objects.cfg <<'TEXT'
define timeperiod {
    timeperiod_name 24x7
    alias           always
}
define command {
    command_name notify
    command_line /bin/true
}
define contact {
    contact_name                  admin
    host_notification_commands    notify
    service_notification_commands notify
    host_notification_period      24x7
    service_notification_period   24x7
}
define contactgroup {
    contactgroup_name admins
    alias             admins
    members           admin
}
define host {
    host_name           vpn-hq
    address             192.0.2.10
    max_check_attempts  1
    contact_groups      admins
    check_period        24x7
    notification_period 24x7
}
TEXT
# The examples that stand there as comments are read, too.
sed -n '/^# define service/,/^# }/s/^# //p' "$packaging/ike_exporter.cfg" >>objects.cfg
root/usr/sbin/nagios4 -v nagios.cfg >nagios.out 2>&1 || { cat nagios.out; exit 1; }
grep -q 'Checked 2 services' nagios.out || { cat nagios.out; exit 1; }

echo "== Icinga 2"
{
  printf 'include <itl>\ntemplate Host "generic-host" { check_command = "dummy" }\ninclude "%s"\n' "$packaging/icinga2.conf"
  sed -n '/^\/\/ object Host/,/^\/\/ }/s/^\/\/ //p' "$packaging/icinga2.conf"
} >icinga2.conf
mkdir data cache run logs
"$(find root -path '*/sbin/icinga2' -type f -exec sh -c 'file -b "$1" | grep -q ELF' _ {} \; -print)" daemon -C -c icinga2.conf \
  -I "$work/root/usr/share/icinga2/include" -D "DataDir=$work/data" -D "CacheDir=$work/cache" -D "InitRunDir=$work/run" \
  -D "LogDir=$work/logs" -D "RunAsUser=$(id -un)" -D "RunAsGroup=$(id -gn)" -D NodeName=test -D ZoneName=test \
  >icinga.out 2>&1 || { cat icinga.out; exit 1; }
grep -q 'Instantiated 1 Service' icinga.out || { cat icinga.out; exit 1; }
echo "both read their files"
