import './prose.css'
import { Button } from '@base-ui/react/button'
import { Check, Copy } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

const Highlighted = lazy(() => import('./highlighted.tsx'))

/** Code as it was written; in colours once these are here. */
export function CodeBlock({ code, language }: { code: string; language: string | undefined }) {
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language ?? 'text'}</span>
        <CopyButton text={code} what="code" />
      </figcaption>
      <pre tabIndex={0}>
        <code>
          {language === undefined ? (
            code
          ) : (
            <Suspense fallback={code}>
              <Highlighted code={code} language={language} />
            </Suspense>
          )}
        </code>
      </pre>
    </figure>
  )
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  return (
    <Button className="button quiet small" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      {isCopied ? <Check size={13} /> : <Copy size={13} />}
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  )
}
