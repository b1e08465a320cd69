// Anthropic's SDK, which has spans of its own, under the instrumentation that INSTRUMENTATION names.
import * as anthropic from "@anthropic-ai/sdk";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { trace } from "@opentelemetry/api";
import { playProviders } from "./providers.mjs";

const packages = { openinference: "@arizeai/openinference-instrumentation-anthropic", openllmetry: "@traceloop/instrumentation-anthropic" };
const { AnthropicInstrumentation } = await import(packages[process.env.INSTRUMENTATION]);
const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(process.env.INSTRUMENTATION === "openinference" ? anthropic.default : anthropic);
const sdk = new NodeSDK({ serviceName: "shop", instrumentations: [instrumentation] });
sdk.start();

const provider = await playProviders();
const client = new anthropic.default({ apiKey: "none", baseURL: provider.address, maxRetries: 0 });
await trace.getTracer("shop.assistant").startActiveSpan("support", async request => {
  const question = { max_tokens: 500, messages: [{ role: "user", content: "Where is my parcel? 📦" }] };
  await client.messages.create({ model: "claude-opus-4-6", ...question });
  await client.messages.create({ model: "overloaded", ...question }).catch(() => {});
  request.end();
  console.log(JSON.stringify({ traceId: request.spanContext().traceId }));
});

await sdk.shutdown();
provider.stop();
