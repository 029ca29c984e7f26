import type { Json } from '@longwire/protocol'
import { CodeBlock } from '../markdown/code-block.tsx'

/** So much of a value is shown; all of it can be copied from the log. */
const LONGEST = 20_000

/** A value as it is. */
export function JsonShown({ title, value, text }: { title: string; value?: Json; text?: string }) {
  const whole = text ?? JSON.stringify(value, null, 2)
  const shown = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n…` : whole
  return (
    <div className="json-shown">
      <p className="json-title">{title}</p>
      <CodeBlock code={shown} language="json" />
    </div>
  )
}
