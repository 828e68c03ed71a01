#!/usr/bin/env bash
# Installs what some tests need from Debian packages, where it is missing and may be installed. Run again at will.
set -euo pipefail

have() { command -v "$1" > /dev/null 2>&1; }

wanted=()
have chromium || have chromium-browser || have google-chrome || wanted+=(chromium)

if [ ${#wanted[@]} -eq 0 ]; then
  echo 'Nothing to install.'
elif [ "$(id -u)" -ne 0 ] || ! have apt-get; then
  echo "Missing: ${wanted[*]}. Install them with the package manager of this machine; as root on Debian or Ubuntu this script does it."
else
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}"
fi
