#!/bin/sh
# install_packages.sh FOLDER ROOT: installs the Debian packages of a folder below ROOT, as dpkg would
# on this machine: with its list of installed packages, so that every dependency is truly checked,
# but touching nothing outside ROOT.
set -eu
folder=$1
root=$2
PATH=$PATH:/usr/sbin:/sbin
rm -rf "$root"
database=$root/var/lib/dpkg
mkdir -p "$database/info" "$database/updates" "$database/triggers"
cp /var/lib/dpkg/status /var/lib/dpkg/info/format "$database/" && mv "$database/format" "$database/info/"
touch "$database/available"
# The lists of files tell dpkg of two packages that bring the same file.
cp /var/lib/dpkg/info/*.list "$database/info/"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=fakeroot
$as_root dpkg --admindir="$database" --instdir="$root" --no-triggers --log=/dev/null \
  --force-script-chrootless --install "$folder"/*.deb
