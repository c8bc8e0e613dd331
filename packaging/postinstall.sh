#!/bin/sh
# Of both packages. A deb calls it with "configure" and the version before, if
# any; an rpm with the number of versions that are then installed.
set -e

systemd-sysusers minewatch.conf
systemd-tmpfiles --create minewatch.conf
if [ ! -d /run/systemd/system ]; then # a container, or an image that is built
	exit 0
fi
sysctl -q -p /usr/lib/sysctl.d/60-minewatch.conf || echo "minewatch: the receive buffer stays small, see /usr/lib/sysctl.d/60-minewatch.conf"
systemctl daemon-reload

if { [ "$1" = configure ] && [ -z "$2" ]; } || [ "$1" = 1 ]; then
	cat <<-'END'
		minewatch is installed, and not yet started. What comes next:
		  edit /etc/minewatch/config.toml (collect.allow, site.internal), and try it:
		    minewatch config check --config /etc/minewatch/config.toml
		  systemctl enable --now minewatch-collect
		  systemctl enable --now minewatch-nightly.timer minewatch-report.timer
		See /usr/share/doc/minewatch/operations.md.
	END
else
	# The new version takes over. What comes between the two is lost, a second or
	# so; what was received is not.
	systemctl try-restart minewatch-collect.service
fi
