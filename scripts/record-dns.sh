#!/usr/bin/env bash
# Records test/fixtures/recorded/dns/ anew: dig and nsupdate with BIND, and Python's zeroconf with itself, over loopback;
# beside each capture what dig printed, or what the program was asked to announce.
# Run as root on Linux, with: tcpdump named dig nsupdate dnssec-keygen dnssec-signzone ip, and Python with zeroconf
# (Debian: tcpdump bind9 bind9-dnsutils iproute2; pip install zeroconf). Takes about twenty seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/recording.sh
alone scripts/record-dns.sh
ip link set lo up multicast on
ip route add 224.0.0.0/4 dev lo

out=$PWD/test/fixtures/recorded/dns
mkdir -p "$out" "$work/zones"

# ---- A zone with records of many types, signed -----------------------------------------------------------------

cat > "$work/zones/example.test" << 'EOF'
$TTL 3600
@ SOA ns.example.test. hostmaster.example.test. 2026112301 7200 3600 1209600 300
@ NS ns
@ MX 10 mail
@ TXT "v=spf1 -all" "second \"string\" with \\ and \195\188"
@ CAA 0 issue "ca.example.test"
@ CAA 128 iodef "mailto:security@example.test"
@ HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.10,192.0.2.11 ipv6hint=2001:db8::10
@ LOC 52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m
ns A 192.0.2.1
mail A 192.0.2.2
www A 192.0.2.10
www AAAA 2001:db8::10
alias CNAME www
_sip._udp SRV 10 20 5060 sip
sip A 192.0.2.30
naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.test!" .
svc SVCB 16 backend.example.test. alpn=foo port=53 key667="hello\210qoo"
_443._tcp.www TLSA 3 1 1 0d6fce3a8a0e4a9b3d5c1c5b0b3c2a1f0e0d0c0b0a09080706050403020100ff
ssh SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
_ftp._tcp URI 10 1 "ftp://ftp.example.test/public"
host HINFO "PDP-11" "UNIX"
rp RP admin.example.test. text.example.test.
dname DNAME target.example.test.
afs AFSDB 1 afs.example.test.
cert CERT 1 12345 8 AQIDBAUG
eui EUI48 00-00-5e-00-53-2a
apl APL 1:192.168.38.0/28 !2:2001:db8::/32
unknown TYPE65400 \# 5 01 02 03 fe ff
\"quo\.ted\\\032name\" A 192.0.2.40
child NS ns.child
child DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ns.child A 192.0.2.50
EOF
for i in $(seq 1 24); do echo "big TXT \"record $i of an answer that is too long for a datagram of 1232 bytes\""; done \
  >> "$work/zones/example.test"
(
  cd "$work/zones"
  dnssec-keygen -q -a ECDSAP256SHA256 example.test > /dev/null
  dnssec-keygen -q -a ECDSAP256SHA256 -f KSK example.test > /dev/null
  dnssec-signzone -q -S -3 aabbccdd -H 1 -o example.test -f example.test.signed example.test > /dev/null
)
cat > "$work/zones/dynamic.test" << 'EOF'
$TTL 60
@ SOA ns.example.test. hostmaster.example.test. 1 7200 3600 1209600 60
@ NS ns.example.test.
EOF
cat > "$work/named.conf" << EOF
options {
  directory "$work";
  pid-file none;
  session-keyfile none;
  listen-on port 53 { 127.0.0.1; };
  listen-on-v6 port 53 { ::1; };
  recursion no;
  dnssec-validation no;
  server-id "a server";
  allow-transfer { any; };
  notify no;
  check-names primary ignore;
};
controls {};
zone "example.test" { type primary; file "zones/example.test.signed"; };
zone "plain.test" { type primary; file "zones/example.test"; };
zone "dynamic.test" { type primary; file "zones/dynamic.test"; allow-update { any; }; };
EOF
named -g -c "$work/named.conf" > "$work/named.log" 2>&1 & pids+=($!)
until grep -q 'running' "$work/named.log"; do sleep 0.1; done

