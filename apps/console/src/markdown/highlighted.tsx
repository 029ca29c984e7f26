import './highlighted.css'
import { toJsxRuntime } from 'hast-util-to-jsx-runtime'
import { common, createLowlight } from 'lowlight'
import { useMemo } from 'react'
import { Fragment, jsx, jsxs } from 'react/jsx-runtime'

const lowlight = createLowlight(common)

/** Code with its words coloured: elements made from a tree, never from a string of HTML. */
export default function Highlighted({ code, language }: { code: string; language: string }) {
  return useMemo(() => {
    if (!lowlight.registered(language)) return code
    return toJsxRuntime(lowlight.highlight(language, code), { Fragment, jsx, jsxs })
  }, [code, language])
}
