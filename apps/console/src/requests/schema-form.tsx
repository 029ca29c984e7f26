import { Switch } from '@base-ui/react/switch'
import type { Json } from '@longwire/protocol'
import { useId, useState } from 'react'
import type { JsonObject } from './json-object.ts'
import { fieldsOf, type SchemaField } from './schema-fields.ts'

export interface SchemaFormProps {
  readonly schema: Json
  readonly value: JsonObject
  readonly onChange: (value: JsonObject) => void
}

/** The fields of a JSON Schema. The browser holds what it can of their bounds; the server holds all of them. */
export function SchemaForm({ schema, value, onChange }: SchemaFormProps) {
  return (
    <div className="schema-form">
      {fieldsOf(schema).map((field) => (
        <Field
          key={field.name}
          field={field}
          value={value[field.name]}
          onChange={(next) => {
            const { [field.name]: _, ...rest } = value
            onChange(next === undefined ? rest : { ...value, [field.name]: next })
          }}
        />
      ))}
    </div>
  )
}

interface FieldProps {
  readonly field: SchemaField
  readonly value: Json | undefined
  readonly onChange: (value: Json | undefined) => void
}

function Field({ field, value, onChange }: FieldProps) {
  const id = useId()
  const about = field.about === undefined ? undefined : `${id}-about`
  return (
    <div className={field.kind === 'yes-no' ? 'labelled across' : 'labelled'}>
      <label htmlFor={id}>
        {field.label}
        {field.isRequired ? null : <span className="may-be-empty"> optional</span>}
      </label>
      <Control id={id} about={about} field={field} value={value} onChange={onChange} />
      {about === undefined ? null : (
        <p className="field-about" id={about}>
          {field.about}
        </p>
      )}
    </div>
  )
}

function Control({ id, about, field, value, onChange }: FieldProps & { id: string; about: string | undefined }) {
  const shared = { id, 'aria-describedby': about, className: 'field', required: field.isRequired }
  switch (field.kind) {
    case 'yes-no':
      return (
        <Switch.Root id={id} className="switch" checked={value === true} onCheckedChange={(next) => onChange(next)}>
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      )
    case 'choice':
      return (
        <select
          {...shared}
          value={value === undefined ? '' : JSON.stringify(value)}
          onChange={({ target }) => onChange(target.value === '' ? undefined : (JSON.parse(target.value) as Json))}
        >
          <option value="" disabled={field.isRequired}>
            {field.isRequired ? 'Choose…' : '—'}
          </option>
          {field.options.map((option) => (
            <option key={option.label} value={JSON.stringify(option.value)}>
              {option.label}
            </option>
          ))}
        </select>
      )
    case 'number':
    case 'whole-number':
      return (
        <input
          {...shared}
          type="number"
          inputMode="decimal"
          step={field.kind === 'whole-number' ? 1 : 'any'}
          min={field.least}
          max={field.most}
          value={typeof value === 'number' ? value : ''}
          onChange={({ target }) => onChange(Number.isNaN(target.valueAsNumber) ? undefined : target.valueAsNumber)}
        />
      )
    case 'long-text':
      return (
        <textarea
          {...shared}
          rows={3}
          maxLength={field.longest}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(textOrNothing(target.value, field))}
        />
      )
    case 'text':
      return (
        <input
          {...shared}
          maxLength={field.longest}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(textOrNothing(target.value, field))}
        />
      )
    case 'json':
      return <JsonField {...shared} value={value} onChange={onChange} />
  }
}

function textOrNothing(text: string, { isRequired }: SchemaField): string | undefined {
  return text === '' && !isRequired ? undefined : text
}

type JsonFieldProps = Pick<FieldProps, 'value' | 'onChange'> & {
  readonly id: string
  readonly className: string
  readonly required: boolean
  readonly 'aria-describedby': string | undefined
}

function JsonField({ value, onChange, ...shared }: JsonFieldProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)))
  return (
    <textarea
      {...shared}
      rows={4}
      spellCheck={false}
      className="field code-field"
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        const read = readJson(target.value)
        target.setCustomValidity(read.isWrong ? 'This is not JSON' : '')
        if (!read.isWrong) onChange(read.value)
      }}
    />
  )
}

function readJson(text: string): { isWrong: boolean; value?: Json } {
  if (text.trim() === '') return { isWrong: false }
  try {
    return { isWrong: false, value: JSON.parse(text) }
  } catch {
    return { isWrong: true }
  }
}
