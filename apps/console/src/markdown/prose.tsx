import './prose.css'
import { memo, useRef } from 'react'
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { CodeBlock } from './code-block.tsx'
import { markdownBlocks, mended } from './markdown-blocks.ts'
import { usePaced } from './use-paced.ts'

/**
 * What an agent said, as it is said. HTML in it is text, links go to where people go and nowhere else, and pictures from
 * elsewhere are links: nothing is fetched because a model wrote it.
 */
export function Prose({ text: said, isDraft }: { text: string; isDraft: boolean }) {
  const text = usePaced(said, isDraft)
  const cut = useRef<ReturnType<typeof markdownBlocks>>(undefined)
  cut.current = markdownBlocks(text, cut.current)
  const { blocks } = cut.current
  return (
    <div className="prose">
      {blocks.map(({ start, text: block }, index) => (
        <Block key={start} text={isDraft && index === blocks.length - 1 ? mended(block) : block} />
      ))}
    </div>
  )
}

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <Markdown remarkPlugins={PLUGINS} components={COMPONENTS}>
      {text}
    </Markdown>
  )
})

const PLUGINS = [remarkGfm]

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
      {alt || 'a picture'}
    </a>
  ),
  table: ({ children }) => (
    <section className="table-scroller" tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </section>
  ),
  pre: ({ node }) => {
    const code = node?.children[0]
    if (code?.type !== 'element') return null
    const [text] = code.children
    const names = code.properties.className
    const language = Array.isArray(names) ? /^language-(.+)$/.exec(String(names[0]))?.[1] : undefined
    return <CodeBlock code={text?.type === 'text' ? text.value.replace(/\n$/, '') : ''} language={language} />
  },
  h1: ({ children }) => <h3 className="prose-1">{children}</h3>,
  h2: ({ children }) => <h3 className="prose-2">{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h4>{children}</h4>,
  h5: ({ children }) => <h4>{children}</h4>,
  h6: ({ children }) => <h4>{children}</h4>,
}
