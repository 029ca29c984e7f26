import type { Usage } from '@longwire/protocol'
import { asObject } from '../requests/json-object.ts'
import { clockTime, lasted } from '../shell/words.ts'
import { JsonShown } from '../tools/json-shown.tsx'
import type { RecordRow } from './turn-record.ts'

/** All that is known of one step. */
export function RecordDetail({ row }: { row: RecordRow }) {
  const usage = row.usage ?? (asObject(row.detail)?.usage as Usage | undefined)
  return (
    <div className="record-detail">
      <dl className="facts figures">
        <Fact name="Began" value={clockTime(row.startedAt)} />
        {row.endedAt === undefined ? null : <Fact name="Took" value={lasted(row.endedAt - row.startedAt)} />}
        {row.outcome === undefined ? null : <Fact name="Ended" value={row.outcome} />}
        {usage?.inputTokens === undefined ? null : (
          <Fact name="Tokens in" value={usage.inputTokens.toLocaleString('en')} />
        )}
        {usage?.cachedInputTokens ? (
          <Fact name="of them cached" value={usage.cachedInputTokens.toLocaleString('en')} />
        ) : null}
        {usage?.outputTokens === undefined ? null : (
          <Fact name="Tokens out" value={usage.outputTokens.toLocaleString('en')} />
        )}
        {usage?.reasoningTokens ? (
          <Fact name="of them thought" value={usage.reasoningTokens.toLocaleString('en')} />
        ) : null}
        {usage?.cost === undefined ? null : <Fact name="Cost" value={String(usage.cost)} />}
        {row.step === undefined ? null : <Fact name="Step" value={row.step} />}
      </dl>
      {row.error === undefined ? null : <p className="record-error">{row.error}</p>}
      {row.input === undefined ? null : <JsonShown title="Input" value={row.input} />}
      {row.output === undefined ? null : <JsonShown title="Output" value={row.output} />}
      {row.text === undefined ? null : <p className="record-text">{row.text}</p>}
      {row.detail === undefined || usage ? null : <JsonShown title="Detail" value={row.detail} />}
    </div>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
