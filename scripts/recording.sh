# What the scripts that record test/fixtures/recorded/ share; they source it, from the root of the repository.

# alone SCRIPT: starts the script anew in a network of its own, so that a capture has nothing of other programs in it.
alone() {
  [[ -n ${FLOWSCOPE_RECORDING:-} ]] && return
  rm -rf "$work"
  FLOWSCOPE_RECORDING=1 exec unshare --net "$1"
}

work=$(mktemp -d)
chmod 755 "$work"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

# record FILE FILTER COMMAND...: a classic capture of what the command exchanges, as $out/FILE.
record() {
  local file=$1 filter=$2
  shift 2
  : > "$work/tcpdump.log"
  tcpdump -q -i lo -s 0 -U --immediate-mode -w "$work/capture.pcap" "$filter" 2> "$work/tcpdump.log" &
  local tcpdump=$!
  pids+=("$tcpdump")
  until grep -q 'listening on' "$work/tcpdump.log"; do sleep 0.1; done
  "$@"
  sleep 0.5
  kill -INT "$tcpdump"
  wait "$tcpdump" || true
  cp "$work/capture.pcap" "$out/$file"
}