# ---- dig and BIND ----------------------------------------------------------------------------------------------

# query OPTIONS...: one question; the command and what dig prints of the response, with +qr of the query too, is added to answers.txt.
query() {
  echo "\$ dig $*" >> "$work/answers.txt"
  dig +tries=1 +time=2 +nostats +nocmd +nosplit @127.0.0.1 "$@" >> "$work/answers.txt"
}

types() {
  for question in 'example.test SOA' 'example.test NS' 'example.test MX' 'example.test TXT' 'example.test CAA' \
    'example.test HTTPS' 'example.test LOC' 'www.example.test A' 'www.example.test AAAA' 'alias.example.test A' \
    '_sip._udp.example.test SRV' 'naptr.example.test NAPTR' 'svc.example.test SVCB' '_443._tcp.www.example.test TLSA' \
    'ssh.example.test SSHFP' '_ftp._tcp.example.test URI' 'host.example.test HINFO' 'rp.example.test RP' \
    'x.dname.example.test A' 'afs.example.test AFSDB' 'cert.example.test CERT' 'eui.example.test EUI48' \
    'apl.example.test APL' 'unknown.example.test TYPE65400' '\"quo\.ted\\\032name\".example.test A' \
    'child.example.test A' 'nowhere.example.test A'; do
    read -r name type <<< "$question"
    query +noedns "$name" "$type"
  done
}

edns() {
  query +qr +dnssec +nsid +bufsize=4096 www.example.test A
  query +dnssec example.test DNSKEY
  query +dnssec example.test NSEC3PARAM
  query +dnssec nowhere.example.test A
  query +qr +cookie +subnet=192.0.2.0/24 +ednsopt=65001:c0ffee www.example.test A
  query +qr +edns=1 www.example.test A
  query +qr big.example.test TXT # truncated, and asked again over TCP
}

tcp() {
  query +tcp www.example.test AAAA
  query +qr +tcp +keepopen example.test SOA +tcp +keepopen alias.example.test A
  query plain.test AXFR
  query @::1 +tcp www.example.test A
}

update() {
  printf 'server 127.0.0.1\nzone dynamic.test\nupdate add new.dynamic.test 60 A 192.0.2.99\nsend\n' | nsupdate
  query new.dynamic.test A
}

for part in types edns tcp update; do
  : > "$work/answers.txt"
  record "$part.pcap" 'port 53' "$part"
  cp "$work/answers.txt" "$out/$part.txt"
done

# ---- Multicast DNS ---------------------------------------------------------------------------------------------

cat > "$work/mdns.py" << 'EOF'
import json, socket, sys, time
from zeroconf import InterfaceChoice, IPVersion, ServiceInfo, Zeroconf

service = '_flowscope._tcp.local.'
name = f'A Service.{service}'
info = ServiceInfo(service, name, port=4711, addresses=[socket.inet_aton('192.0.2.60')], server='host.local.',
                   properties={'path': '/', 'version': '1'})
said = {'service': service, 'name': name, 'port': 4711, 'server': 'host.local.', 'address': '192.0.2.60',
        'properties': {'path': '/', 'version': '1'}}
announcer = Zeroconf(interfaces=['127.0.0.1'], ip_version=IPVersion.V4Only)
announcer.register_service(info)
found = Zeroconf(interfaces=['127.0.0.1'], ip_version=IPVersion.V4Only).get_service_info(service, name, 3000)
said['found'] = found is not None and found.port == 4711
announcer.unregister_service(info)
time.sleep(0.5)
json.dump(said, open(sys.argv[1], 'w'), indent=2)
EOF
record mdns.pcap 'udp port 5353' timeout 30 python3 "$work/mdns.py" "$out/mdns.json"

ls -l "$out"
