#!/usr/bin/env bash
# Records test/fixtures/recorded/tls/ anew: TLS of OpenSSL, Node and Go with themselves over loopback, and beside each
# capture what the programs said of it: the trace of `openssl s_client`, or JSON.
# Run as root on Linux, with: tcpdump openssl node go (1.24 or later, for X25519MLKEM768). Takes about twenty seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/recording.sh
alone scripts/record-tls.sh
ip link set lo up

out=$PWD/test/fixtures/recorded/tls
port=443
mkdir -p "$out"

# ---- Certificates: an authority, a server with names, a client -------------------------------------------------

ec=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
openssl req -x509 "${ec[@]}" -days 3650 -subj '/O=Example/CN=Example CA' -keyout "$work/ca.key" -out "$work/ca.pem" \
  2> /dev/null
# issue NAME SUBJECT EXTENSIONS
issue() {
  openssl req -new "${ec[@]}" -subj "$2" -keyout "$work/$1.key" -out "$work/$1.csr" 2> /dev/null
  openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 365 \
    -extfile <(echo "$3") -out "$work/$1.pem" 2> /dev/null
}
issue server /CN=www.example.test 'subjectAltName=DNS:www.example.test,DNS:example.test,IP:192.0.2.10'
issue client '/O=Example/CN=A Client' 'extendedKeyUsage=clientAuth'

# ---- OpenSSL ---------------------------------------------------------------------------------------------------

# openssl_pair NAME "SERVER OPTIONS" "CLIENT OPTIONS": one connection, and the client's trace of it.
openssl_pair() {
  local name=$1 server client
  read -ra server <<< "$2"
  read -ra client <<< "$3"
  openssl s_server -quiet -accept "$port" -rev -alpn http/1.1 -cert_chain "$work/ca.pem" -CAfile "$work/ca.pem" \
    -key "$work/server.key" -cert "$work/server.pem" "${server[@]}" > /dev/null 2>&1 &
  local pid=$!
  pids+=("$pid")
  sleep 0.5
  record "$name.pcap" "tcp port $port" openssl_client "$name" "${client[@]}"
  kill "$pid"
  wait "$pid" || true
}

openssl_client() {
  local name=$1
  shift
  (echo hello && sleep 0.5) | openssl s_client -trace -msgfile "$work/trace.txt" \
    -connect "127.0.0.1:$port" -servername www.example.test -alpn h2,http/1.1 "$@" > "$work/client.txt" 2>&1 || true
  # Without what is encrypted on the wire, and without the text of certificates, which stand there in PEM.
  sed -e '/Content Type = ApplicationData/,$d' -e '/^------details/,/^------------------$/{/^-----BEGIN/,/^-----END/!d}' \
    "$work/trace.txt" > "$out/$name.txt"
}

as_client="-cert $work/client.pem -key $work/client.key"
openssl_pair openssl-tls13 '' '-tls1_3'
openssl_pair openssl-tls13-retry '-groups P-384' '-tls1_3 -groups X25519:P-384'
openssl_pair openssl-tls12 '' '-tls1_2'
openssl_pair openssl-tls12-client-certificate '-Verify 2' "-tls1_2 $as_client"
openssl_pair openssl-tls12-certificate-required '-Verify 2 -verify_return_error' '-tls1_2'
openssl_pair openssl-tls12-small-records '-max_send_frag 512' '-tls1_2'
openssl_pair openssl-protocol-version '-tls1_3' '-tls1_2'

# ---- Node ------------------------------------------------------------------------------------------------------

cat > "$work/pair.mjs" << 'EOF'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:tls'

const [work, output, version, port] = process.argv.slice(2)
const read = (name) => readFileSync(`${work}/${name}`)
const [cert, key, ca] = [Buffer.concat([read('server.pem'), read('ca.pem')]), read('server.key'), read('ca.pem')]
const limits = { minVersion: version, maxVersion: version }
const server = createServer({ cert, key, ALPNProtocols: ['h2', 'http/1.1'], ...limits }, (socket) => socket.end('bye'))
server.listen(Number(port), '127.0.0.1', () => {
  const options = { host: '127.0.0.1', port: Number(port), servername: 'example.test', ca, ALPNProtocols: ['h2'], ...limits }
  const client = connect(options, () => {
    const { subject, issuer, subjectaltname, valid_from, valid_to, serialNumber, fingerprint, fingerprint256 } =
      client.getPeerCertificate()
    const certificate = { subject, issuer, subjectaltname, valid_from, valid_to, serialNumber, fingerprint, fingerprint256 }
    const { name, standardName } = client.getCipher()
    const said = {
      protocol: client.getProtocol(),
      cipher: standardName ?? name,
      alpn: client.alpnProtocol,
      servername: options.servername,
      key: client.getEphemeralKeyInfo(),
      certificate,
    }
    writeFileSync(output, `${JSON.stringify(said, null, 2)}\n`)
  })
  client.on('end', () => server.close()).resume()
})
EOF
for version in 1.2 1.3; do
  name=node-tls${version/./}
  record "$name.pcap" "tcp port $port" node "$work/pair.mjs" "$work" "$out/$name.json" "TLSv$version" "$port"
done

# ---- Go: a hello with a post-quantum key share, which no segment of a usual network holds -----------------------

cat > "$work/pair.go" << 'EOF'
package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"os"
)

func main() {
	work, address := os.Args[1], os.Args[2]
	certificate, err := tls.LoadX509KeyPair(work+"/server.pem", work+"/server.key")
	if err != nil {
		panic(err)
	}
	listener, err := tls.Listen("tcp", address, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}})
	if err != nil {
		panic(err)
	}
	go func() {
		server, _ := listener.Accept()
		io.WriteString(server, "bye")
		server.Close()
	}()
	client, err := tls.Dial("tcp", address, &tls.Config{ServerName: "www.example.test", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		panic(err)
	}
	io.ReadAll(client)
	state := client.ConnectionState()
	client.Close()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"protocol":   tls.VersionName(state.Version),
		"cipher":     tls.CipherSuiteName(state.CipherSuite),
		"alpn":       state.NegotiatedProtocol,
		"servername": state.ServerName,
		"group":      state.CurveID.String(),
	})
}
EOF
(cd "$work" && go build -o pair pair.go)
# A link that carries what Ethernet does, so that the hello takes more than one segment.
ip link set lo mtu 1500 gso_max_segs 1
record go-post-quantum.pcap "tcp port $port" bash -c "'$work/pair' '$work' 127.0.0.1:$port > '$out/go-post-quantum.json'"

ls -l "$out"
