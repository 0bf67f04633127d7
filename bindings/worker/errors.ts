import {
  BusyError,
  CaptureError,
  type CaptureErrorCode,
  ConfigError,
  DisposedError,
  ExtractorError,
  FlowscopeError,
  ModuleError,
  OutOfMemoryError,
  SourceError,
  WorkerError,
} from '../common/errors'

/** Errors that caused one another, at most. */
const MOST_CAUSES = 8

type Primitive = string | number | boolean | bigint | undefined | null

/** An error as plain data. */
export interface PackedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** Its further properties, such as `code` and `path` of Node's errors: those that are no objects. */
  readonly fields: Readonly<Record<string, Primitive>>
  readonly cause: PackedError | undefined
}

/** Makes an error plain data; whatever else was thrown becomes the message of one. */
export function packError(thrown: unknown, depth = 0): PackedError {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: describe(thrown), stack: undefined, fields: {}, cause: undefined }
  }
  const { name, message, stack, cause } = thrown
  const fields = Object.entries(thrown).filter(([property, value]) => property !== 'name' && isPrimitive(value))
  return {
    name: String(name),
    message: String(message),
    stack,
    fields: Object.fromEntries(fields),
    cause: cause === undefined || depth === MOST_CAUSES ? undefined : packError(cause, depth + 1),
  }
}

/** The error that data were made of: of its class, where that is one of this library's or of JavaScript's. */
export function errorOf(packed: PackedError): Error {
  const error = create(packed)
  Object.assign(error, packed.fields)
  if (packed.stack !== undefined) error.stack = packed.stack
  return error
}

function create({ name, message, fields, cause }: PackedError): Error {
  const options = cause && { cause: errorOf(cause) }
  const text = (field: string) => String(fields[field])
  const number = (field: string) => Number(fields[field])
  switch (name) {
    case 'CaptureError':
      return new CaptureError(text('code') as CaptureErrorCode, number('offset'), number('found'), number('expected'))
    case 'ConfigError':
      return new ConfigError(text('option'), message.slice(text('option').length + 1))
    case 'OutOfMemoryError':
      return new OutOfMemoryError(number('maxFlows'))
    case 'DisposedError':
      return new DisposedError('Driver')
    default:
      break
  }
  const OfLibrary = PLAIN.find((type) => new type('').name === name)
  if (OfLibrary) return new OfLibrary(message, options)
  const OfLanguage = BUILT_IN.find((type) => type.name === name)
  if (OfLanguage) return new OfLanguage(message, options)
  return Object.defineProperty(new Error(message, options), 'name', { value: name, configurable: true, writable: true })
}

/** Those that are made of a message. */
const PLAIN = [FlowscopeError, ModuleError, SourceError, ExtractorError, BusyError, WorkerError]

const BUILT_IN = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]

function isPrimitive(value: unknown): value is Primitive {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
}

function describe(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'something without a text was thrown'
  }
}
