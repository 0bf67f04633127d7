#!/usr/bin/env bash
# Records test/fixtures/recorded/http/ anew: HTTP/1 of curl, wget, Python and Node with nginx and Node over loopback, and
# beside each capture what the programs said of it, as JSON. scripts/record-http.ts is what talks.
# Run as root on Linux, with: tcpdump nginx curl wget python3 openssl node. Takes about ten seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/recording.sh
alone scripts/record-http.sh
ip link set lo up

out=$PWD/test/fixtures/recorded/http
nginx_port=80 node_port=5000
mkdir -p "$out" "$work/www" "$work/nginx"

# ---- Servers ---------------------------------------------------------------------------------------------------

echo '<!doctype html><title>flowscope</title><h1>It works</h1>' > "$work/www/index.html"
touch -d '2020-01-01 UTC' "$work/www/index.html"
printf '{"packets":[%s]}\n' "$(seq -s, 1 1000)" > "$work/www/numbers.json"

cat > "$work/nginx.conf" << EOF
daemon off;
error_log stderr crit;
pid $work/nginx/pid;
events {}
http {
  log_format said escape=json '{"by":"nginx","port":\$remote_port,"method":"\$request_method","target":"\$request_uri",'
    '"version":"\$server_protocol","status":\$status,"bytes":\$body_bytes_sent,"host":"\$http_host"}';
  access_log $work/nginx.log said;
  types { text/html html; application/json json; }
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  gzip on;
  gzip_types application/json;
  server {
    listen 127.0.0.1:$nginx_port;
    root $work/www;
    location = /moved { return 302 /index.html; }
    location = /none { return 204; }
  }
}
EOF
nginx -c "$work/nginx.conf" & pids+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=www.example.test \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2> /dev/null
sleep 0.5

# ---- Conversations ---------------------------------------------------------------------------------------------

talk() {
  npx tsx --experimental-websocket --no-warnings scripts/record-http.ts "$1" "$work" "$nginx_port" "$node_port" \
    > "$out/$1.json"
}

record nginx.pcap "tcp port $nginx_port" talk nginx
record node.pcap "tcp port $node_port" talk node

npx biome format --write "$out"
