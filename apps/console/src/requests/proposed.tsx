import type { Json } from '@longwire/protocol'
import { DiffShown, isDiff } from './diff-shown.tsx'
import { asObject, nameInWords } from './json-object.ts'

/** What a call would run with: a diff as a diff, the rest as names and values. */
export function Proposed({ input }: { input: Json }) {
  const object = asObject(input)
  if (!object) return <pre className="proposed-raw">{JSON.stringify(input, null, 2)}</pre>
  const entries = Object.entries(object)
  const diffs = entries.filter(([, value]) => isDiff(value))
  const plain = entries.filter(([, value]) => !isDiff(value))
  return (
    <>
      <dl className="proposed">
        {plain.map(([name, value]) => (
          <div key={name}>
            <dt>{nameInWords(name)}</dt>
            <dd className="figures">{inWords(value)}</dd>
          </div>
        ))}
      </dl>
      {diffs.map(([name, value]) => (
        <DiffShown key={name} text={String(value)} />
      ))}
    </>
  )
}

export function inWords(value: Json | undefined): string {
  if (value === undefined) return '—'
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (typeof value === 'number') return value.toLocaleString('en', { maximumFractionDigits: 6 })
  return typeof value === 'string' ? value : JSON.stringify(value)
}
