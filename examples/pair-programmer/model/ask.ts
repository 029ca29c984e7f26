// What a text wants, from the words it uses.

export type Ask =
  | { readonly kind: 'fix' | 'test' | 'describe' | 'list' | 'stop' | 'greeting' | 'help' | 'unclear' }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'search'; readonly text: string }

const NAME = '[`"\'“]?([A-Za-z_$][\\w$]*)[`"\'”]?'
const RENAME = new RegExp(
  `\\brename\\s+(?:the\\s+)?(?:function\\s+|variable\\s+|constant\\s+)?${NAME}\\s+(?:to|into|as)\\s+${NAME}`,
  'i',
)
const SEARCH =
  /\b(?:search|grep|look|find)\b(?:\s+(?:for|me|all|where|uses? of|every))*\s+[`"'“]?([\w$.]{2,80})[`"'”]?|\bwhere(?:'s| is| are)?\s+[`"'“]?([\w$.]{2,80})[`"'”]?\s+(?:used|called|defined|imported)/i
const PATH = /[`"'“]?((?:[\w.-]+\/)*[\w-]+\.(?:js|mjs|json|md|txt|ts))[`"'”]?/

/** The first that fits. */
export function askIn(text: string): Ask {
  const rename = RENAME.exec(text)
  if (rename) return { kind: 'rename', from: rename[1]!, to: rename[2]! }
  if (/^\s*(?:stop|wait|hold on|leave it|never mind|cancel)\b/i.test(text)) return { kind: 'stop' }
  if (/\b(?:fix|repair|mend|debug|solve)\b|\bmake\b.{0,40}\bpass\b/i.test(text)) return { kind: 'fix' }
  const search = SEARCH.exec(text)
  if (search) return { kind: 'search', text: (search[1] ?? search[2])! }
  if (
    /\btests?\b.{0,20}\b(?:pass|fail|green|red)|\b(?:run|execute|start)\b.{0,30}\btests?\b|^\s*tests?\W*$/i.test(text)
  )
    return { kind: 'test' }
  const path = PATH.exec(text)
  if (path) return { kind: 'read', path: path[1]! }
  if (/\b(?:list|show|which|what)\b.{0,30}\b(?:files|folder)\b/i.test(text)) return { kind: 'list' }
  if (/\bwhat (?:can|do) you\b|^\s*help\b/i.test(text)) return { kind: 'help' }
  if (/\bwhat\b.{0,40}\b(?:project|this|code|it)\b|\b(?:describe|explain|summari[sz]e|overview)\b/i.test(text))
    return { kind: 'describe' }
  if (/^\s*(?:hi|hello|hey)\b[^a-z]*$/i.test(text)) return { kind: 'greeting' }
  return { kind: 'unclear' }
}
