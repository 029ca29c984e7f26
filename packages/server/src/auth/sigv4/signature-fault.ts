/** Why a signature is refused: a word for programs, and what it means. */
export const SIGNATURE_FAULTS = {
  unsigned: 'the request carries no signature: neither an Authorization header nor an X-Amz-Signature in the query',
  two_signatures: 'an Authorization header and a signed query came together: send one of them',
  algorithm: 'the algorithm is not AWS4-HMAC-SHA256',
  malformed: 'a part of the signature is missing, doubled or not of its form',
  scope: 'the credential scope is not key/date/region/service/aws4_request',
  scope_date: 'the date of the scope is not that of the request',
  region: 'the request is signed for another region',
  service: 'the request is signed for another service',
  signed_headers: 'the list of signed headers is not lower-case, sorted and free of doubles',
  host_unsigned: 'the host is not among the signed headers',
  header_missing: 'a header that was signed did not come',
  date: 'the request has no date of the form YYYYMMDDTHHMMSSZ',
  expires: 'X-Amz-Expires is not a whole number of seconds from 1 to 604800',
  too_old: 'the request was signed too long ago',
  too_early: 'the request was signed for a time to come',
  unknown_key: 'no such access key is known',
  token_missing: 'these credentials are temporary, and no X-Amz-Security-Token came',
  token_unknown: 'the X-Amz-Security-Token is not the one of these credentials',
  token_unsigned: 'the X-Amz-Security-Token is not among the signed headers',
  payload: 'X-Amz-Content-SHA256 is not the hash of what was sent',
  mismatch: 'the signature is not the one of this request',
  used: 'this signed address was used before, and is good for one use',
} as const

export type SignatureFaultCode = keyof typeof SIGNATURE_FAULTS

/** A signature that is refused, and what exactly was wrong with it. */
export class SignatureFault extends Error {
  override readonly name = 'SignatureFault'
  readonly code: SignatureFaultCode

  constructor(code: SignatureFaultCode, detail?: string) {
    super(detail === undefined ? SIGNATURE_FAULTS[code] : `${SIGNATURE_FAULTS[code]}: ${detail}`)
    this.code = code
  }
}
