#!/bin/sh
# Of both packages. The lake is evidence, and stays; so does its owner.
set -e

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
