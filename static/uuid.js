/** A time-ordered UUID (version 7, RFC 9562): what is made on devices lies together in the server's index too. */
export function uuid7 () {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let now = Date.now()
  for (let place = 5; place >= 0; place--) {
    bytes[place] = now % 256
    now = Math.floor(now / 256)
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
