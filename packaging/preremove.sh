#!/bin/sh
# Of both packages: on removal, not on an upgrade, everything is stopped.
set -e

if [ "$1" = remove ] || [ "$1" = 0 ]; then
	if [ -d /run/systemd/system ]; then
		systemctl disable --now minewatch-collect.service minewatch-nightly.timer minewatch-report.timer minewatch-feed-update.timer
		systemctl stop minewatch-nightly.service minewatch-report.service minewatch-feed-update.service
	fi
fi
