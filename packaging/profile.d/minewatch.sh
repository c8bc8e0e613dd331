# So that the commands of an operator find what the services use.
: "${MINEWATCH_CONFIG:=/etc/minewatch/config.toml}"
export MINEWATCH_CONFIG
