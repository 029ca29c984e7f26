import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { explainSignature, type SignatureCase } from '../../src/index.ts'

type Case = SignatureCase & { readonly name: string; readonly why: string; readonly expect: 'accept' | 'reject' }

const { vectors } = JSON.parse(readFileSync(new URL('../../../../spec/cases/sigv4.json', import.meta.url), 'utf8')) as {
  vectors: readonly Case[]
}

describe('[I7] a signed request of the cases', () => {
  test.each(vectors.map((each) => [each.name, each.expect, each] as const))(
    '%s is for %s',
    async (_, verdict, each) => {
      const explained = await explainSignature(each)
      expect(explained).toMatchObject({ name: each.name, verdict })
      // What was compared is told wherever there was something to compare.
      if (explained.code !== 'unsigned') {
        expect(explained.canonicalRequest).toMatch(/^GET\n\//)
        expect(explained.stringToSign).toMatch(/^AWS4-HMAC-SHA256\n20260301T120000Z\n20260301\//)
      }
    },
  )
})

const hard = JSON.parse(readFileSync(new URL('../../../../spec/cases/sigv4-hard.json', import.meta.url), 'utf8')) as {
  server: Partial<SignatureCase>
  vectors: readonly Case[]
}

describe('[I7] [X29] [X30] [X31] [X32] [X33] [X34] [X35] [X36] a signed request of the hard rows', () => {
  test.each(hard.vectors.map((each) => [each.name, each.expect, each] as const))('%s: %s', async (_, verdict, each) => {
    expect(await explainSignature({ ...hard.server, ...each })).toMatchObject({ verdict })
  })

  test('what the server knows may be left open, and the time be written as signers write it', async () => {
    const good = { ...hard.server, ...hard.vectors[0]! }
    const open = { ...good, now: '20260301T120007Z', region: null, service: null, body: null }
    expect(await explainSignature(open)).toMatchObject({ verdict: 'accept' })
    expect(await explainSignature({ ...good, credentials: null })).toMatchObject({ code: 'unknown_key' })
  })
})
