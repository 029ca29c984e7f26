import type { Tool } from '../tool.ts'
import type { SpanHead } from '../turn/span.ts'

/** How the span of a call looks; `made` is there where the call is made, with its input as the tool's schema left it. */
export function callHead(
  name: string,
  tool: Tool | undefined,
  made: { readonly checked: unknown } | undefined,
): Pick<SpanHead, 'label' | 'level' | 'kind'> {
  return {
    label: labelOf(name, tool, made),
    level: tool?.level ?? (tool?.milestone === undefined ? 'step' : 'milestone'),
    kind: tool?.span ?? 'tool',
  }
}

function labelOf(name: string, tool: Tool | undefined, made: { readonly checked: unknown } | undefined): string {
  const plain = tool?.title ?? name
  if (!tool || !made || tool.milestone === undefined) return plain
  if (typeof tool.milestone === 'string') return tool.milestone
  try {
    return tool.milestone(made.checked)
  } catch {
    return plain
  }
}
