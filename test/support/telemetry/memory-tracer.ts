import type {
  Attributes,
  AttributeValue,
  Context,
  HrTime,
  Span,
  SpanOptions,
  TimeInput,
  Tracer,
} from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT } from '@opentelemetry/api'
import type { EndedSpan } from '../telemetry'

/** A tracer that keeps spans in memory. */
export class MemoryTracer implements Tracer {
  readonly ended: EndedSpan[] = []

  startSpan(name: string, { attributes, startTime, root }: SpanOptions = {}, parent?: Context): Span {
    const told: Attributes = { ...attributes }
    const events: { name: string; attributes: object; time: HrTime }[] = []
    const start = timeOf(startTime)
    let isOpen = true
    const span: Span = {
      spanContext: () => INVALID_SPAN_CONTEXT,
      setAttribute(key: string, value: AttributeValue) {
        told[key] = value
        return span
      },
      setAttributes(more: Attributes) {
        Object.assign(told, more)
        return span
      },
      addEvent(event: string, attributes?: Attributes | TimeInput, time?: TimeInput) {
        if (!isOpen) throw new Error('an event after the end')
        events.push({ name: event, attributes: Object(attributes), time: timeOf(time) })
        return span
      },
      addLink: () => span,
      addLinks: () => span,
      setStatus: () => span,
      updateName: () => span,
      end: (time?: TimeInput) => {
        if (!isOpen) throw new Error('ended twice')
        isOpen = false
        this.ended.push({ name, attributes: told, start, end: timeOf(time), events, isRoot: root === true && !parent })
      },
      isRecording: () => isOpen,
      recordException: () => undefined,
    }
    return span
  }

  startActiveSpan(): never {
    throw new Error('not used')
  }
}

function timeOf(time: TimeInput | undefined): HrTime {
  if (!Array.isArray(time)) throw new Error('not a time of the capture')
  return time
}
