// The codes that an authenticator application would show (RFC 6238), with SHA-1, 6 digits and 30 seconds.
import { createHmac } from 'node:crypto';

/// The code of now, or of `later` periods after. `secret`: its text, or a Buffer.
export function totpCode(secret, later = 0) {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac('sha1', secret).update(message).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
