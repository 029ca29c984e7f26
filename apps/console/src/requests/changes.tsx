import type { Json } from '@longwire/protocol'
import { ArrowRight } from 'lucide-react'
import { asObject, nameInWords } from './json-object.ts'
import { inWords } from './proposed.tsx'

/** What a person changed of what was proposed: what it was, and what it is now. */
export function Changes({ before, after }: { before: Json; after: Json }) {
  const old = asObject(before) ?? { value: before }
  const now = asObject(after) ?? { value: after }
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  const changed = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
  if (changed.length === 0) return null
  return (
    <dl className="changes" aria-label="Changes">
      {changed.map((name) => (
        <div key={name}>
          <dt>{nameInWords(name)}</dt>
          <dd className="figures">
            <del>
              <span className="for-ears">was </span>
              {inWords(old[name])}
            </del>
            <ArrowRight size={14} aria-hidden="true" />
            <ins>
              <span className="for-ears">now </span>
              {inWords(now[name])}
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}
