import { z } from 'zod'
import { SERVICES } from './services.ts'
import type { SignatureFaultCode } from './signature-fault.ts'
import { checkSignature, type SignatureView } from './verify-signature.ts'
import { targetOf, type WireRequest } from './wire-request.ts'

const Text = z.string()

/** One request as it arrived, and what the server knows and when: the form of the cases in `spec/cases/sigv4.json`. */
export const SignatureCase = z.object({
  name: Text.optional(),
  method: Text.default('GET'),
  url: Text,
  /** By name; a header that came several times has a list. Or pairs, in the order in which they came. */
  headers: z.union([z.record(Text, z.union([Text, z.array(Text)])), z.array(z.tuple([Text, Text]))]).default({}),
  body: Text.nullish(),
  credentials: z.object({ accessKeyId: Text, secretAccessKey: Text, sessionToken: Text.nullish() }).nullish(),
  region: Text.nullish(),
  service: Text.nullish(),
  now: z.union([Text, z.number()]).nullish(),
})
export type SignatureCase = z.input<typeof SignatureCase>

export interface ExplainedSignature {
  readonly name?: string
  readonly verdict: 'accept' | 'reject'
  /** Why it is refused, as a word for programs. */
  readonly code?: SignatureFaultCode
  readonly reason: string
  /** What is likely to be wrong, where something was found that would make the signature good. */
  readonly hints: readonly string[]
  /** Null where the request carries nothing that it could be made of. */
  readonly canonicalRequest: string | null
  readonly stringToSign: string | null
}

/** Checks one signed request as the server would, and says what it compared. Throws a sentence where it is not such a case. */
export async function explainSignature(value: unknown): Promise<ExplainedSignature> {
  const parsed = SignatureCase.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new Error(`this is no request to explain: ${issue.path.join('.') || 'the file'}: ${issue.message}`)
  }
  const { name, credentials, region, service, body } = parsed.data
  const now = timeOf(parsed.data.now)
  const known = credentials ? { ...credentials, sessionToken: credentials.sessionToken ?? undefined } : undefined
  const view: SignatureView = {
    now,
    region: region ?? undefined,
    services: service == null ? SERVICES.map((each) => each.name) : [service],
    credentialsOf: async (accessKeyId) => (known?.accessKeyId === accessKeyId ? known : undefined),
    body: async () => Buffer.from(body ?? ''),
  }
  const request = requestOf(parsed.data)
  const { fault, texts } = await checkSignature(request, view)
  return {
    ...(name === undefined ? {} : { name }),
    ...(fault
      ? { verdict: 'reject', code: fault.code, reason: fault.message }
      : { verdict: 'accept', reason: 'the signature is good' }),
    hints: fault?.code === 'mismatch' ? await hintsFor(request, view) : [],
    canonicalRequest: texts?.canonicalRequest ?? null,
    stringToSign: texts?.stringToSign ?? null,
  }
}

/** As ISO 8601 writes it, with or without its dashes and colons, or as milliseconds since 1970. */
function timeOf(now: string | number | null | undefined): number {
  const plain =
    typeof now === 'string' ? now.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z') : now
  const at = typeof plain === 'string' ? Date.parse(plain) : (plain ?? Date.now())
  if (Number.isNaN(at)) throw new Error(`now is no time: ${now}`)
  return at
}

function requestOf({ method, url, headers }: z.output<typeof SignatureCase>): WireRequest {
  const pairs = Array.isArray(headers)
    ? headers
    : Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => [name, each] as [string, string]))
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)?.[1]
  const hasHost = pairs.some(([name]) => name.toLowerCase() === 'host')
  const all = hasHost || host === undefined ? pairs : [['Host', host] as const, ...pairs]
  return { method: method.toUpperCase(), ...targetOf(url), headers: all }
}

/** Mistakes that are made again and again: where one of them explains the signature, it is named. */
const MISTAKES: readonly { readonly says: string; readonly undo: (request: WireRequest) => WireRequest }[] = [
  ...['GET', 'POST', 'PUT', 'DELETE'].map((method) => ({
    says: `it was signed for the method ${method}`,
    undo: (request: WireRequest) => ({ ...request, method }),
  })),
  {
    says: 'the path was escaped after it was signed: sign the path as it is sent',
    undo: (request) => ({ ...request, path: unescaped(request.path) }),
  },
  {
    says: 'the name in the path was signed escaped and sent unescaped: send it as it was signed',
    undo: (request) => ({ ...request, path: withNameEscaped(request.path) }),
  },
  { says: 'the query was not signed', undo: (request) => ({ ...request, query: '' }) },
  {
    says: 'a signed X-Amz-Security-Token was sent with a raw +: send it as %2B',
    undo: (request) => ({ ...request, query: request.query.replaceAll('+', '%2B') }),
  },
]

async function hintsFor(request: WireRequest, view: SignatureView): Promise<readonly string[]> {
  const found: string[] = []
  for (const { says, undo } of MISTAKES) {
    const other = undo(request)
    const isOther = other.method !== request.method || other.path !== request.path || other.query !== request.query
    if (isOther && !(await checkSignature(other, view)).fault) found.push(says)
  }
  return found.length > 0
    ? found
    : ['compare the canonical request with what the signer logs; where they are the same, the secret differs']
}

/** Names with slashes of their own stand between the first segment of a path and the last. */
function withNameEscaped(path: string): string {
  const [, before, name, after] = /^(\/[^/]+\/)(.+)(\/[^/]+)$/.exec(path) ?? []
  return name === undefined ? path : `${before}${encodeURIComponent(name)}${after}`
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
