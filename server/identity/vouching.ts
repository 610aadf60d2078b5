import { createHmac, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { Refusal } from '../refusal.ts';

/** Who a site says its visitor is. */
export interface VouchedIdentity {
  /** What the site calls this person: its user id, or `email:<address>` when it signs addresses. */
  externalId: string;
  name: string | null;
  email: string | null;
  phone: string | null;
}

export interface Proof {
  userId: string | null;
  email: string | null;
  /** HMAC-SHA256, in hexadecimal, of the user id (or, without one, of the address) with the site's secret. */
  userHash: string | null;
  /** A JWT signed HS256 with the site's secret: `sub` or `user_id`, `iat`, and if wanted `email`, `name`, `phone`, `exp`. */
  identityToken: string | null;
}

/**
 * Undefined when no proof was given. Refuses a proof that does not hold, also because this site has no secret: somebody
 * who says to be a certain person must not quietly become anybody. `now` in epoch milliseconds.
 */
export async function vouchedIdentity(
  proof: Proof,
  secret: string | null,
  maxAgeSeconds: number,
  now: number,
): Promise<VouchedIdentity | undefined> {
  if (proof.identityToken !== null) return fromToken(proof.identityToken, secret, maxAgeSeconds, now);
  if (proof.userHash === null) return undefined;
  const signed = proof.userId ?? proof.email;
  if (signed === null || !secret || !isSignatureOf(signed, proof.userHash, secret)) throw notVouchedFor();
  // Only what was signed is vouched for: beside a signed id, the address is the visitor's own claim.
  const isById = proof.userId !== null;
  return { externalId: isById ? signed : `email:${signed}`, name: null, email: isById ? null : signed, phone: null };
}

function isSignatureOf(text: string, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(text).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function fromToken(
  token: string,
  secret: string | null,
  maxAgeSeconds: number,
  now: number,
): Promise<VouchedIdentity> {
  if (!secret) throw notVouchedFor();
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      maxTokenAge: maxAgeSeconds,
      clockTolerance: 30,
      currentDate: new Date(now),
    });
    const text = (claim: unknown) => {
      const said = typeof claim === 'number' ? String(claim) : claim;
      return typeof said === 'string' && said.trim() !== '' && said.length <= 150 ? said.trim() : null;
    };
    const userId = text(payload.sub) ?? text(payload.user_id);
    const email = text(payload.email)?.toLowerCase() ?? null;
    const externalId = userId ?? (email && `email:${email}`);
    if (externalId === null) throw notVouchedFor();
    return { externalId, email, name: text(payload.name), phone: text(payload.phone) };
  } catch (error) {
    if (error instanceof errors.JOSEError) throw notVouchedFor();
    throw error;
  }
}

function notVouchedFor(): Refusal {
  return new Refusal('forbidden', 'The identity could not be verified.');
}
