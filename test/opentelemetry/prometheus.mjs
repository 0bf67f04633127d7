// Registers OpenTelemetry's SDK and, when the program has nothing more to do, prints all metrics in the text format of
// Prometheus:
//
//   npm ci --prefix test/opentelemetry
//   node --import ./test/opentelemetry/prometheus.mjs examples/metrics.mjs

import { metrics } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

const reader = new PrometheusExporter({ preventServerStart: true })
const provider = new MeterProvider({ readers: [reader] })
metrics.setGlobalMeterProvider(provider)

process.once('beforeExit', async () => {
  const { resourceMetrics } = await reader.collect()
  process.stdout.write(new PrometheusSerializer().serialize(resourceMetrics))
  await provider.shutdown()
})
