#!/usr/bin/env bash
# Records test/fixtures/recorded/ anew: real programs talking to each other over loopback, and nothing else.
# Run as root on Linux, with: tcpdump curl nginx dnsmasq dig openssl ping capinfos (Debian: tcpdump curl nginx-light
# dnsmasq-base bind9-dnsutils openssl iputils-ping wireshark-common). Takes about half a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/recording.sh

out=test/fixtures/recorded

http_port=80 dns_port=53 tls_port=443 closed_port=81

# ---- Servers ---------------------------------------------------------------------------------------------------

mkdir -p "$work/www" "$work/nginx"
echo '<!doctype html><title>flowscope</title><h1>It works</h1>' > "$work/www/index.html"
printf '{"packets":[%s]}\n' "$(seq -s, 1 2000)" > "$work/www/numbers.json"

cat > "$work/nginx.conf" << EOF
daemon off;
error_log stderr crit;
pid $work/nginx/pid;
events {}
http {
  access_log off;
  types { text/html html; application/json json; }
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  gzip on;
  gzip_types application/json;
  server {
    listen 127.0.0.1:$http_port;
    listen [::1]:$http_port;
    root $work/www;
    location = /moved { return 302 /index.html; }
    location = /submit { return 204; }
  }
}
EOF
nginx -c "$work/nginx.conf" & pids+=($!)

cat > "$work/dnsmasq.conf" << EOF
no-resolv
no-hosts
bind-interfaces
listen-address=127.0.0.1,::1
port=$dns_port
address=/www.example.test/192.0.2.10
address=/www.example.test/2001:db8::10
cname=alias.example.test,target.example.test
host-record=target.example.test,192.0.2.20
mx-host=example.test,mail.example.test,10
txt-record=example.test,"v=spf1 -all"
srv-host=_sip._udp.example.test,sip.example.test,5060,10,20
local=/example.test/
$(for i in $(seq 1 40); do echo "txt-record=big.example.test,\"record $i of a reply too long for 512 bytes of UDP\""; done)
EOF
dnsmasq --keep-in-foreground --conf-file="$work/dnsmasq.conf" --user="$(id -un)" & pids+=($!)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=www.example.test \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2> /dev/null
openssl s_server -quiet -accept "$tls_port" -www -alpn http/1.1 -key "$work/key.pem" -cert "$work/cert.pem" \
  > /dev/null 2>&1 & pids+=($!)
sleep 1

# ---- Conversations ---------------------------------------------------------------------------------------------

# Five requests of one process: curl keeps the connection alive and uses it again.
http() {
  local base="http://$1:$http_port"
  curl -gsS -o /dev/null "$base/index.html" --next -gsS -o /dev/null --compressed "$base/numbers.json" \
    --next -gsS -o /dev/null -I "$base/index.html" --next -gsS -o /dev/null -L "$base/moved" \
    --next -gsS -o /dev/null -d 'name=flowscope&kind=form' "$base/submit"
  curl -gsS -o /dev/null -H 'Connection: close' "$base/missing"
}

query() { dig +tries=1 +time=2 -p "$dns_port" "$@" > /dev/null; }

dns() {
  query @"$1" www.example.test A
  query @"$1" www.example.test AAAA
  query @"$1" alias.example.test A
  query @"$1" example.test MX
  query @"$1" example.test TXT
  query @"$1" _sip._udp.example.test SRV
  query @"$1" nowhere.example.test A
  query @"$1" -x 192.0.2.20
  query @"$1" +tcp www.example.test A
  query @"$1" +noedns big.example.test TXT # truncated over UDP, asked again over TCP
}

tls() {
  printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -quiet -ign_eof -connect "$1:$tls_port" \
    -servername www.example.test -alpn h2,http/1.1 "$2" > /dev/null 2>&1
}

mix() {
  for address in 127.0.0.1 ::1; do
    local host=$address
    [[ $address == *:* ]] && host="[$address]"
    ping -q -n -c 3 -i 0.2 "$address" > /dev/null
    http "$host"
    dns "$address"
    tls "$host" -tls1_3
    tls "$host" -tls1_2
    curl -gsS "http://$host:$closed_port/" 2> /dev/null || true # refused: answered with a RST
  done
}

# ---- Recording -------------------------------------------------------------------------------------------------

mkdir -p "$out"
record http-curl-nginx.pcap "tcp port $http_port" http 127.0.0.1
record dns-dig-dnsmasq.pcap "port $dns_port" dns 127.0.0.1
record tls13-openssl.pcap "tcp port $tls_port" tls 127.0.0.1 -tls1_3
record tls12-openssl.pcap "tcp port $tls_port" tls 127.0.0.1 -tls1_2
record loopback-mix.pcap "port $http_port or port $dns_port or port $tls_port or port $closed_port or icmp or icmp6" mix
gzip -9nc "$out/loopback-mix.pcap" > "$out/loopback-mix.pcap.gz"
zstd -q -19 --check -c "$out/loopback-mix.pcap" > "$out/loopback-mix.pcap.zst"

capinfos -TmrcsSaeE "$out"/*.pcap | column -t -s,
