import type { Json } from '@longwire/protocol'

/** Whether a text is a unified diff: lines that go and come, under a line that says where. */
export function isDiff(value: Json): boolean {
  return typeof value === 'string' && /^@@ .*@@|^(---|\+\+\+) /m.test(value) && /^[+-]/m.test(value)
}

const KINDS: Record<string, string> = { '+': 'added', '-': 'removed', '@': 'place' }

/** A diff with its lines in the colours of what they are; the signs stay, for who does not see colours. */
export function DiffShown({ text }: { text: string }) {
  return (
    <pre className="diff" tabIndex={0}>
      {text.split('\n').map((line, index) => {
        const isHeader = line.startsWith('---') || line.startsWith('+++')
        const kind = isHeader ? 'place' : (KINDS[line[0] ?? ''] ?? '')
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of a diff is known by where it stands
        return <code key={index} className={kind}>{`${line}\n`}</code>
      })}
    </pre>
  )
}
